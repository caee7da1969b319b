"""Real engines over the rendered roots and the modules: validate, plans on contract mocks, tags, wildcards, module tests, encryption.

Roots are run by the engine of their environment: OpenTofu where `encryption.tofu` stands beside them, else Terraform. The tools that are
missing are named, and fail the check.

Standard library only. Everything runs in scratch copies; the tree is read, never written.

    check.py [--plugins DIR] [--only roots|modules] [NAME ...]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterator

ROOT = Path(__file__).resolve().parents[2]
TAGS = {"stack", "environment", "component", "owner", "data_class", "cost_centre"}
# What stands in for credentials, so that a provider configures itself without a network.
DUMMIES = {
    "SCW_ACCESS_KEY": "SCWXXXXXXXXXXXXXXXXX",
    "SCW_SECRET_KEY": "11111111-1111-4111-8111-111111111111",
    "SCW_DEFAULT_ORGANIZATION_ID": "11111111-1111-4111-8111-111111111111",
    "STACKIT_SERVICE_ACCOUNT_TOKEN": "dummy",
    "TF_VAR_state_passphrase": "a passphrase for checks only",
}
AWS = """
provider "aws" {{
{alias}  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  allowed_account_ids         = null
}}
"""


def plugins() -> Path:
    """The provider mirror: given, or a folder near the root of the file system that holds one."""
    given = os.environ.get("GEN_PLUGIN_DIR")
    if given:
        return Path(given)
    for depth in ("*", "*/*"):
        for found in Path("/").glob(f"{depth}/registry.terraform.io"):
            return found.parent
    raise SystemExit("no provider mirror: set GEN_PLUGIN_DIR to the folder that holds registry.terraform.io")


def terraform(folder: Path, *arguments: str, engine: str = "terraform") -> str:
    """Runs an engine; a failure ends the check with what it said."""
    environment = {
        **DUMMIES,
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "TF_CLI_CONFIG_FILE": "/dev/null",
        "CHECKPOINT_DISABLE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    done = subprocess.run([engine, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=900)
    if done.returncode:
        said = done.stdout if arguments[0] == "test" else done.stderr
        raise RuntimeError(f"{engine} {' '.join(arguments)}\n{said[-6000:]}")
    return done.stdout


def modules_of(target: Path) -> dict[str, str]:
    """Component → module, from the calls in a target's roots."""
    found: dict[str, str] = {}
    for main in sorted(target.glob("terraform/*/main.tf")):
        for name, source in re.findall(r'module "(\w+)" \{\s+source = "[./]+/modules/([\w/]+)"', main.read_text()):
            found[name] = source
    return found


def mock(source: str) -> Any:
    return json.loads((ROOT / "templates/terraform/modules" / source / "exports.mock.json").read_text())


def reasons() -> set[str]:
    """Sids of statements whose wildcard has a recorded reason."""
    found: set[str] = set()
    for path in (ROOT / "templates/terraform/modules").rglob("*.tf"):
        lines = [line.strip() for line in path.read_text().splitlines()]
        for before, line in zip(lines, lines[1:]):
            sid = re.match(r'Sid\s*=\s*"([^"]+)"', line)
            if sid and before.startswith("# wildcard: "):
                found.add(sid.group(1))
    return found


