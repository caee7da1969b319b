"""How long `gen affected` takes beside `git diff --name-only`, in turns, on a synthetic repository.

    affected.py [--targets 1000] [--gen target/release/gen] [--runs 15]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from run import ROOT, synthesise

ENVIRONMENT = "stacks/s0/environments/e0.yaml"
CHANGES = {
    "nothing": None,
    "an environment": (ENVIRONMENT, "per_month: 400", "per_month: 500"),
    "a stack": ("stacks/s0/stack.yaml", "retain: 7y", "retain: 8y"),
    "a profile": ("profiles/standard.yaml", "degraded: warn", "degraded: refuse"),
    "a provider": ("profiles/providers/aws.yaml", "name: ", "name: The "),
    "a module": ("templates/terraform/modules/aws/postgres/main.tf", "resource", "# more\nresource"),
}
"""File, text, other text."""


def seconds(command: list[str], folder: Path) -> float:
    """How long a program takes."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure gen affected beside git diff.")
    parser.add_argument("--targets", type=int, default=1000)
    parser.add_argument("--gen", default=str(ROOT / "target/release/gen"))
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    gen = os.path.abspath(arguments.gen)
    print("| changed | affected | git diff ms | gen affected ms | more ms |")
    print("| --- | --- | --- | --- | --- |", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        synthesise(root, arguments.targets)
        for name in ("profiles", "templates"):
            subprocess.run(["cp", "-r", str(ROOT / name), str(root)], check=True)
        subprocess.run([gen, "-C", str(root), "generate"], check=True, stdout=subprocess.DEVNULL)
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
        for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "base"]):
            subprocess.run([*git, *command], check=True, cwd=root)
        for name, change in CHANGES.items():
            if change:
                path, old, new = change
                text = (root / path).read_text()
                if old not in text:
                    raise SystemExit(f"{path} does not hold {old!r}")
                (root / path).write_text(text.replace(old, new, 1))
            ask = [gen, "affected", "--base", "HEAD"]
            said = subprocess.run(ask, check=True, capture_output=True, text=True, cwd=root).stdout
            pairs = [
                (seconds(["git", "diff", "--name-only", "HEAD"], root), seconds(ask, root)) for _ in range(arguments.runs)
            ]
            diff, affected = (1000 * statistics.median(times) for times in zip(*pairs))
            count = next(line for line in said.splitlines() if " affected by " in line).split()[0]
            print(f"| {name} | {count} | {diff:.1f} | {affected:.1f} | {affected - diff:.1f} |", flush=True)
            subprocess.run(["git", "checkout", "--quiet", "."], check=True, cwd=root)


if __name__ == "__main__":
    main()
