"""What the checks of effects share: scratch folders, libraries that stand before libc, and reading what strace wrote."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
INPUTS = ("stacks", "profiles", "templates")
OUT = "terraform-out"

Tree = dict[str, bytes | None]
"""Path → content; none is a folder."""


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A scratch folder, in memory where there is such a place."""
    memory = "/dev/shm"
    return tempfile.TemporaryDirectory(prefix="gen-", dir=memory if os.access(memory, os.W_OK) else None)


def library(name: str, folder: Path) -> Path:
    """Builds a library that is loaded before libc."""
    path = folder / f"{name}.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", path, HERE / f"{name}.c", "-ldl", "-pthread"], check=True)
    return path


def tree(folder: Path) -> Tree:
    """All that is below a folder."""
    found: Tree = {}
    pending = [("", os.fspath(folder))] if folder.exists() else []
    for prefix, place in pending:
        with os.scandir(place) as entries:
            for entry in entries:
                path = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    found[path] = None
                    pending.append((f"{path}/", entry.path))
                else:
                    with open(entry.path, "rb") as file:
                        found[path] = file.read()
    return found


class Call(NamedTuple):
    """A system call."""

    name: str
    arguments: str
    result: str

    def writes(self) -> bool:
        """An open for writing, or a write to what is neither standard output nor standard error."""
        if self.name in ("open", "openat", "openat2"):
            return bool(re.search(r"\bO_(WRONLY|RDWR|CREAT|TRUNC|TMPFILE)\b", self.arguments))
        if self.name in ("write", "writev", "pwrite64", "pwritev", "pwritev2"):
            return not re.match(r"[12]\b", self.arguments)
        return self.name in WRITERS


WRITERS = set(
    "creat rename renameat renameat2 unlink unlinkat mkdir mkdirat rmdir chmod fchmod fchmodat fchmodat2 chown fchown lchown "
    "fchownat truncate ftruncate fallocate link linkat symlink symlinkat mknod mknodat utime utimes utimensat futimesat setxattr "
    "lsetxattr fsetxattr removexattr lremovexattr fremovexattr copy_file_range sendfile splice fsync fdatasync sync syncfs "
    "sync_file_range mount umount2 io_uring_setup".split()
)
"""Calls that change files, whatever their arguments."""


def traced(
    command: list[str], folder: Path, log: Path, environment: dict[str, str] | None = None, accepted: tuple[int, ...] = (0,)
) -> list[Call]:
    """Runs a command under strace; its calls in the order in which they began. A command that fails did not do what is looked at."""
    ran = subprocess.run(
        ["strace", "-f", "-qq", "-e", "signal=none", "-s", "0", "-o", log, *command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    if ran.returncode not in accepted:
        raise RuntimeError(f"{command} ended with {ran.returncode}: {ran.stderr.decode()[-2000:]}")
    calls: list[Call] = []
    open_calls: dict[str, tuple[int, str]] = {}
    for line in log.read_text().splitlines():
        process, text = line.split(None, 1)
        # A thread that is told to end before strace has read which call it is about to make never makes it.
        if text.startswith(("+++", "???(", "<... ??? resumed>")):
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", text)
        if resumed:
            place, begun = open_calls.pop(process)
            calls[place] = parsed(begun + resumed[1])
        elif text.endswith("<unfinished ...>"):
            begun = text.removesuffix("<unfinished ...>")
            open_calls[process] = (len(calls), begun)
            calls.append(parsed(begun))
        else:
            calls.append(parsed(text))
    return calls


def parsed(text: str) -> Call:
    """`name(arguments) = result`; a call that never returned has no result."""
    found = re.fullmatch(r"(\w+)\((.*?)(?:\)\s+= (.*))?", text, re.S)
    if not found:
        raise ValueError(f"strace wrote what is not understood: {text}")
    return Call(found[1], found[2], found[3] or "")