def values(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        for value in node.values():
            yield from values(value)
    elif isinstance(node, list):
        for value in node:
            yield from values(value)
    else:
        yield node


def statements(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Statements of every policy that a planned resource carries, as far as it is known before apply."""
    for value in values(resource):
        if isinstance(value, str) and value.startswith("{") and '"Statement"' in value:
            found = json.loads(value)["Statement"]
            yield from found if isinstance(found, list) else [found]


def is_wild(statement: dict[str, Any]) -> bool:
    def words(key: str) -> list[str]:
        value = statement.get(key, [])
        value = list(values(value)) if isinstance(value, dict) else value
        return value if isinstance(value, list) else [value]

    return (
        any(word == "*" or word.endswith(":*") for word in words("Action"))
        or any(word == "*" for word in words("Resource"))
        or any(word == "*" for word in words("Principal"))
    )


# What carries tags under another name than `tags_all`, by the start of its type.
TAGGED = {"scaleway_": "tags", "stackit_": "labels", "ovh_": "tags"}


def tags_of(change: dict[str, Any]) -> set[str] | None:
    """Names of the tags of a planned resource; nothing where its type takes none."""
    after = change["change"].get("after") or {}
    unknown = change["change"].get("after_unknown") or {}
    for start, argument in {"": "tags_all", **TAGGED}.items():
        if change["type"].startswith(start) and (argument in after or argument in unknown):
            found = after.get(argument) or {}
            # Scaleway's are strings, but for those of buckets.
            return {tag.partition("=")[0] for tag in found} if isinstance(found, list) else set(found)
    return None


def check_plan(name: str, plan: dict[str, Any], excused: set[str]) -> tuple[int, int, list[str]]:
    faults = []
    tagged = policies = 0
    for change in plan.get("resource_changes", []):
        after = change["change"].get("after") or {}
        found = tags_of(change) if change["mode"] == "managed" else None
        if found is not None:
            missing = TAGS - found
            tagged += 1
            if missing:
                faults.append(f"{name}: {change['address']} lacks the tags {sorted(missing)}")
        for statement in statements(after):
            policies += 1
            if not statement.get("Sid"):
                faults.append(f"{name}: {change['address']} has a statement without Sid")
            elif is_wild(statement) and statement["Sid"] not in excused:
                faults.append(f"{name}: {change['address']}: {statement['Sid']} is a wildcard without a recorded reason")
    return tagged, policies, faults


def roots(mirror: Path, names: list[str]) -> list[str]:
    faults: list[str] = []
    looked_at = 0
    excused = reasons()
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "terraform-out"
        shutil.copytree(ROOT / "terraform-out", out, ignore=shutil.ignore_patterns(".terraform"))
        for root in sorted(out.glob("*/*/terraform/*/")):
            target = root.parents[1]
            name = f"{target.parent.name}/{target.name}/{root.name}"
            if names and not any(part in name for part in names):
                continue
            (root / "backend.tf").unlink()
            engine = "tofu" if (root / "encryption.tofu").exists() else "terraform"
            texts = (root / "providers.tf").read_text()
            if 'provider "aws"' in texts:
                aliases = [""] + [f'  alias                       = "{alias}"\n' for alias in re.findall(r'alias\s+= "(\w+)"', texts)]
                (root / "mock_override.tf").write_text("".join(AWS.format(alias=alias) for alias in aliases))
            variables = (root / "variables.tf").read_text()
            block = re.search(r'variable "upstream" \{.*?\n\}\n', variables, re.S)
            if block:
                sources = modules_of(target)
                wanted = re.findall(r"^    (\w+) = object", block.group(0), re.M)
                upstream = {component: mock(sources[component]) for component in wanted}
                (root / "upstream.auto.tfvars.json").write_text(json.dumps({"upstream": upstream}))
            try:
                locked = ["-lockfile=readonly"] if (root / ".terraform.lock.hcl").exists() else []
                terraform(root, "init", "-backend=false", "-input=false", "-no-color", *locked, f"-plugin-dir={mirror}", engine=engine)
                terraform(root, "validate", "-no-color", engine=engine)
                terraform(root, "plan", "-input=false", "-no-color", "-out=plan.bin", "-refresh=false", engine=engine)
                plan = json.loads(terraform(root, "show", "-json", "plan.bin", engine=engine))
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                faults.append(f"{name}: {error}")
                print(f"{name}: FAILED", flush=True)
                continue
            tagged, policies, found = check_plan(name, plan, excused)
            faults += found
            count = len(plan.get("resource_changes", []))
            print(f"{name}: {count} resources planned by {engine}, {tagged} tagged, {policies} policy statements read", flush=True)
            shutil.rmtree(root / ".terraform", ignore_errors=True)
            looked_at += 1
    return faults or nothing_of("roots", looked_at)


def nothing_of(what: str, looked_at: int) -> list[str]:
    """A check that looked at nothing passes nothing."""
    return [] if looked_at else [f"there are no {what} to check"]


def modules(mirror: Path, names: list[str]) -> list[str]:
    faults: list[str] = []
    looked_at = 0
    with tempfile.TemporaryDirectory() as scratch:
        for module in sorted((ROOT / "templates/terraform/modules").glob("*/*/")):
            name = f"{module.parent.name}/{module.name}"
            if names and not any(part in name for part in names):
                continue
            copy = Path(scratch) / module.parent.name / module.name
            shutil.copytree(module, copy, ignore=shutil.ignore_patterns(".terraform*"))
            if not list(copy.glob("tests/*.tftest.hcl")):
                faults.append(f"{name}: no tests")
                continue
            try:
                terraform(copy, "init", "-backend=false", "-input=false", "-no-color", f"-plugin-dir={mirror}")
                said = terraform(copy, "test", "-no-color")
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                faults.append(f"{name}: {error}")
                print(f"{name}: FAILED", flush=True)
                continue
            print(f"{name}: {said.strip().splitlines()[-1]}", flush=True)
            looked_at += 1
    return faults or nothing_of("modules", looked_at)


def encryption() -> list[str]:
    """States and plans are unreadable without the passphrase, with another one, and for Terraform."""
    faults: list[str] = []
    secret = "a value that must not be readable"
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        shutil.copy(ROOT / "templates/terraform/roots/encryption.tofu", root)
        (root / "main.tf").write_text(f'resource "terraform_data" "this" {{\n  input = "{secret}"\n}}\n')
        terraform(root, "fmt", "-check", engine="tofu")
        terraform(root, "init", "-input=false", "-no-color", engine="tofu")
        terraform(root, "apply", "-auto-approve", "-input=false", "-no-color", engine="tofu")
        terraform(root, "plan", "-input=false", "-no-color", "-out=plan.bin", engine="tofu")
        for name in ("terraform.tfstate", "plan.bin"):
            content = (root / name).read_bytes()
            if secret.encode() in content or b"encrypted_data" not in content:
                faults.append(f"encryption: {name} is readable")
        if secret not in terraform(root, "show", "-json", engine="tofu"):
            faults.append("encryption: the right passphrase does not open the state")

        def opens(engine: str, passphrase: str | None) -> bool:
            kept = DUMMIES.pop("TF_VAR_state_passphrase")
            try:
                if passphrase is not None:
                    DUMMIES["TF_VAR_state_passphrase"] = passphrase
                terraform(root, "plan", "-input=false", "-no-color", engine=engine)
            except RuntimeError:
                return False
            finally:
                DUMMIES["TF_VAR_state_passphrase"] = kept
            return True

        for what, engine, passphrase in (
            ("without the passphrase", "tofu", None),
            ("with another passphrase", "tofu", "another passphrase of some length"),
            ("by terraform", "terraform", None),
        ):
            if opens(engine, passphrase):
                faults.append(f"encryption: the state opens {what}")
        (root / "terraform.tfstate").write_text(json.dumps({"version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "x", "outputs": {}, "resources": []}))
        if opens("tofu", DUMMIES["TF_VAR_state_passphrase"]):
            faults.append("encryption: a state in clear is accepted")
    print("encryption: states and plans open with the passphrase alone", flush=True)
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["roots", "modules", "encryption"])
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    mirror = plugins()
    missing = [engine for engine in ("terraform", "tofu") if shutil.which(engine) is None]
    faults = [f"{engine} is not on the PATH" for engine in missing]
    for name, check in (("roots", roots), ("modules", modules)):
        if arguments.only in (None, name):
            faults += check(mirror, arguments.names)
    if arguments.only in (None, "encryption") and not missing:
        faults += encryption()
    for fault in faults:
        print(f"fault: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
