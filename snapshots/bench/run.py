"""The whole-program benchmark: synthetic repositories of 10 to 10 000 targets. Method and results: docs/benchmarks.md.

    run.py [--sizes 10 100 1000 10000] [--gen target/release/gen] [--baseline target/release/examples/baseline]
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = 10


def synthesise(folder: Path, targets: int) -> None:
    """One foundation account, and stacks of ten environments each, made like the shipped stack."""
    stack = (ROOT / "stacks/control-plane/stack.yaml").read_text()
    account = folder / "stacks/foundation/environments"
    account.mkdir(parents=True)
    for name in ("stack.yaml", "environments/dev.yaml"):
        shutil.copy(ROOT / "stacks/foundation" / name, folder / "stacks/foundation" / name)
    tiers = ["development", "staging", "production"]
    names = {"development": "dev", "staging": "staging", "production": "prod"}
    for number in range(targets):
        place = folder / f"stacks/s{number // ENVIRONMENTS}"
        (place / "environments").mkdir(parents=True, exist_ok=True)
        if number % ENVIRONMENTS == 0:
            (place / "stack.yaml").write_text(stack)
        tier = tiers[number % 3]
        text = (ROOT / f"stacks/control-plane/environments/{names[tier]}.yaml").read_text()
        text = text.replace(f"accounts: {{aws: {names[tier]}}}", "accounts: {aws: dev}")
        text = re.sub(r"^domain: .*$", f"domain: t{number}.example.org", text, flags=re.M)
        (place / f"environments/e{number % ENVIRONMENTS}.yaml").write_text(text)


def timed(command: list[str], runs: int) -> tuple[float, float]:
    """Best wall time of several runs after one that warms the cache, and the largest memory in MiB."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    best, memory = float("inf"), 0.0
    for _ in range(runs):
        started = time.perf_counter()
        used = most_memory(command)
        best = min(best, time.perf_counter() - started)
        memory = max(memory, used)
    return best, memory


def most_memory(command: list[str]) -> float:
    """Runs a command; the most memory that it used, in MiB."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{command} failed")
    return usage.ru_maxrss / 1024


def cold(makers: dict[Path, list[str]], runs: int) -> list[float]:
    """Best times to write trees that are not there, in turns, each flushed afterwards and counted with that."""
    best = [float("inf")] * len(makers)
    for _ in range(runs):
        for number, (folder, command) in enumerate(makers.items()):
            shutil.rmtree(folder, ignore_errors=True)
            os.sync()
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            os.sync()
            best[number] = min(best[number], time.perf_counter() - started)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure gen on synthetic repositories.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000, 10000])
    parser.add_argument("--gen", default=str(ROOT / "target/release/gen"))
    parser.add_argument("--baseline", default=str(ROOT / "target/release/examples/baseline"))
    arguments = parser.parse_args()
    print("| targets | files | MiB | plan s | read s | ratio | generate s | cp -r s | ratio | MiB memory | KiB a target |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "repository"
            synthesise(folder, size)
            runs = 5 if size <= 1000 else 2
            out, copy = folder / "terraform-out", Path(scratch) / "copy"
            gen = [arguments.gen, "-C", str(folder)]
            # The copy is made of what was just generated.
            generate, copied = cold({out: [*gen, "generate"], copy: ["cp", "-r", str(out), str(copy)]}, runs)
            shutil.rmtree(copy)
            plan, memory = timed([*gen, "plan"], runs)
            shutil.rmtree(out)
            writing = most_memory([*gen, "generate"])
            said = subprocess.run([arguments.baseline, str(folder)], capture_output=True, text=True, check=True).stdout.split()
            read, files, size_bytes = float(said[0]), int(said[2]), int(said[3])
            memory = max(memory, writing)
            each = max(0.0, memory - 40) * 1024 / size
            print(
                f"| {size} | {files} | {size_bytes / 2**20:.1f} | {plan:.3f} | {read:.3f} | {plan / read:.2f} "
                f"| {generate:.3f} | {copied:.3f} | {generate / copied:.2f} | {memory:.0f} | {each:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
