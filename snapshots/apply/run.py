"""`gen apply` against an emulated AWS: real engine, real provider, real store of states.

    run.py --gen target/release/gen --moto MOTO_SERVER [--only PART ...]

whole     an empty account: foundation and control-plane/dev are applied; a second run changes nothing and records nothing; `drift` finds what
          was changed behind its back, and `apply` brings it back; `destroy` of both leaves what the guard protects, and nothing else.
account   another account: it is asked who is logged in, and nothing else.
stale     somebody changes something between plan and approval: refused, with the difference; no plan and no state is left on disk.
lock      two runs at once on one root: one does not get the lock, says who has it, and the store refused to make it twice; on a store that
          ignores `If-None-Match` nothing is begun. Old evidence keeps nobody from asking who holds it.
signal    SIGINT in the middle of an apply: the engine ends in order, `gen` with 130, and the next run goes on.
chain     a byte is flipped in a record, one is dropped, two change places: `audit verify` names the place.
prompt    control-C where it is asked whether to go on ends the run, without Enter.
token     the token of a web identity has expired: said so, nothing asked but STS.
child     the engine is killed: said so, who holds its lock is named in JSON, and the next run goes on.
network   the store answers 5xx, the network goes, the token expires, at the plan and at the apply: the state stays, and the next run puts it
          away.
orphan    `gen` is killed and its engine cannot put its state away: the next run does, unless somebody applied elsewhere meanwhile.
disk      the disk with the private folders is full: said so, nothing is changed.
boundaries  `gen` is killed at start and end of each program, before and after each record and export: run again, everything stands as before.
kill      `gen` is killed at each boundary of the first run: run again, everything stands as after a run that nobody killed.

renamed   plans are approved apart from being carried out; a component with data gets another name; its environment is removed, and destroyed.

What the emulator cannot do is left out by `engine.py`, which stands before the real engine on PATH; modules are not touched. The stack's
egress is left out as well: the emulator has no firewall.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import failures
import renamed
from boundaries import boundaries
from common import BUCKET, ENDPOINT, FOUNDATION, STACK, Moto, Place, bootstrap, change_by_hand, client, inventory, objects, on_terminal, s3
from relay import Relay


def whole(place: Place) -> None:
    first = place.run("apply", *STACK, "--auto-approve", expect=0)
    print(first.stdout.strip().splitlines()[-1])
    before = objects()
    again = place.run("apply", *STACK, "--auto-approve", expect=0)
    print(again.stdout.strip().splitlines()[-1])
    assert "0 changed" in again.stdout, again.stdout
    assert objects() == before, "a run that changes nothing leaves everything as it was"
    place.run("drift", *STACK, "--detailed-exitcode", expect=0)
    evidence = next(key for key in (b["Name"] for b in s3().list_buckets()["Buckets"]) if "evidence" in key and "replica" not in key)
    s3().put_bucket_versioning(Bucket=evidence, VersioningConfiguration={"Status": "Suspended"})
    drift = place.run("drift", *STACK, "--detailed-exitcode", expect=2)
    assert "the cloud moved" in drift.stdout and "aws_s3_bucket_versioning" in drift.stdout, drift.stdout
    print(drift.stdout.strip().splitlines()[-1])
    place.run("apply", *STACK, "--auto-approve", expect=0)
    assert s3().get_bucket_versioning(Bucket=evidence)["Status"] == "Enabled"
    for target in (FOUNDATION, STACK):
        print(place.run("audit", "verify", *target, expect=0).stdout.strip())
    destroyed(place, STACK, "control-plane")
    destroyed(place, FOUNDATION, "foundation")


def destroyed(place: Place, target: tuple[str, ...], stack: str) -> None:
    """Everything goes but what is kept, which is in the report with its reason; a second run finds nothing more to do."""
    steps = json.loads(place.run("destroy", *target, "--auto-approve", "--format", "json", expect=0).stdout)["steps"]
    kept = {one["address"]: one["why"] for step in steps for one in step["kept"]}
    standing: set[str] = set()
    for key, body in objects(f"{stack}/dev/").items():
        for one in json.loads(body)["resources"] if key.endswith(".tfstate") else []:
            if one["mode"] == "managed":
                address = ".".join(filter(None, (one.get("module"), one["type"], one["name"])))
                keys = [instance.get("index_key") for instance in one["instances"]]
                standing |= {address if key is None else f"{address}[{json.dumps(key)}]" for key in keys}
    assert standing == set(kept), sorted(standing ^ set(kept))
    # What is protected stays; what merely is in the way of nothing does not.
    assert any("prevent_destroy" in why for why in kept.values()), kept
    assert not [address for address in kept if ".aws_eks_" in address or ".aws_nat_gateway" in address], kept
    again = place.run("destroy", *target, "--auto-approve", expect=0)
    assert "0 changed" in again.stdout, again.stdout
    place.run("audit", "verify", *target, expect=0)
    print(f"{stack}/dev destroyed but for {len(kept)} things that are kept, each with its reason; a second run changed nothing", flush=True)


def account(place: Place, moto: Moto) -> None:
    sts = client("sts")
    other = sts.assume_role(RoleArn="arn:aws:iam::999999999999:role/x", RoleSessionName="test")["Credentials"]
    keys = {"AWS_ACCESS_KEY_ID": other["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": other["SecretAccessKey"], "AWS_SESSION_TOKEN": other["SessionToken"]}
    said: list[subprocess.CompletedProcess] = []
    asked = moto.asked(lambda: said.append(place.run("apply", *FOUNDATION, "--auto-approve", expect=1, **keys)))
    assert "logged in to account 999999999999" in said[0].stderr, said[0].stderr
    assert len(asked) == 1 and "GetCallerIdentity" in asked[0], asked
    print(f"wrong account: {len(asked)} request, GetCallerIdentity")


def stale(place: Place) -> None:
    iam = client("iam")
    role, other = "control-plane-dev-plan", "control-plane-dev-apply"
    iam.update_role(RoleName=role, Description="changed by hand")
    before = objects("foundation/dev/foundation-aws.tfstate")
    behind = lambda: iam.update_role(RoleName=other, Description="changed between plan and approval")  # noqa: E731
    status, said = on_terminal(place, ("apply", *FOUNDATION), behind)
    assert status == 1 and "what was approved is not what would happen now" in said, said[-2000:]
    assert 'aws_iam_role.apply["control-plane-dev"]: update is new' in said, said[-2000:]
    assert objects("foundation/dev/foundation-aws.tfstate") == before
    print("changed between plan and approval: refused, with the difference")
    status, said = on_terminal(place, ("apply", *FOUNDATION), lambda: None)
    assert status == 0 and "2 to update" in said, said[-2000:]
    assert iam.get_role(RoleName=other)["Role"].get("Description") != "changed between plan and approval"
    assert not place.left(), place.left()
    secret = place.environment["AWS_SECRET_ACCESS_KEY"].encode()
    files = [path for path in place.repository.rglob("*") if path.is_file()]
    assert not [path for path in files if secret in path.read_bytes()]
    assert not [key for key, body in objects().items() if secret in body]
    print(f"no plan, no state and no secret is left: {len(files)} files and {len(objects())} objects looked at")


def lock(place: Place) -> None:
    change_by_hand("changed by hand, for two runs")
    relay = Relay(ENDPOINT)
    words = ("apply", *FOUNDATION, "--auto-approve", "--lock-timeout", "0")
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(place.run, *words, AWS_ENDPOINT_URL_S3=relay.address) for _ in range(2)]
        done = [run.result() for run in runs]
    relay.close()
    refused = [answer for answer in relay.answers if answer[1].split("?")[0].endswith(".tflock") and answer[0] == "PUT" and answer[2] == 412]
    lost = [run for run in done if run.returncode == 1]
    assert len(lost) == 1 and sum(run.returncode == 0 for run in done) == 1, [run.stderr[-1500:] for run in done]
    assert "Error acquiring the state lock" in lost[0].stderr and "Who:" in lost[0].stderr, lost[0].stderr[-1500:]
    assert refused, relay.answers
    print(f"two runs at once: one applied, one was told who holds the lock; the store refused {len(refused)} locks with 412")
    forgetful = Relay(ENDPOINT, forgets="if-none-match")
    before = objects()
    done = place.run("apply", *FOUNDATION, "--auto-approve", expect=1, AWS_ENDPOINT_URL_S3=forgetful.address)
    forgetful.close()
    assert "ignores If-None-Match" in " ".join(done.stderr.split()), done.stderr[-1500:]
    assert {key: body for key, body in objects().items() if "create-check" not in key} == {key: body for key, body in before.items() if "create-check" not in key}
    touched = [answer for answer in forgetful.answers if ".tflock" in answer[1] or ".tfstate" in answer[1]]
    assert not [answer for answer in touched if answer[0] != "HEAD" or ".tflock" in answer[1]], forgetful.answers
    print("a store that ignores If-None-Match: refused before any lock")
    as_of = place.repository / "profiles/as-of.yaml"
    written = as_of.read_text()
    as_of.write_text(re.sub(r"(?m)^date: .*", "date: 2036-01-01", written))
    asked = place.run("unlock", *FOUNDATION, "foundation-aws", expect=0)
    assert "Nobody holds the lock." in asked.stdout and "warning[GEN040" in asked.stderr, asked.stderr[-1500:]
    place.run("apply", *FOUNDATION, "--auto-approve", expect=1)
    as_of.write_text(written)
    silent = place.run("unlock", *FOUNDATION, "foundation-aws", expect=1, AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert "Nobody holds" not in silent.stdout, silent.stdout
    print("old evidence keeps nobody from asking for a lock; where nobody could be asked, nobody is said to hold none")


def interrupted(place: Place) -> None:
    change_by_hand("changed by hand, for a signal")
    words = place.words("apply", *FOUNDATION, "--auto-approve")
    child = subprocess.Popen(words, env=place.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = ""
    for line in child.stderr:
        said += line
        if line.strip().endswith(": plan"):
            time.sleep(1.5)
            child.send_signal(signal.SIGINT)
            break
    said += child.stderr.read()
    child.stderr.close()
    assert child.wait() == 130 and "GEN0805" in said, (child.returncode, said[-1500:])
    assert not [key for key in objects() if key.endswith(".tflock")], "the engine gave its lock back"
    assert not place.left(), place.left()
    again = place.run("apply", *FOUNDATION, "--auto-approve", expect=0)
    assert "1 changed" in again.stdout, again.stdout
    print("SIGINT in the middle: 130, no lock, nothing left; the next run went on")


def chain(place: Place) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        records = {Path(key).name: body for key, body in objects("foundation/dev/records/").items()}
        names = sorted(name for name in records if name != "head.json")

        def verdict(changed: dict[str, bytes]) -> tuple[int, str]:
            folder = Path(tempfile.mkdtemp(dir=scratch))
            for name, body in changed.items():
                (folder / name).write_bytes(body)
            done = place.run("audit", "verify", "--dir", str(folder), "--format", "json")
            return done.returncode, done.stdout

        status, said = verdict(records)
        assert status == 0 and json.loads(said)["chains"][0]["records"] == len(names), said
        broken = lambda said: json.loads(said)["chains"][0]["broken_at"]  # noqa: E731
        tried = 0
        for number, name in enumerate(names, 1):
            body = records[name]
            for at in range(0, len(body), max(1, len(body) // 40)):
                flipped = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
                status, said = verdict(records | {name: flipped})
                assert status == 1 and broken(said) == number, (name, at, said)
                tried += 1
            status, said = verdict({other: body for other, body in records.items() if other != name})
            assert status == 1 and broken(said) == number, (name, said)
        for one, two in zip(names, names[1:]):
            status, said = verdict(records | {one: records[two], two: records[one]})
            assert status == 1 and broken(said) == names.index(one) + 1, (one, two, said)
        print(f"chain: {tried} flipped bytes, {len(names)} dropped records and {len(names) - 1} pairs that changed places, each named")


BOUNDARIES = ["make the store", "move the state", "init", "what others", "plan", "record the plan", "apply", "hand on", "record"]


def kill(place: Place, moto: Moto, at: list[str], wanted: list[str]) -> None:
    for boundary in at:
        moto.reset()
        shutil.rmtree(place.state, ignore_errors=True)
        words = place.words("apply", *FOUNDATION, "--bootstrap", "--auto-approve")
        child = subprocess.Popen(words, env=place.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        seen = False
        for line in child.stderr:
            if line.strip().endswith(f": {boundary}") or f": {boundary}" in line:
                # In the middle of what begins here, not before it.
                time.sleep(0.7)
                child.send_signal(signal.SIGKILL)
                seen = True
                break
        child.wait()
        child.stderr.close()
        assert seen, boundary
        again = place.run("apply", *FOUNDATION, "--bootstrap", "--auto-approve", expect=0)
        assert inventory() == wanted, (boundary, sorted(set(inventory()) ^ set(wanted)), again.stderr)
        place.run("audit", "verify", *FOUNDATION, expect=0)
        last = sorted(key for key in objects("foundation/dev/records/") if "head" not in key)[-1]
        assert json.loads(objects(last)[last])["type"] == "gen.step.done.v1", boundary
        assert not place.left(), (boundary, place.left())
        print(f"killed at `{boundary}`: run again, {len(wanted)} things as after a run that nobody killed", flush=True)


PARTS = ["account", "token", "stale", "prompt", "lock", "signal", "chain", "renamed", "child", "network", "orphan", "disk", "boundaries", "whole", "kill"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gen", required=True)
    parser.add_argument("--moto", required=True)
    parser.add_argument("--only", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--engine", default="terraform", choices=["terraform", "opentofu"])
    parser.add_argument("--kill-at", nargs="+", default=BOUNDARIES)
    arguments = parser.parse_args()
    moto, place = Moto(arguments.moto), Place(arguments.gen, arguments.engine)
    try:
        bootstrap(place)
        undisturbed = inventory()
        parts = {
            "account": lambda: account(place, moto),
            "stale": lambda: stale(place),
            "lock": lambda: lock(place),
            "signal": lambda: interrupted(place),
            "chain": lambda: chain(place),
            "token": lambda: failures.token(place, moto),
            "network": lambda: failures.network(place),
            "orphan": lambda: failures.orphan(place),
            "child": lambda: failures.child(place),
            "disk": lambda: failures.disk(place),
            "prompt": lambda: failures.prompt(place),
            "boundaries": lambda: boundaries(place),
            "renamed": lambda: renamed.parts(place),
            "whole": lambda: whole(place),
        }
        for part in arguments.only:
            if part != "kill":
                parts[part]()
        if "kill" in arguments.only:
            kill(place, moto, arguments.kill_at, undisturbed)
    finally:
        moto.close()
        place.close()
    print("apply: all as it should be")


if __name__ == "__main__":
    main()
