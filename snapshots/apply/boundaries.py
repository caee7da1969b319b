"""`gen` is killed at the start and the end of each program that it starts, and before and after each record and export that it writes."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

from common import BUCKET, ENDPOINT, FOUNDATION, Place, inventory, s3
from failures import lose_alias, settled
from relay import Relay

APPLY = ("apply", *FOUNDATION, "--auto-approve")


def boundaries(place: Place) -> None:
    wanted = inventory()
    for side, at in (("start", at_child), ("end", at_child), ("before", at_write), ("after", at_write)):
        number = 1
        while at(place, wanted, side, number):
            number += 1
        assert number > 4, (side, number)
        print(f"killed at each {side} of {number - 1} {'programs' if at is at_child else 'writes'}: run again, {len(wanted)} things", flush=True)


def begun(place: Place, **more: str) -> subprocess.Popen:
    """A run that has something to make, to record and to hand on."""
    lose_alias()
    s3().delete_object(Bucket=BUCKET, Key="foundation/dev/exports/foundation-aws.json")
    return subprocess.Popen(place.words(*APPLY), env=place.environment | more, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def again(place: Place, wanted: list[str], what: str, killed: bool) -> bool:
    place.run(*APPLY, expect=0)
    settled(place, wanted, what)
    return killed


def at_child(place: Place, wanted: list[str], side: str, number: int) -> bool:
    gen = begun(place)
    while gen.poll() is None:
        lines = [line for path in place.scratch.glob("gen-apply-*/.children") for line in path.read_text().split()]
        if len(lines) >= number and (side == "start" or ended(lines[number - 1])):
            gen.send_signal(signal.SIGKILL)
            break
        time.sleep(0.002)
    return again(place, wanted, f"{side} of program {number}", gen.wait() == -signal.SIGKILL)


def ended(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def at_write(place: Place, wanted: list[str], side: str, number: int) -> bool:
    relay = Relay(ENDPOINT)
    gen = begun(place, AWS_ENDPOINT_URL_S3=relay.address)
    seen = 0

    def kill(method: str, path: str) -> int | None:
        nonlocal seen
        if method != "PUT" or not ("/records/" in path or "/exports/" in path):
            return None
        seen += 1
        if seen != number:
            return None
        gen.send_signal(signal.SIGKILL)
        return 0

    if side == "before":
        relay.fails = kill
    else:
        relay.after = kill
    status = gen.wait()
    relay.close()
    return again(place, wanted, f"{side} write {number}", status == -signal.SIGKILL)
