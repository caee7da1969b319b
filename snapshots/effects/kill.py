"""Kills `gen generate` at each kind of call that changes files. Nothing may be torn, and the next run must repair.

    kill.py --gen target/release/gen [--kills 1000] [--seed 1] [-j 2] [--files-only] [--replay WORKER/ROUND]

Three repositories share one `terraform-out/`, which is moved from one to the next. A round starts from a whole tree, is killed one to
three times on the way to the trees of repositories drawn at random, and ends with a run that nobody disturbs. After each kill every
file is as one of the repositories passed so far has it; after the last run the tree is the one that a run in an empty folder makes.

Kills come from a library before libc (kill.c). strace tells once that it counts all calls that change files.
Standard library only; Linux with cc and strace.
"""

from __future__ import annotations

import argparse
import functools
import json
import multiprocessing
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import shared

MANIFEST, TEMPORARY = ".gen.json", ".gen-tmp"
STATES = ("made", "grown", "shrunk")
MAX_FAULT = 6


class Violation(Exception):
    """What must not be, with how to see it again."""


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    if old not in text:
        raise SystemExit(f"{path.name} no longer says {old!r}: adapt kill.py to what `gen init` makes")
    path.write_text(text.replace(old, new))


def repositories(gen: Path, folder: Path) -> None:
    """What `gen init` makes; with one environment and module file more; without a stack, and with another module file."""
    for state in STATES:
        (folder / state).mkdir()
        subprocess.run([gen, "init"], cwd=folder / state, check=True, capture_output=True)
        shutil.rmtree(folder / state / "docs")
    environments = folder / "grown/stacks/hello/environments"
    edit(environments / "dev.yaml", "per_month: 200", "per_month: 250")
    shutil.copy(environments / "dev.yaml", environments / "test.yaml")
    edit(environments / "test.yaml", "dev.hello.example.org", "test.hello.example.org")
    edit(folder / "grown/stacks/foundation/environments/dev.yaml", "per_month: 300", "per_month: 350")
    shutil.rmtree(folder / "shrunk/stacks/hello")
    edit(folder / "shrunk/stacks/foundation/environments/dev.yaml", "per_month: 300", "per_month: 400")
    for state, name in ("grown", "notes.md"), ("grown", "more/notes.md"), ("shrunk", "notes.md"):
        file = folder / state / "templates/terraform/modules/aws/ci" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"What {state} says.\n" * 2_000)


class Walk:
    """One output tree and how it goes from state to state."""

    def __init__(self, arguments: argparse.Namespace, folder: Path, worker: int) -> None:
        self.gen, self.seed, self.worker, self.folder = arguments.gen, arguments.seed, worker, folder
        self.files_only = arguments.files_only
        self.state: str | None = None
        self.here = STATES[0]
        folder.mkdir(parents=True, exist_ok=True)
        self.library = shared.library("kill", folder)
        repositories(self.gen, folder)
        self.trees: dict[str, shared.Tree] = {}
        for state in STATES:
            self.run(state)
            self.trees[state] = shared.tree(self.out())
            shutil.rmtree(self.out())
        self.calls: dict[tuple[str, str], list[str]] = {}
        for start in STATES:
            for end in STATES:
                if start != end:
                    self.bring(start, [])
                    self.calls[start, end] = self.run(end).stderr.split()
                    self.bring(end, [])

    def out(self) -> Path:
        return self.folder / self.here / shared.OUT

    def move(self, state: str) -> None:
        if self.out().exists():
            os.rename(self.out(), self.folder / state / shared.OUT)
        self.here = state

    def run(self, state: str, at: int = 0, part: int = 0, jobs: int = 1) -> subprocess.CompletedProcess[str]:
        """Runs gen in the repository of that state; `at` 0 kills nothing and says each call on standard error."""
        self.move(state)
        self.state = None
        environment = {"LD_PRELOAD": os.fspath(self.library), "KILL_AT": str(at), "KILL_PART": str(part)}
        command = [os.fspath(self.gen), "-j", str(jobs), "generate"]
        return subprocess.run(command, cwd=self.folder / state, env=environment, capture_output=True, text=True)

    def bring(self, state: str, story: list[str]) -> bool:
        """A run that nobody disturbs: it succeeds and leaves the tree of that state. Whether it had anything to do."""
        done = self.run(state)
        story = [*story, f"whole run to {state}"]
        self.demand(done.returncode == 0, story, "the next run fails:\n" + re.sub(r"^\w+\n", "", done.stderr, flags=re.M))
        found, wanted = shared.tree(self.out()), self.trees[state]
        wrong = sorted({path for path, content in found.items() ^ wanted.items() if not (self.files_only and content is None)})
        self.demand(not wrong, story, "the next run leaves another tree: " + listed(wrong, found))
        self.state = state
        return bool(done.stderr)

    def check_whole(self, passed: list[str], story: list[str]) -> int:
        """After a kill: each file is as in one of the states passed. The number of temporary files."""
        found = shared.tree(self.out())
        trees = [self.trees[state] for state in passed]
        known = {path for one in trees for path, content in one.items() if content is not None}
        temporary = {re.sub(r"[^/]+$", lambda name: f".{name[0].lstrip('.')}{TEMPORARY}", path) for path in known}
        files = {path for path, content in found.items() if content is not None}
        leftovers = files & temporary
        self.demand(files <= known | leftovers, story, "files from nowhere: " + listed(sorted(files - known - leftovers), found))
        for path in known:
            if path.rsplit("/", 1)[-1] == MANIFEST and path in found:
                try:
                    self.demand(json.loads(found[path] or b"")["format_version"] == 1, story, f"{path} is of no known format")
                except ValueError as error:
                    self.demand(False, story, f"{path} is torn: {error}")
            elif found.get(path) not in [one.get(path) for one in trees]:
                self.demand(False, story, f"{path} is {'torn' if path in found else 'gone'}")
        return len(leftovers)

    def demand(self, holds: bool, story: list[str], fault: str) -> None:
        if not holds:
            raise Violation(f"{fault}\n  " + "\n  ".join(story))

    def end_of(self, number: int) -> str:
        return random.Random(f"{self.seed}/{self.worker}/{number}/end").choice(STATES)

    def round(self, number: int, told: Counter[str]) -> None:
        """One to three kills, then a run that nobody disturbs."""
        draw = random.Random(f"{self.seed}/{self.worker}/{number}")
        start, end = self.end_of(number - 1), self.end_of(number)
        story = [f"--seed {self.seed} --replay {self.worker}/{number}", f"from {start}"]
        if self.state != start:
            self.bring(start, story)
        passed = [start]
        for _ in range(draw.choice((1, 1, 2, 3))):
            goal = draw.choice([state for state in STATES if state != passed[-1]])
            at = draw.randint(1, len(self.calls[passed[-1], goal]))
            part, jobs = draw.randint(0, 1000), draw.choice((1, 2))
            done = self.run(goal, at, part, jobs)
            if done.returncode == -9:
                call = done.stderr.split()[-1]
                story.append(f"killed at call {at} ({call}, {part} permille) on the way to {goal}, -j {jobs}")
                passed.append(goal)
                told["kills"] += 1
                told[f"at {call}"] += 1
                told["temporary files left"] += self.check_whole(passed, story)
            else:
                story.append(f"not killed, {at} calls were not needed, to {goal}, -j {jobs}")
                self.bring(goal, story)
                passed = [goal]
        told["rounds"] += 1
        told["repaired runs"] += self.bring(end, story)

    def check_count(self) -> int:
        """strace sees the same calls as the library counts, in the same order. Their number."""
        seen = 0
        for start, end in self.calls:
            self.bring(start, [])
            self.move(end)
            traced = shared.traced([os.fspath(self.gen), "-j", "1", "generate"], self.folder / end, self.folder / "trace")
            found = [plain(call.name) for call in traced if call.writes()]
            counted = [plain(call) for call in self.calls[start, end]]
            if found != counted:
                raise SystemExit(f"{start} to {end}: strace sees {Counter(found)}, the library counts {Counter(counted)}")
            seen += len(found)
        return seen


