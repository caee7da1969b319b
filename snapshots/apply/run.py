"""`gen apply` against an emulated AWS: real engine, real provider, real store of states.

    run.py --gen target/release/gen --moto MOTO_SERVER [--only PART ...]

whole     an empty account: foundation and control-plane/dev are applied; a second run changes nothing and records nothing; `drift` finds what
          was changed behind its back, and `apply` brings it back; `destroy` of the network leaves nothing of it.
account   another account: it is asked who is logged in, and nothing else.
stale     somebody changes something between plan and approval: refused, with the difference; no plan and no state is left on disk.
lock      two runs at once on one root: one does not get the lock, says who has it, and the store refused to make it twice; on a store that
          ignores `If-None-Match` nothing is begun.
signal    SIGINT in the middle of an apply: the engine ends in order, `gen` with 130, and the next run goes on.
chain     a byte is flipped in a record, one is dropped, two change places: `audit verify` names the place.
kill      `gen` is killed at each boundary of the first run: run again, everything stands as after a run that nobody killed.

What the emulator cannot do is left out by `engine.py`, which stands before the real engine on PATH; modules are not touched. The stack's
egress is left out as well: the emulator has no firewall.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from relay import Relay



def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
ENDPOINT = f"http://127.0.0.1:{free_port()}"
Json = dict[str, Any]


class Moto:
    """The emulator, and what it was asked."""

    def __init__(self, program: str) -> None:
        environment = os.environ | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_ENABLE_RECORDING": "true"}
        self.folder = tempfile.TemporaryDirectory()
        environment["MOTO_RECORDER_FILEPATH"] = f"{self.folder.name}/requests"
        words = [program, "-H", "127.0.0.1", "-p", ENDPOINT.rsplit(":", 1)[1]]
        self.server = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                self.post("recorder/reset-recording")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the emulator does not start")

    def post(self, path: str) -> bytes:
        with urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/moto-api/{path}", method="POST"), timeout=20) as answer:
            return answer.read()

    def reset(self) -> None:
        self.post("reset")

    def asked(self, during) -> list[str]:
        """Bodies and paths of every request while something is done."""
        self.post("recorder/reset-recording")
        self.post("recorder/start-recording")
        during()
        self.post("recorder/stop-recording")
        with urllib.request.urlopen(f"{ENDPOINT}/moto-api/recorder/download-recording", timeout=20) as answer:
            lines = answer.read().decode().splitlines()
        body = lambda one: base64.b64decode(one.get("body") or "").decode(errors="replace")  # noqa: E731
        return [f"{one.get('method')} {one.get('url')} {body(one)}" for one in map(json.loads, filter(None, lines))]

    def close(self) -> None:
        self.server.terminate()
        self.server.wait()
        self.folder.cleanup()


class Place:
    """A copy of the repository, a home, a PATH on which the engine is the one of this test."""

    def __init__(self, gen: str) -> None:
        self.gen = str(Path(gen).resolve())
        self.folder = tempfile.TemporaryDirectory(prefix="apply-")
        top = Path(self.folder.name)
        self.repository, self.state, self.scratch = top / "repository", top / "state", top / "scratch"
        for folder in (self.repository, self.scratch, top / "bin"):
            folder.mkdir()
        for name in ("stacks", "profiles", "templates", "terraform-out"):
            shutil.copytree(ROOT / name, self.repository / name, symlinks=True)
        account = self.repository / "stacks/foundation/environments/dev.yaml"
        account.write_text(re.sub(r'id: "\d+"', f'id: "{ACCOUNT}"', account.read_text()))
        stack = self.repository / "stacks/control-plane/stack.yaml"
        stack.write_text(re.sub(r"    egress:.*\n(?:      - .*\n)+", "", stack.read_text()))
        engine = top / "bin" / "terraform"
        engine.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/snapshots/apply/engine.py" "$@"\n')
        engine.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_", "XDG_"))}
        self.environment = kept | {
            "PATH": f"{engine.parent}:{os.environ['PATH']}",
            "GEN_REAL_ENGINE": shutil.which("terraform") or "terraform",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "planted-secret-of-the-test",
            "AWS_ENDPOINT_URL": ENDPOINT,
            "AWS_EC2_METADATA_DISABLED": "true",
            "TF_CLI_CONFIG_FILE": "/dev/null",
            "XDG_STATE_HOME": str(self.state),
            "TMPDIR": str(self.scratch),
        }
        self.run("generate", expect=0)

    def words(self, *words: str) -> list[str]:
        return [self.gen, "-C", str(self.repository), "--color", "never", *words]

    def run(self, *words: str, expect: int | None = None, **more: str) -> subprocess.CompletedProcess:
        done = subprocess.run(self.words(*words), env=self.environment | more, capture_output=True, text=True, timeout=1800, stdin=subprocess.DEVNULL)
        if expect is not None and done.returncode != expect:
            raise SystemExit(f"gen {' '.join(words)}: {done.returncode} instead of {expect}\n{done.stdout}\n{done.stderr}")
        return done

    def left(self) -> list[Path]:
        """Everything that a run left outside the repository, and what holds a secret anywhere."""
        files = [path for folder in (self.scratch, self.state) if folder.exists() for path in folder.rglob("*") if path.is_file()]
        return files

    def close(self) -> None:
        self.folder.cleanup()


def s3():
    """A client of the emulator's own language, for what the test looks at and changes."""
    import boto3

    return boto3.client("s3", endpoint_url=ENDPOINT, region_name="eu-central-1", aws_access_key_id="t", aws_secret_access_key="t")


