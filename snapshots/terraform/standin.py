"""Real Terraform with a stand-in provider: it passes what fits the schema and refuses what does not, fault by fault.

Standard library only; see schema-provider/README.md. Builds the stand-in, and gives it a small schema of its own.

    standin.py [--engine terraform]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent / "schema-provider"
HEAD = 'terraform {\n  required_providers {\n    acme = {\n      source  = "acme/acme"\n      version = "1.0.0"\n    }\n  }\n}\n'
SCHEMA = {
    "source": "acme/acme",
    "version": "1.0.0",
    "provider": {"attributes": {"token": {"type": "string", "optional": True, "sensitive": True}}},
    "resource_schemas": {
        "acme_thing": {
            "attributes": {
                "id": {"type": "string", "computed": True},
                "name": {"type": "string", "required": True},
                "password": {"type": "string", "computed": True, "sensitive": True},
                "given_wo": {"type": "string", "optional": True, "write_only": True},
                "old": {"type": "string", "optional": True, "deprecated": True},
                "lock": {
                    "optional": True,
                    "nested_type": {
                        "nesting_mode": "single",
                        "attributes": {
                            "mode": {"type": "string", "required": True},
                            "days": {"type": "number", "optional": True},
                            "since": {"type": "string", "computed": True},
                        },
                    },
                },
            },
            "block_types": {
                "rule": {
                    "nesting_mode": "list",
                    "min_items": 1,
                    "max_items": 2,
                    "block": {"attributes": {"port": {"type": "number", "required": True}}},
                }
            },
        }
    },
}
GOOD = 'resource "acme_thing" "a" {\n  name = "a"\n  given_wo = "x"\n  lock = { mode = "strict", days = 3 }\n  rule {\n    port = 443\n  }\n}\n'
OUTPUT = 'output "password" {\n  value = acme_thing.a.password\n%s}\n'
# Fault → the good configuration with the fault in it, and what Terraform says.
FAULTS = {
    "unknown argument": (GOOD.replace("name =", "nmae = 1\n  name ="), "Unsupported argument"),
    "unknown block": (GOOD.replace("rule {", "rules {\n  }\n  rule {"), "Unsupported block type"),
    "missing required argument": (GOOD.replace('name = "a"', ""), "Missing required argument"),
    "required argument that is null": (GOOD.replace('name = "a"', "name = null"), "Missing required argument"),
    "missing argument of a block": (GOOD.replace("port = 443", ""), "Missing required argument"),
    "missing argument of a nested attribute": (GOOD.replace('mode = "strict", ', ""), 'attribute "mode" is required'),
    "too few blocks": (re.sub(r"  rule \{.*?\}\n", "", GOOD, flags=re.S), "Insufficient rule blocks"),
    "too many blocks": (GOOD.replace("  rule {", "  rule {\n    port = 1\n  }\n  rule {\n    port = 2\n  }\n  rule {"), "Too many rule blocks"),
    "wrong type": (GOOD.replace("443", '"https"'), "a number is required"),
    "read-only argument": (GOOD.replace("name =", 'id = "1"\n  name ='), "Value for unconfigurable attribute"),
    "read-only key of a nested attribute": (GOOD.replace("days = 3", 'since = "x"'), "Value for unconfigurable attribute"),
    "unknown attribute": (GOOD + 'output "x" {\n  value = acme_thing.a.size\n}\n', "Unsupported attribute"),
    "unknown resource type": (GOOD + 'resource "acme_other" "b" {}\n', "Invalid resource type"),
    "secret that is not said to be one": (GOOD + OUTPUT % "", "Output refers to sensitive values"),
}
TEST = """
mock_provider "acme" {
  mock_resource "acme_thing" {
    defaults = { id = "made-up" }
  }
}

run "applies" {
  assert {
    condition     = acme_thing.a.id == "made-up" && acme_thing.a.lock.days == 3 && acme_thing.a.rule[0].port == 443
    error_message = "The mock is not built on the schema."
  }
}
"""


class Engine:
    def __init__(self, name: str, scratch: Path) -> None:
        self.name = name
        self.scratch = scratch
        self.plugins = scratch / "plugins"
        binary = scratch / "schema-provider"
        environment = {**os.environ, "GOWORK": "off", "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false"}
        subprocess.run(["go", "build", "-o", str(binary), "."], cwd=SOURCE, env=environment, check=True)
        for host in ("registry.terraform.io", "registry.opentofu.org"):
            leaf = self.plugins / host / "acme/acme/1.0.0/linux_amd64"
            leaf.mkdir(parents=True)
            (leaf / "terraform-provider-acme_v1.0.0").symlink_to(binary)
            (leaf / "schema.json").write_text(json.dumps(SCHEMA))
        self.folder = scratch / "root"
        self.folder.mkdir()
        self.write(GOOD)
        code, said = self.run("init", "-input=false", f"-plugin-dir={self.plugins}")
        if code:
            raise SystemExit(said)

    def write(self, text: str) -> None:
        (self.folder / "main.tf").write_text(HEAD + text)

    def run(self, *arguments: str) -> tuple[int, str]:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.scratch), "TF_CLI_CONFIG_FILE": "/dev/null", "CHECKPOINT_DISABLE": "1"}
        done = subprocess.run(
            [self.name, *arguments, "-no-color"], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=300
        )
        return done.returncode, re.sub(r"[\s│]+", " ", done.stdout + done.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", default="terraform")
    faults = []
    with tempfile.TemporaryDirectory() as scratch:
        engine = Engine(parser.parse_args().engine, Path(scratch))

        def expect(what: str, code: int, said: tuple[int, str], words: str) -> None:
            if said[0] != code or words not in said[1]:
                faults.append(f"{what}: exit {said[0]}, expected {code} and {words!r}:\n{said[1]}")

        engine.write(GOOD + OUTPUT % "  sensitive = true\n")
        expect("what fits", 0, engine.run("validate"), "The configuration is valid")
        (engine.folder / "a.tftest.hcl").write_text(TEST)
        expect("a test on mocks", 0, engine.run("test"), "1 passed, 0 failed")
        expect("a plan", 0, engine.run("plan"), "1 to add, 0 to change, 0 to destroy")
        expect("an apply", 1, engine.run("apply", "-auto-approve"), "none of its code")
        engine.write(GOOD.replace("name =", 'old = "x"\n  name ='))
        expect("what is deprecated", 0, engine.run("validate"), "deprecated")
        for fault, (text, words) in FAULTS.items():
            assert text != GOOD, fault
            engine.write(text)
            # What a provider marks as secret shows in a plan only.
            expect(fault, 1, engine.run("plan" if "secret" in fault else "validate"), words)
    for fault in faults:
        print(f"fault: {fault}", file=sys.stderr)
    print(f"{len(FAULTS)} faults refused, 5 good runs" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