def plain(call: str) -> str:
    """`renameat2` → `rename`: libc picks among them."""
    return "rmdir" if call == "rmdir" else re.sub(r"(64|at2?)$", "", call)


def listed(paths: list[str], found: shared.Tree) -> str:
    words = [f"{path} ({'missing' if path not in found else 'folder' if found[path] is None else 'file'})" for path in paths]
    more = f" and {len(words) - MAX_FAULT} more" if len(words) > MAX_FAULT else ""
    return ", ".join(words[:MAX_FAULT]) + more


def work(arguments: argparse.Namespace, folder: Path, worker: int) -> Counter[str] | str:
    """Rounds until this worker's share of kills is done; a text is the first violation."""
    told: Counter[str] = Counter()
    share = arguments.kills // arguments.jobs + (worker < arguments.kills % arguments.jobs)
    try:
        walk = Walk(arguments, folder / str(worker), worker)
        number = 1
        while told["kills"] < share:
            walk.round(number, told)
            number += 1
    except Violation as violation:
        return str(violation)
    return told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gen", type=lambda text: Path(text).resolve(), default=shared.ROOT / "target/release/gen")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--files-only", action="store_true", help="let empty folders be, as git does")
    parser.add_argument("--replay", metavar="WORKER/ROUND", help="one round of a run with that seed")
    arguments = parser.parse_args()
    with shared.scratch() as scratch:
        folder = Path(scratch)
        if arguments.replay:
            worker, number = map(int, arguments.replay.split("/"))
            try:
                Walk(arguments, folder / "replay", worker).round(number, Counter())
            except Violation as violation:
                print(f"fault: {violation}", file=sys.stderr)
                return 1
            print("no violation")
            return 0
        print(f"self check: strace sees the {Walk(arguments, folder / 'count', 0).check_count()} calls that the library counts", flush=True)
        started = time.monotonic()
        told: Counter[str] = Counter()
        with multiprocessing.Pool(arguments.jobs) as pool:
            for outcome in pool.imap_unordered(functools.partial(work, arguments, folder), range(arguments.jobs)):
                if isinstance(outcome, str):
                    print(f"fault: {outcome}", file=sys.stderr)
                    return 1
                told += outcome
        seconds = time.monotonic() - started
        calls = ", ".join(f"{name[3:]} {number}" for name, number in sorted(told.items()) if name.startswith("at "))
        print(f"{told['kills']} kills in {told['rounds']} rounds: {calls}")
        print(f"0 torn files, {told['temporary files left']} temporary files left and removed, {told['repaired runs']} repaired runs")
        print(f"seed {arguments.seed}, {seconds:.0f} s, {told['kills'] / seconds:.0f} kills a second")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
