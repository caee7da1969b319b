"""`gen plan` writes nothing, asks nobody, and says the same everywhere; `gen generate` writes the same everywhere.

    quiet.py --gen target/release/gen

1. strace: each system call of `gen plan` is one that reads, or manages the process's own memory and threads.
2. Standard output, standard error and exit status are equal, byte for byte, under other clocks, locales, users, folders, orders of
   folders and numbers of threads. One thing may differ: the seconds that `plan` took, which it says to people and not in documents.
3. Two checkouts in different folders render equal trees, equal to the one that is checked in.

Each check first proves that it would notice. Standard library only; Linux with cc and strace; the check of another user needs root.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import shared

HARMLESS = set(
    # Reads of files and folders.
    "open openat read readv pread64 preadv lseek close fstat stat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat "
    "getcwd getdents64 fadvise64 fcntl ioctl poll ppoll dup "
    # Writes, which `Call.writes` lets pass to standard output and standard error alone.
    "write writev "
    # Memory.
    "mmap munmap mprotect mremap madvise brk "
    # Its own threads, and waiting for them.
    "clone clone3 futex exit exit_group set_tid_address set_robust_list rseq gettid getpid tgkill sched_yield sched_getaffinity prctl "
    "arch_prctl restart_syscall nanosleep clock_nanosleep "
    # Signals to itself.
    "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack "
    # What the machine is like; the seeds of hash tables.
    "prlimit64 getrlimit getrandom uname sysinfo clock_gettime gettimeofday time getuid geteuid getgid getegid".split()
)

PLANS = (
    ["plan"],
    ["plan", "--verdicts", "--diff"],
    ["plan", "--stack", "control-plane", "--env", "prod", "--provider", "evidence=exoscale"],
)
FORMATS = ("human", "json")
SECONDS = re.compile(rb"\b\d+\.\d\d s$", re.M)


class Place(NamedTuple):
    """Where and how a command is run."""

    name: str
    folder: Path
    environment: dict[str, str] = {}
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def checkout(folder: Path, *, output: bool = True, turned: bool = False) -> Path:
    """A copy of what gen reads; `turned` makes its files in the opposite order, and as old as can be."""
    for name in [*shared.INPUTS, *([shared.OUT] if output else [])]:
        paths = sorted((shared.ROOT / name).rglob("*"), reverse=turned)
        for path in paths:
            if path.is_file() and ".terraform" not in path.parts:
                copy = folder / path.relative_to(shared.ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
                if turned:
                    os.utime(copy, (0, 0))
    return folder


def changed(folder: Path) -> Path:
    """Gives a checkout something to create, to change and to remove."""
    ci = folder / "templates/terraform/modules/aws/ci"
    (ci / "notes").mkdir()
    (ci / "notes/added.md").write_text("added\n")
    with (ci / "README.md").open("a") as readme:
        readme.write("changed\n")
    (folder / "stacks/foundation/environments/staging.yaml").unlink()
    (folder / "stacks/control-plane/environments/staging.yaml").unlink()
    return folder


def faults_of(calls: list[shared.Call]) -> list[str]:
    """Calls that do more than read; the first is the start of the program itself."""
    if calls[0].name != "execve":
        raise SystemExit("the trace does not begin with the start of the program")
    found = []
    for call in calls[1:]:
        thread = not call.name.startswith("clone") or "CLONE_THREAD" in call.arguments
        shared_map = call.name == "mmap" and "MAP_SHARED" in call.arguments and "PROT_WRITE" in call.arguments
        if call.name not in HARMLESS or call.writes() or shared_map or not thread:
            found.append(f"{call.name}({call.arguments}) = {call.result}")
    return found


def silence(gen: Path, folder: Path) -> list[str]:
    """Check 1."""
    faults = []
    log = folder / "trace"
    same, differs = checkout(folder / "same"), changed(checkout(folder / "differs"))
    calls = 0
    for place in same, differs:
        before = shared.tree(place)
        for command in (*PLANS, ["check"], ["generate", "--check"]):
            # A store that lacks what is asked refuses its target; what differs on disk is a fault to one and a change to the other.
            status = 1 if "--provider" in command else 0 if place == same else {"check": 1, "generate": 2}.get(command[0], 0)
            for form in FORMATS:
                trace = shared.traced([os.fspath(gen), *command, "--format", form], place, log, accepted=(status,))
                calls += len(trace)
                faults += [f"gen {' '.join(command)}: {fault}" for fault in faults_of(trace)]
        if shared.tree(place) != before:
            faults.append(f"{place.name}: files changed")
    # The same eyes on a command that does write.
    written = faults_of(shared.traced([os.fspath(gen), "generate"], differs, log))
    kinds = Counter(fault.split("(")[0] for fault in written)
    for call in "open", "write", "rename", "mkdir", "unlink", "rmdir":
        if not any(kind.startswith(call) for kind in kinds):
            faults.append(f"self check: a trace of gen generate shows no {call}")
    told = ", ".join(f"{name} {number}" for name, number in sorted(kinds.items()))
    print(f"silence: {calls} system calls of plan, check and generate --check, {len(faults)} that are more than reads")
    print(f"  self check: gen generate shows {told}", flush=True)
    return faults


def places(gen: Path, folder: Path, library: Path) -> list[Place]:
    """The same repository in different circumstances."""
    here = changed(checkout(folder / "here"))
    turned = changed(checkout(folder / "another place/tiefer/größer/b", turned=True))
    elsewhere = folder / "empty"
    elsewhere.mkdir()
    preload = {"LD_PRELOAD": os.fspath(library)}
    found = [Place("as it is", here), Place("once more", here)]
    found += [Place(f"-j {jobs}", here, after=("-j", str(jobs))) for jobs in (1, 2, 8)]
    found += [
        Place(f"locale {locale}, zone {zone}", here, {"LANG": locale, "LC_ALL": locale, "LANGUAGE": locale[:2], "TZ": zone})
        for locale, zone in (("C", "UTC"), ("tr_TR.UTF-8", "Pacific/Kiritimati"), ("ja_JP.EUC-JP", "Etc/GMT+12"), ("nonsense", "nonsense"))
    ]
    found.append(Place("another home and name", here, {"HOME": "/nonexistent", "USER": "somebody", "LOGNAME": "somebody"}))
    found.append(Place("no environment", here, before=("env", "-i")))
    if os.geteuid() == 0 and shutil.which("setpriv"):
        found.append(Place("nobody", here, before=("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")))
    else:
        print("  not checked: another user, which needs root and setpriv")
    found.append(Place("another folder, made in the opposite order", turned))
    found.append(Place("from elsewhere", elsewhere, after=("-C", os.fspath(turned))))
    found += [Place(f"folders in order {order}", here, {**preload, "ORDER": str(order)}) for order in range(1, 9)]
    for name, base in ("1970", 0), ("2026", 1_790_000_000), ("2106", 4_300_000_000):
        found.append(Place(f"the clock stands in {name}", here, {**preload, "CLOCK_BASE": str(base)}))
    found.append(Place("the clock races", here, {**preload, "CLOCK_BASE": "1", "CLOCK_STEP": "86400"}))
    return found


def said(gen: Path, place: Place, command: list[str], form: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [*place.before, gen, *place.after, *command, "--format", form],
        cwd=place.folder,
        env={**os.environ, **place.environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    return done.returncode, done.stdout, done.stderr


def library_works(gen: Path, all_places: list[Place]) -> list[str]:
    """The library reaches programs: folders come in other orders, and the clock that gen reads is ours."""
    faults = []
    listing = [sys.executable, "-c", "import os; print(os.listdir('templates/terraform/modules/aws'))"]
    ordered = [place for place in all_places if "ORDER" in place.environment]
    orders = {
        subprocess.run(listing, cwd=place.folder, env={**os.environ, **place.environment}, capture_output=True).stdout for place in ordered
    }
    if len(orders) < len(ordered) - 1:
        faults.append(f"self check: {len(ordered)} shuffles list a folder in {len(orders)} orders only")
    for name, wanted in ("the clock stands in 2026", lambda seconds: seconds == 0), ("the clock races", lambda seconds: seconds >= 86400):
        place = next(place for place in all_places if place.name == name)
        if not wanted(float(SECONDS.findall(said(gen, place, ["plan"], "human")[1])[0].split()[0])):
            faults.append(f"self check: {name}, but gen plan does not show it")
    return faults


def sameness(gen: Path, folder: Path) -> list[str]:
    """Check 2."""
    library = shared.library("quiet", folder)
    all_places = places(gen, folder, library)
    faults = library_works(gen, all_places)
    outputs = 0
    for command in PLANS:
        for form in FORMATS:
            first: tuple[int, bytes, bytes] | None = None
            for place in all_places:
                status, out, err = said(gen, place, command, form)
                if form == "human":
                    out, masked = SECONDS.subn(b"", out)
                    if masked > 1:
                        faults.append(f"gen {' '.join(command)}: {masked} lines end in seconds; one is known")
                outputs += 1
                first = first or (status, out, err)
                if not out and not err:
                    faults.append(f"gen {' '.join(command)}: says nothing ({place.name})")
                for what, now, then in zip(("exit status", "standard output", "standard error"), (status, out, err), first):
                    if now != then:
                        faults.append(f"gen {' '.join(command)} --format {form}: another {what}: {place.name}: {difference(then, now)}")
    print(f"sameness: {outputs} outputs of {len(PLANS)} plans in {len(FORMATS)} formats under {len(all_places)} circumstances:")
    print(f"  {'; '.join(place.name for place in all_places)}", flush=True)
    return faults


def difference(then: int | bytes, now: int | bytes) -> str:
    if isinstance(then, int) or isinstance(now, int):
        return f"{then} became {now}"
    for old, new in zip(then.splitlines(), now.splitlines()):
        if old != new:
            return f"{old!r} became {new!r}"
    return f"{len(then)} bytes became {len(now)}"


def checkouts(gen: Path, folder: Path) -> list[str]:
    """Check 3."""
    faults = []
    trees: list[shared.Tree] = []
    for name, turned, jobs in ("a", False, "1"), ("deeper/and deeper/b", True, "8"):
        place = checkout(folder / name, output=False, turned=turned)
        done = subprocess.run([gen, "-j", jobs, "generate"], cwd=place, capture_output=True, text=True)
        if done.returncode:
            faults.append(f"gen generate fails in {name}: {done.stderr}")
        trees.append(shared.tree(place / shared.OUT))
    recorded = shared.tree(checkout(folder / "recorded") / shared.OUT)
    for what, tree in ("two checkouts", trees[1]), ("the tree that is checked in", recorded):
        wrong = sorted({path for path, _ in trees[0].items() ^ tree.items()})
        if wrong or not tree:
            faults.append(f"{what}: {len(wrong)} files differ, such as {', '.join(wrong[:4])}")
    count = sum(content is not None for content in trees[0].values())
    print(f"checkouts: {count} files rendered in two folders, compared with each other and with what is checked in", flush=True)
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gen", type=Path, default=shared.ROOT / "target/release/gen")
    arguments = parser.parse_args()
    with shared.scratch() as scratch:
        folder = Path(scratch)
        # Other users come in here, and find the program.
        folder.chmod(0o755)
        gen = Path(shutil.copy(arguments.gen, folder / "gen"))
        gen.chmod(0o755)
        faults = []
        for check in silence, sameness, checkouts:
            place = folder / check.__name__
            place.mkdir()
            faults += check(gen, place)
    for fault in faults[:40]:
        print(f"fault: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
