"""The emulator, a place to run in, and what the parts of the test look at."""

from __future__ import annotations

import base64
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "snapshots/probe"))

from support import free_port  # noqa: E402

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

    def __init__(self, gen: str, engine: str = "terraform") -> None:
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
        program = {"terraform": "terraform", "opentofu": "tofu"}[engine]
        for environment in (self.repository / "stacks").glob("*/environments/dev.yaml"):
            environment.write_text(f"{environment.read_text()}engine: {engine}\n")
        before = top / "bin" / program
        before.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/snapshots/apply/engine.py" "$@"\n')
        before.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_", "XDG_"))}
        self.environment = kept | {
            "PATH": f"{before.parent}:{os.environ['PATH']}",
            "GEN_REAL_ENGINE": shutil.which(program) or program,
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
        # A name without a value is left out.
        environment = {name: value for name, value in (self.environment | more).items() if value}
        done = subprocess.run(self.words(*words), env=environment, capture_output=True, text=True, timeout=1800, stdin=subprocess.DEVNULL)
        if expect is not None and done.returncode != expect:
            raise SystemExit(f"gen {' '.join(words)}: {done.returncode} instead of {expect}\n{done.stdout}\n{done.stderr}")
        return done

    def left(self) -> list[Path]:
        """Everything that a run left outside the repository, and what holds a secret anywhere."""
        files = [path for folder in (self.scratch, self.state) if folder.exists() for path in folder.rglob("*") if path.is_file()]
        return files

    def close(self) -> None:
        self.folder.cleanup()


def client(name: str):
    """A client of the emulator's own language, for what the test looks at and changes."""
    import boto3

    return boto3.client(name, endpoint_url=ENDPOINT, region_name="eu-central-1", aws_access_key_id="t", aws_secret_access_key="t")


def s3():
    return client("s3")


BUCKET = f"foundation-dev-state-{ACCOUNT}"


def objects(prefix: str = "") -> dict[str, bytes]:
    client = s3()
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return {one["Key"]: client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in listed}


def inventory() -> list[str]:
    """What stands in the state of the foundation, and which buckets, roles and keys there are."""
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


def on_terminal(place: Place, words: tuple[str, ...], at_prompt, answer: bytes = b"yes\n") -> tuple[int, str]:
    """Runs a command on a terminal; once it asks, something is done, and then the answer is typed."""
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
            os.write(terminal, answer)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said.decode(errors="replace")


def change_by_hand(text: str) -> None:
    client("iam").update_role(RoleName="control-plane-dev-plan", Description=text)
