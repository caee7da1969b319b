"""What goes wrong on the way, and what the next run makes of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from common import ENDPOINT, FOUNDATION, Moto, Place, change_by_hand, client, inventory, objects, on_terminal
from relay import Relay

STATE = "foundation/dev/foundation-aws.tfstate"
APPLY = ("apply", *FOUNDATION, "--auto-approve", "--lock-timeout", "0")


def started(place: Place, words: tuple[str, ...], at: str, then, **more: str) -> tuple[int, str]:
    """Runs a command; once it says that it does `at`, something is done."""
    child = subprocess.Popen(
        place.words(*words), env=place.environment | more, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    said, seen = "", False
    for line in child.stderr:
        said += line
        if not seen and line.strip().endswith(f": {at}"):
            seen = True
            then(child)
    child.stderr.close()
    assert seen, said[-3000:]
    return child.wait(), said


def lift(place: Place) -> None:
    """The lock of an engine that died: who holds it is asked, and it is lifted by its number."""
    if not [key for key in objects() if key.endswith(".tflock")]:
        return
    held = json.loads(place.run("unlock", "foundation-aws", *FOUNDATION, "--format", "json", expect=0).stdout)["lock"]
    refused = place.run(*APPLY, "--format", "json", expect=1)
    holder = json.loads(refused.stdout)["steps"][0]["holder"]
    assert holder["id"] == held["ID"] and holder["who"] == held["Who"] and holder["operation"] and holder["created"], holder
    place.run("unlock", "foundation-aws", *FOUNDATION, "--id", held["ID"], expect=0)
    print("  its lock was named in JSON by who, when and what for, and lifted by its number")


def lose_alias() -> str:
    """Takes something away that cannot be made twice: a state that is lost shows when it is made again."""
    aliases = [one["AliasName"] for one in client("kms").list_aliases()["Aliases"] if "trail" in one["AliasName"]]
    client("kms").delete_alias(AliasName=aliases[0])
    return aliases[0]


def settled(place: Place, wanted: list[str], what: str) -> None:
    assert inventory() == wanted, (what, sorted(set(inventory()) ^ set(wanted)))
    assert not place.left(), (what, place.left())
    place.run("audit", "verify", *FOUNDATION, expect=0)
    last = sorted(key for key in objects("foundation/dev/records/") if "head" not in key)[-1]
    assert json.loads(objects(last)[last])["type"] == "gen.step.done.v1", what


def from_the_state_on(status: int):
    """Everything is answered until a state is to be put away; that is not, nor is anything after it."""
    reached = []

    def fails(method: str, path: str) -> int | None:
        if method == "PUT" and path.split("?")[0].endswith(".tfstate"):
            reached.append(path)
        return status if reached else None

    return fails


def network(place: Place) -> None:
    """The store answers 5xx, the network goes, the token expires: at the plan, at the apply, when the state is put away."""
    wanted = inventory()
    only_state = lambda method, path: 503 if method == "PUT" and path.split("?")[0].endswith(".tfstate") else None  # noqa: E731
    everything = lambda status: lambda *_: status  # noqa: E731
    cases = [
        ("the store answers 503", "plan", everything(503), 0),
        ("the network goes", "plan", everything(0), 0),
        ("the store answers 503 before anything is made", "apply", everything(503), 0),
        ("the store answers 503 to the state", "apply", only_state, 1),
        ("the store answers 503 once things were made", "apply", from_the_state_on(503), 1),
        ("the network goes once things were made", "apply", from_the_state_on(0), 1),
        ("the token expires once things were made", "apply", from_the_state_on(400), 1),
    ]
    for what, at, fails, kept in cases:
        relay = Relay(ENDPOINT)
        lose_alias()

        def broken(_, relay=relay, fails=fails) -> None:
            relay.fails = fails

        status, said = started(place, APPLY, at, broken, AWS_ENDPOINT_URL_S3=relay.address)
        relay.close()
        assert status == 1 and "GEN0802" in said, (what, at, status, said[-3000:])
        left = [path for path in place.left() if path.name == "errored.tfstate"]
        assert len(left) == kept, (what, left, said[-3000:])
        if kept:
            assert str(left[0]) in said.replace("\n", ""), (what, left, said[-3000:])
        else:
            assert not place.left(), place.left()
        print(f"{what} at `{at}`: exit 1, {len(left)} states kept")
        lift(place)
        again = place.run(*APPLY, expect=0)
        assert ("put away the state of a run that was killed" in again.stderr) == bool(kept), again.stderr
        settled(place, wanted, f"{what} at {at}")
        print(f"  run again: {'the state was put away, ' if left else ''}nothing was made twice", flush=True)


def orphan(place: Place) -> None:
    """`gen` is killed, and its engine cannot put its state away: the next run does, or refuses if somebody was there."""
    wanted = inventory()
    for meanwhile in (False, True):
        change_by_hand(f"changed by hand, for an orphan {meanwhile}")
        if not meanwhile:
            lose_alias()
        relay = Relay(ENDPOINT)
        relay.fails = lambda method, path: 503 if method == "PUT" and path.split("?")[0].endswith(".tfstate") else None

        def die(child) -> None:
            time.sleep(0.3)
            child.send_signal(signal.SIGKILL)

        status, said = started(place, APPLY, "apply", die, AWS_ENDPOINT_URL_S3=relay.address)
        assert status == -signal.SIGKILL, said
        if not meanwhile:
            again = place.run("apply", *FOUNDATION, "--auto-approve", expect=0)
            relay.close()
            assert "put away the state of a run that was killed" in again.stderr, again.stderr
            settled(place, wanted, "an orphan")
            print("gen killed, and the engine could not put its state away: the next run did, nothing was made twice", flush=True)
            continue
        for _ in range(600):
            if [path for path in place.left() if path.name == "errored.tfstate"]:
                break
            time.sleep(0.2)
        time.sleep(2)
        relay.close()
        with tempfile.TemporaryDirectory() as elsewhere:
            place.run("apply", *FOUNDATION, "--auto-approve", expect=0, TMPDIR=elsewhere)
        before = objects()
        refused = place.run(*APPLY, expect=1)
        left = [path for path in place.left() if path.name == "errored.tfstate"]
        assert "does not follow the one in the store" in " ".join(refused.stderr.split()), refused.stderr
        assert len(left) == 1 and str(left[0]) in refused.stderr.replace("\n", ""), (left, refused.stderr)
        assert objects() == before
        shutil.rmtree(place.scratch)
        place.scratch.mkdir()
        settled(place, wanted, "an orphan, and somebody else")
        print("the same, and somebody applied elsewhere meanwhile: refused, the file is named, nothing was changed", flush=True)


def child(place: Place) -> None:
    """The engine dies."""
    wanted = inventory()
    change_by_hand("changed by hand, for an engine that dies")

    def kill(gen) -> None:
        for _ in range(2000):
            for folder in place.scratch.glob("gen-apply-*/.children"):
                pid = int(folder.read_text().split()[-1])
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0") if Path(f"/proc/{pid}").exists() else []
                # The engine itself, once it has taken the place of the script before it.
                if words[1:2] == ["apply"] and [key for key in objects() if key.endswith(".tflock")]:
                    os.kill(pid, signal.SIGKILL)
                    return
            time.sleep(0.02)

    status, said = started(place, APPLY, "apply", kill)
    assert status == 1 and "the engine was killed" in said, (status, said[-2000:])
    print("the engine dies: exit 1, said so")
    assert [key for key in objects() if key.endswith(".tflock")], "an engine that dies leaves its lock"
    lift(place)
    place.run(*APPLY, expect=0)
    settled(place, wanted, "an engine that died")


def token(place: Place, moto: Moto) -> None:
    """The token of a web identity has expired."""
    asked: list[str] = []

    class Sts(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers.get("content-length", 0))).decode())
            text = b"<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredTokenException</Code><Message>Token expired: current date/time 1 must be before the expiration date/time 0</Message></Error></ErrorResponse>"
            self.send_response(400)
            self.send_header("content-type", "text/xml")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Sts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    file = place.scratch.parent / "token"
    file.write_text("header.payload.signature")
    more = {
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/control-plane-dev-apply",
        "AWS_ROLE_SESSION_NAME": "ci",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(file),
        "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{server.server_address[1]}",
        "AWS_REGION": "eu-central-1",
    }
    before, said = objects(), []
    others = moto.asked(lambda: said.append(place.run(*APPLY, expect=1, **more)))
    server.shutdown()
    server.server_close()
    words = " ".join(said[0].stderr.split())
    assert "nobody is logged in at" in words and "Token expired" in words, said[0].stderr
    assert asked and all("AssumeRoleWithWebIdentity" in one for one in asked), asked
    assert not others and objects() == before and not place.left(), others
    print(f"an expired token: said so; {len(asked)} requests, all to STS for a login; nothing was changed")


def disk(place: Place) -> None:
    """The disk with the private folders is full."""
    folder = Path(place.folder.name) / "small"
    folder.mkdir()
    if not mounted(folder, "128k"):
        print("SKIPPED: a full disk needs a file system of its own, which only root can mount")
        return
    subprocess.run(["umount", folder], check=True)
    wanted = inventory()
    refused = []
    # Full at the first copy, and later: when an engine says something, or plans.
    for size in ("128k", "256k", "384k", "512k", "768k"):
        change_by_hand(f"changed by hand, for a disk of {size}")
        before = objects(STATE)
        assert mounted(folder, size)
        try:
            done = place.run(*APPLY, TMPDIR=str(folder))
            left = [path for path in folder.rglob("*") if path.is_file()]
        finally:
            subprocess.run(["umount", folder], check=True)
        if done.returncode == 0:
            continue
        refused.append(size)
        assert done.returncode == 1 and "o space left" in done.stderr, (size, done.returncode, done.stderr)
        assert not left and objects(STATE) == before, left
        print(f"a disk of {size}: exit 1, said so, nothing was changed")
    assert len(refused) > 1, refused
    folder.rmdir()
    place.run(*APPLY, expect=0)
    settled(place, wanted, "a full disk")


def mounted(folder: Path, size: str) -> bool:
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    return subprocess.run(words, stderr=subprocess.DEVNULL).returncode == 0


def prompt(place: Place) -> None:
    """Control-C where it is asked whether to go on."""
    change_by_hand("changed by hand, for a prompt")
    begun: list[float] = []
    status, said = on_terminal(place, ("apply", *FOUNDATION), lambda: begun.append(time.monotonic()), answer=b"\x03")
    assert status == 130 and "GEN0805" in said, (status, said[-1500:])
    print(f"control-C at the prompt: 130 after {time.monotonic() - begun[0]:.1f} s, without Enter")
    place.run(*APPLY, expect=0)