BUCKET = f"foundation-dev-state-{ACCOUNT}"


def objects(prefix: str = "") -> dict[str, bytes]:
    client = s3()
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return {one["Key"]: client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in listed}


def inventory() -> list[str]:
    """What stands in the state of the foundation, and which buckets, roles and keys there are."""
    import boto3

    def client(name: str):
        return boto3.client(name, endpoint_url=ENDPOINT, region_name="eu-central-1", aws_access_key_id="t", aws_secret_access_key="t")

    found = [f"bucket {bucket['Name']}" for bucket in client("s3").list_buckets()["Buckets"]]
    found += [f"role {role['RoleName']}" for role in client("iam").list_roles()["Roles"]]
    found += [f"policy {policy['PolicyName']}" for policy in client("iam").list_policies(Scope="Local")["Policies"]]
    kms = client("kms")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    found += [f"key {key['Description']}" for key in keys if key["Enabled"]]
    found += [f"alias {alias['AliasName']}" for alias in kms.list_aliases()["Aliases"] if "TargetKeyId" in alias]
    found += [f"trail {trail['Name']}" for trail in client("cloudtrail").describe_trails()["trailList"]]
    state = objects("foundation/dev/foundation-aws.tfstate")
    for text in state.values():
        for resource in json.loads(text)["resources"]:
            found += [f"{resource.get('module')}.{resource['type']}.{resource['name']}" for _ in resource["instances"]]
    return sorted(found)


FOUNDATION = ("-s", "foundation", "-e", "dev")
STACK = ("-s", "control-plane", "-e", "dev")


def bootstrap(place: Place) -> None:
    place.run("apply", *FOUNDATION, "--bootstrap", "--auto-approve", expect=0)


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


def account(place: Place, moto: Moto) -> None:
    import boto3

    sts = boto3.client("sts", endpoint_url=ENDPOINT, region_name="eu-central-1", aws_access_key_id="t", aws_secret_access_key="t")
    other = sts.assume_role(RoleArn="arn:aws:iam::999999999999:role/x", RoleSessionName="test")["Credentials"]
    keys = {"AWS_ACCESS_KEY_ID": other["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": other["SecretAccessKey"], "AWS_SESSION_TOKEN": other["SessionToken"]}
    said: list[subprocess.CompletedProcess] = []
    asked = moto.asked(lambda: said.append(place.run("apply", *FOUNDATION, "--auto-approve", expect=1, **keys)))
    assert "logged in to account 999999999999" in said[0].stderr, said[0].stderr
    assert len(asked) == 1 and "GetCallerIdentity" in asked[0], asked
    print(f"wrong account: {len(asked)} request, GetCallerIdentity")


def on_terminal(place: Place, words: tuple[str, ...], at_prompt) -> tuple[int, str]:
    """Runs a command on a terminal; once it asks, something is done, and then the answer is yes."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(place.gen, place.words(*words), place.environment)
    said, answered = b"", False
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        said += piece
        if not answered and b"Only `yes`" in said:
            answered = True
            at_prompt()
            os.write(terminal, b"yes\n")
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said.decode(errors="replace")


def stale(place: Place) -> None:
    import boto3

    iam = boto3.client("iam", endpoint_url=ENDPOINT, region_name="eu-central-1", aws_access_key_id="t", aws_secret_access_key="t")
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


def change_by_hand(text: str) -> None:
    import boto3

    iam = boto3.client("iam", endpoint_url=ENDPOINT, region_name="eu-central-1", aws_access_key_id="t", aws_secret_access_key="t")
    iam.update_role(RoleName="control-plane-dev-plan", Description=text)


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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gen", required=True)
    parser.add_argument("--moto", required=True)
    parser.add_argument("--only", nargs="+", default=["account", "stale", "lock", "signal", "chain", "kill", "whole"])
    parser.add_argument("--kill-at", nargs="+", default=BOUNDARIES)
    arguments = parser.parse_args()
    moto, place = Moto(arguments.moto), Place(arguments.gen)
    try:
        bootstrap(place)
        undisturbed = inventory()
        for part in arguments.only:
            if part == "account":
                account(place, moto)
            elif part == "stale":
                stale(place)
            elif part == "lock":
                lock(place)
            elif part == "signal":
                interrupted(place)
            elif part == "chain":
                chain(place)
            elif part == "whole":
                whole(place)
        if "kill" in arguments.only:
            kill(place, moto, arguments.kill_at, undisturbed)
    finally:
        moto.close()
        place.close()
    print("apply: all as it should be")


if __name__ == "__main__":
    main()
