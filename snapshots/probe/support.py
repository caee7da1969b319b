"""What the checks of probes share: certificates, ports, running gen, and saying what differs."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, NoReturn

Json = dict[str, Any]

CHECKS = 0


def check(true: bool, what: str, shown: object = "") -> None:
    """Fails with what was to be true."""
    global CHECKS
    CHECKS += 1
    if not true:
        fail(f"not true: {what}\n{shown}")


def equal(found: object, expected: object, what: str) -> None:
    """Fails if the two differ."""
    check(found == expected, what, f"found    {found!r}\nexpected {expected!r}")


def fail(why: str) -> NoReturn:
    """Ends the check."""
    raise SystemExit(f"{why}")


def need(*programs: str) -> None:
    """Fails with what is missing; and sees to it that servers are stopped when the check itself is."""
    lacking = [program for program in programs if shutil.which(program) is None]
    if lacking:
        fail(f"missing: {', '.join(lacking)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def free_port() -> int:
    """A port of loopback that nobody listens on.

    Other tests run at the same time, and between choosing a port and listening on it another could be given the same. So it is not the
    kernel that chooses: it hands out the next one to everybody, to clients as well. Below its range only servers are.
    """
    def taken(family: socket.AddressFamily, host: str, port: int) -> bool:
        try:
            with socket.socket(family) as listener:
                listener.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
        return False

    for _ in range(1000):
        port = secrets.randbelow(20_000) + 11_000
        if not taken(socket.AF_INET, "127.0.0.1", port) and not taken(socket.AF_INET6, "::1", port):
            return port
    fail("no port is free")


def wait_for(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Waits until something is true."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            fail(f"waited {seconds} s for {what}")
        time.sleep(0.1)


def openssl(*arguments: str | Path) -> None:
    """Runs openssl."""
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def authority(folder: Path) -> None:
    """An authority: ca.pem and ca.key."""
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=an authority for a test", "-keyout", folder / "ca.key", "-out", folder / "ca.pem",
        "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
    )  # fmt: skip


def certificate(folder: Path, name: str, subject: str, usage: str, names: str = "") -> None:
    """A certificate of the authority: NAME.pem and NAME.key."""
    openssl(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject,
        "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr",
    )  # fmt: skip
    lines = [f"extendedKeyUsage={usage}", "basicConstraints=critical,CA:FALSE"]
    if names:
        lines.append(f"subjectAltName={names}")
    (folder / f"{name}.ext").write_text("\n".join(lines) + "\n")
    openssl(
        "x509", "-req", "-days", "2", "-in", folder / f"{name}.csr", "-CA", folder / "ca.pem", "-CAkey",
        folder / "ca.key", "-CAcreateserial", "-extfile", folder / f"{name}.ext", "-out", folder / f"{name}.pem",
    )  # fmt: skip


class Gen:
    """The program, run with nothing of this machine's environment."""

    def __init__(self, program: Path, home: Path) -> None:
        self.program = program
        self.home = home

    def start(self, *arguments: str | Path, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """Starts it."""
        home = {"PATH": os.environ["PATH"], "HOME": str(self.home), "NO_COLOR": "1"}
        return subprocess.Popen(
            [str(self.program), *map(str, arguments)],
            cwd=self.home,
            env={**home, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str | Path, environment: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Runs it: status, what it printed, what it said on standard error."""
        process = self.start(*arguments, environment=environment)
        try:
            out, err = process.communicate(timeout=600)
        except subprocess.TimeoutExpired:
            process.kill()
            fail(f"took too long: {arguments}")
        return process.returncode, out, err

    def json(self, *arguments: str | Path, environment: dict[str, str] | None = None) -> tuple[int, Json]:
        """Runs it: status and the document that it printed."""
        status, out, err = self.run(*arguments, "--format", "json", environment=environment)
        try:
            return status, json.loads(out)
        except ValueError:
            fail(f"printed no JSON: {arguments}\n{out}\n{err}")


def finding(document: Json, capability: str) -> Json:
    """The one finding about a capability."""
    found = [finding for finding in document["report"]["findings"] if finding["capability"] == capability]
    equal(len(found), 1, f"one finding about {capability}")
    return dict(found[0])


def known(document: Json, capability: str) -> object:
    """What the finding says is there; none if it is unknown."""
    return finding(document, capability).get("is")


def seen(document: Json, about: str) -> Json:
    """The one observation about something."""
    found = [seen for seen in document["report"]["observations"] if seen["about"] == about]
    equal(len(found), 1, f"one observation about {about}")
    return dict(found[0])


def codes(document: Json) -> list[str]:
    """The codes of a document's diagnostics."""
    return [diagnostic["code"] for diagnostic in document["diagnostics"]]


def stop(process: subprocess.Popen[Any], how: signal.Signals = signal.SIGTERM) -> None:
    """Ends a server and waits for it."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def done(what: str) -> None:
    """Says how much was checked."""
    print(f"{what}: {CHECKS} checks hold")
    sys.stdout.flush()
