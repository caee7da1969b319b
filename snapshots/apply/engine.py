#!/usr/bin/env python3
"""Stands before the real engine on PATH in tests against an emulator: adds override files, then becomes the engine.

What the emulator cannot do is left out or not compared, by type of resource; what is rendered is not touched. `GEN_REAL_ENGINE` names the
real program. The names of types are those that moto 5.2.5 does not implement, or does not read back as they were written.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

LEFT_OUT = {
    "aws_backup_selection",
    # Goes with the policy of the bucket, below.
    "aws_s3_bucket_logging",
    "aws_accessanalyzer_analyzer",
    "aws_ebs_default_kms_key",
    "aws_ebs_snapshot_block_public_access",
    "aws_ec2_image_block_public_access",
    "aws_ec2_instance_metadata_defaults",
    # Its address begins with the number of the account, which no name on loopback does.
    "aws_s3_account_public_access_block",
    "aws_budgets_budget",
    "aws_eks_access_entry",
    "aws_eks_access_policy_association",
    "aws_eks_addon",
    "aws_eks_pod_identity_association",
    # The emulator takes a denial under a condition for one without.
    "aws_s3_bucket_policy",
}
NOT_READ_BACK = {
    "aws_acm_certificate": ["key_algorithm"],
    "aws_backup_plan": ["tags", "tags_all"],
    "aws_backup_vault": ["tags", "tags_all"],
    "aws_prometheus_workspace": ["kms_key_arn"],
    "aws_s3_bucket_notification": ["eventbridge"],
    "aws_vpc_security_group_egress_rule": ["description"],
    "aws_vpc_security_group_ingress_rule": ["description"],
    "aws_kms_key": ["rotation_period_in_days"],
    "aws_db_instance": ["performance_insights_enabled", "engine_lifecycle_support"],
    "aws_db_parameter_group": ["parameter"],
    "aws_eks_cluster": ["access_config", "upgrade_policy"],
    "aws_eks_node_group": ["remote_access", "update_config", "launch_template", "node_repair_config"],
    "aws_launch_template": ["tag_specifications"],
    "aws_cloudfront_distribution": ["origin", "default_cache_behavior", "viewer_certificate"],
}
PROVIDER = """  s3_use_path_style       = true
  skip_metadata_api_check = true
  max_retries             = 5
"""
# Left out where a part of it is not kept, because the provider waits until it reads what it wrote.
LEFT_OUT_WITH = {"aws_s3_bucket_lifecycle_configuration": "newer_noncurrent_versions"}
NAME = "emulator_override.tf"


def blocks(text: str, kind: str) -> list[tuple[list[str], str]]:
    """Labels and body of each block of that kind in formatted HCL."""
    found = re.finditer(rf'^{kind} ((?:"[^"]+" ?)+)\{{\n(.*?)^\}}', text, re.MULTILINE | re.DOTALL)
    return [(re.findall(r'"([^"]+)"', match[1]), match[2]) for match in found]


def module_overrides(folder: Path) -> str:
    out = []
    for path in sorted(folder.glob("*.tf")):
        for (kind, name), body in ((labels, body) for labels, body in blocks(path.read_text(), "resource") if len(labels) == 2):
            if kind in LEFT_OUT or LEFT_OUT_WITH.get(kind, "\0") in body:
                nothing = "for_each = {}" if re.search(r"^  for_each\b", body, re.MULTILINE) else "count = 0"
                out.append(f'resource "{kind}" "{name}" {{\n  {nothing}\n}}\n')
            elif kind in NOT_READ_BACK:
                ignored = ", ".join(NOT_READ_BACK[kind])
                out.append(f'resource "{kind}" "{name}" {{\n  lifecycle {{\n    ignore_changes = [{ignored}]\n  }}\n}}\n')
    return "\n".join(out)


def root_overrides(folder: Path) -> str:
    out = []
    for path in sorted(folder.glob("*.tf")):
        for labels, body in blocks(path.read_text(), "provider"):
            alias = re.search(r"^  alias\s*= (.*)$", body, re.MULTILINE)
            line = f"  alias = {alias[1]}\n" if alias else ""
            out.append(f'provider "{labels[0]}" {{\n{line}{PROVIDER}}}\n')
    return "\n".join(out)


def write(folder: Path, text: str) -> None:
    path = folder / NAME
    if text and not path.exists():
        mine = folder / f".{NAME}.{os.getpid()}"
        mine.write_text(text)
        mine.rename(path)


def main() -> None:
    arguments = sys.argv[1:]
    here = Path.cwd()
    if (here / "providers.tf").exists():
        write(here, root_overrides(here))
        for module in sorted((here / "../../../../modules").resolve().glob("*/*")):
            write(module, module_overrides(module))
    if arguments[:1] == ["init"] and 'backend "s3"' in (here / "backend.tf").read_text():
        arguments += ["-backend-config=use_path_style=true", "-backend-config=skip_metadata_api_check=true"]
    engine = os.environ["GEN_REAL_ENGINE"]
    os.execv(engine, [engine, *arguments])


if __name__ == "__main__":
    main()
