"""Promotion with real repositories of git: what reaches an environment is what was promoted into it.

    run.py --gen target/release/gen

The engine is a stand-in that keeps the values it was given and stops; STS and the store of states are a server of this test.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = {"dev": "111111111111", "staging": "222222222222", "prod": "333333333333"}
FIRST = {"api": "sha256:" + "a" * 64, "worker": "sha256:" + "b" * 64}
SECOND = {"api": "sha256:" + "c" * 64, "worker": "sha256:" + "b" * 64}
PROD = "stacks/control-plane/environments/prod.yaml"
ENGINE = """#!/bin/sh
[ "$1" = init ] || exit 0
cp gen.auto.tfvars.json "$GEN_KEPT/$(basename "$PWD").json"
echo "Error: this is as far as it goes" >&2
exit 1
"""


class Server(BaseHTTPRequestHandler):
    """Says who is logged in, and keeps objects."""

    account = ""
    kept: dict[str, bytes] = {}
    turn = threading.Lock()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name = f"<Arn>arn:aws:iam::{Server.account}:user/t</Arn><UserId>t</UserId><Account>{Server.account}</Account>"
        space = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'
        self.answer(200, f"<GetCallerIdentityResponse {space}><GetCallerIdentityResult>{name}</GetCallerIdentityResult></GetCallerIdentityResponse>")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with Server.turn:
            taken = self.path in Server.kept and self.headers.get("If-None-Match") == "*"
            if not taken:
                Server.kept[self.path] = body
        self.answer(412 if taken else 200, "")

    def do_GET(self) -> None:
        found = Server.kept.get(self.path)
        self.answer(404 if found is None else 200, "" if found is None else found.decode())

    def do_DELETE(self) -> None:
        Server.kept.pop(self.path, None)
        self.answer(204, "")

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


class Place:
    """A copy of this repository's content under git, a home, and a PATH whose engine is the stand-in."""

    def __init__(self, gen: str, top: Path, port: int) -> None:
        self.gen, self.repository, self.kept = str(Path(gen).resolve()), top / "repository", top / "kept"
        for folder in (self.repository, self.kept, top / "bin", top / "tmp", top / "home"):
            folder.mkdir()
        for name in ("stacks", "profiles", "templates", "terraform-out"):
            shutil.copytree(ROOT / name, self.repository / name, symlinks=True)
        (top / "bin/terraform").write_text(ENGINE)
        (top / "bin/terraform").chmod(0o755)
        self.environment = {
            "PATH": f"{top}/bin:{os.environ['PATH']}",
            "HOME": str(top / "home"),
            "TMPDIR": str(top / "tmp"),
            "GEN_KEPT": str(self.kept),
            "GEN_STACK": "control-plane",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_EC2_METADATA_DISABLED": "true",
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        # What is applied to production may not rest on evidence of long ago; the copy may be older than that.
        as_of = self.repository / "profiles/as-of.yaml"
        oldest = (datetime.date.today() - datetime.timedelta(days=40)).isoformat()
        as_of.write_text(re.sub(r"(?m)^date: (\S+)", lambda day: f"date: {max(day[1], oldest)}", as_of.read_text()))
        self.git("init", "--quiet", "--initial-branch=main")
        self.run("generate", expect=0, GEN_STACK="")
        self.commit("one")

    def git(self, *words: str) -> str:
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgSign=false"]
        done = subprocess.run(["git", *who, *words], cwd=self.repository, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, what: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", what)
        return self.git("rev-parse", "HEAD")

    def run(self, *words: str, expect: int, says: str = "", **environment: str) -> str:
        around = {name: value for name, value in (self.environment | environment).items() if value}
        done = subprocess.run([self.gen, *words], cwd=self.repository, env=around, capture_output=True, text=True)
        said = done.stdout + done.stderr
        assert done.returncode == expect, f"{words}: {done.returncode}\n{said}"
        assert says in re.sub(r"\s+", " ", said), f"{words} does not say {says!r}\n{said}"
        return done.stdout

    def document(self, *words: str) -> dict:
        return json.loads(self.run(*words, "--format", "json", expect=0))

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.repository / file
        text = path.read_text()
        assert old in text, f"{file} does not say {old!r}"
        path.write_text(text.replace(old, new))

    def release(self, env: str) -> str:
        return (self.repository / f"stacks/control-plane/releases/{env}.yaml").read_text()

    def applied(self, command: str, env: str) -> str | None:
        """The network that the engine was given, or the domain, which goes first; none if it was not started."""
        shutil.rmtree(self.kept)
        self.kept.mkdir()
        Server.account = ACCOUNTS[env]
        Server.kept.clear()
        self.run(command, "-e", env, *(["--auto-approve"] if command != "drift" else []), expect=1)
        for root, component, value in [("network-aws", "network", "cidr"), ("edge-aws", "edge", "domain")]:
            file = self.kept / f"{root}.json"
            if file.exists():
                return json.loads(file.read_text())[component][value]
        return None

    def promote(self, *words: str) -> dict:
        found = self.document("promote", *words)
        assert found["written"], found
        self.commit(f"promote {' '.join(words)}")
        return found


def digests(text: str) -> list[str]:
    return re.findall(r"sha256:[0-9a-f]{64}", text)


def images(of: dict[str, str]) -> list[str]:
    return [word for name, digest in of.items() for word in ("--image", f"{name}={digest}")]


def refusals(place: Place) -> None:
    """What is no promotion writes nothing."""
    before = place.git("status", "--porcelain")
    for words, says in [
        (("--from", "staging", "--to", "prod"), "`api` has no digest"),
        (("--from", "prod", "--to", "staging"), "the way is development, staging, production"),
        (("--from", "staging", "--to", "staging"), "it is the same environment"),
        (("--from", "stagin", "--to", "prod"), "did you mean `staging`?"),
        (("--to", "prd", "--from", "dev"), "did you mean `prod`?"),
        (("--to", "prod"), "`staging` stands below it"),
        (("--from", "staging", "--to", "sovereign"), "planned"),
        (("--to", "prod", "--revision", "HEAD"), "no release yet"),
        (("--to", "dev", "--image", f"api={FIRST['api']}"), "`worker` has no digest"),
        (("--to", "dev", *images(FIRST), "--image", f"wroker={FIRST['api']}"), "did you mean `worker`?"),
    ]:
        place.run("promote", *words, expect=1, says=says)
    assert place.git("status", "--porcelain") == before == ""
    place.edit(PROD, "budget: {per_month: 6000", "budget: {per_month: 7000")
    place.run("promote", "--to", "dev", *images(FIRST), expect=1, says="is not committed")
    # Committed, and not rendered: nobody could look at what would be applied.
    place.commit("not generated")
    place.run("promote", "--from", "dev", "--to", "prod", expect=1)
    place.git("reset", "--quiet", "--hard", "HEAD~1")


def along(place: Place) -> str:
    """From dev to prod: one commit, the same digests, and only configuration differs."""
    first = place.git("rev-parse", "HEAD")
    place.promote("--to", "dev", *images(FIRST))
    place.promote("--from", "dev", "--to", "staging")
    assert place.applied("apply", "prod") is None, "without a release something was applied"
    place.run("apply", "-e", "prod", expect=1, says="GEN0811")
    dry = place.document("promote", "--from", "staging", "--to", "prod", "--dry-run")
    assert not dry["written"] and dry["behind_head"] == 2 and place.git("status", "--porcelain") == "", dry
    place.run("promote", "--from", "staging", "--to", "prod", "--evidence", "evidence/canary.json", expect=0)
    assert place.applied("apply", "prod") is None, "a release that nobody committed was applied"
    place.run("apply", "-e", "prod", expect=1, says="not committed")
    place.commit("prod")
    for env in ACCOUNTS:
        text = place.release(env)
        assert digests(text) == list(FIRST.values()) and first in text, text
    found = place.document("diff", "staging..prod")
    assert found["configuration_alone"] and found["release"]["from"]["images"] == found["release"]["to"]["images"] == FIRST, found
    assert found["hcl"]["files"] == found["hcl"]["same"] > 10 and found["modules"]["files"] == found["modules"]["same"] > 10, found
    named = {one["name"] for one in found["settings"]}
    assert {"tier", "domain", "network", "budget", "db", "evidence.retain"} <= named, named
    place.run("diff", "staging..prod", "--detailed-exitcode", expect=2, says="What differs is configuration alone.")
    place.run("promote", "--from", "staging", "--to", "prod", "--evidence", "evidence/canary.json", expect=0, says="released already")
    return first


def ahead(place: Place) -> None:
    """A commit that was not promoted reaches dev and not prod, dirty or not, protected or not."""
    for env, old, new in [("dev", "10.10", "10.11"), ("prod", "10.30", "10.31")]:
        place.edit(f"stacks/control-plane/environments/{env}.yaml", f"cidr: {old}", f"cidr: {new}")
    place.edit(PROD, "domain: control-plane.example.org", "domain: new.example.org")
    place.run("generate", expect=0)
    place.commit("other networks")
    assert place.applied("apply", "dev") == "10.11.0.0/16"
    for command in ("apply", "drift"):
        assert place.applied(command, "prod") == "10.30.0.0/16", command
    assert place.applied("destroy", "prod") == "control-plane.example.org"
    place.edit(PROD, "tier: production", "tier: staging")
    place.edit(PROD, "protect: {approvers: [example/platform-leads]}\n", "")
    assert place.applied("apply", "prod") == "10.30.0.0/16", "protection was taken off without a release"
    place.git("checkout", "--quiet", ".")
    place.run("apply", expect=1, says="protected environments one at a time")
    place.run("plan", "-e", "prod", expect=0, says="Release ")


def foreign(place: Place) -> None:
    """Commits that HEAD does not stand on, and such as are nowhere."""
    good = place.release("prod")
    revision = re.search(r"[0-9a-f]{40}", good)[0]
    tree = place.git("rev-parse", "HEAD^{tree}")
    for wrong, says in [(place.git("commit-tree", tree, "-m", "orphan"), "not one that HEAD stands on"), ("0" * 40, "not in this repository")]:
        place.edit("stacks/control-plane/releases/prod.yaml", revision, wrong)
        place.commit("foreign")
        assert place.applied("apply", "prod") is None
        place.run("apply", "-e", "prod", expect=1, says=says)
        place.git("reset", "--quiet", "--hard", "HEAD~1")


def on_and_back(place: Place, first: str) -> None:
    """The newer commit is promoted, and taken back: the images of back then, and no rebuild."""
    place.promote("--to", "dev", *images(SECOND))
    place.promote("--from", "dev", "--to", "staging")
    assert not place.document("diff", "staging..prod")["configuration_alone"]
    found = place.promote("--from", "staging", "--to", "prod")
    assert found["ahead"] > 0 and found["behind"] == 0, found
    assert {"about": "environment", "name": "network", "from": "10.30.0.0/16", "to": "10.31.0.0/16"} in found["changes"]["settings"], found
    assert place.applied("apply", "prod") == "10.31.0.0/16"
    place.run("promote", "--to", "prod", "--revision", "HEAD", expect=1, says="is not before")
    never = re.search(r"[0-9a-f]{40}", place.release("prod"))[0] + "~1"
    place.run("promote", "--to", "prod", "--revision", never, expect=1, says="it never ran")
    back = place.promote("--to", "prod", "--revision", first)
    assert back["release"]["images"] == FIRST and back["ahead"] == 0 < back["behind"], back
    assert place.applied("apply", "prod") == "10.30.0.0/16"
    place.run("promote", "--from", "prod", "--to", "prod", expect=1)
    # A way back that leads on is none.
    place.edit("stacks/control-plane/releases/prod.yaml", 'back_from: "', 'back_from: "' + first + '" # ')
    place.edit("stacks/control-plane/releases/prod.yaml", f'revision: "{first}"', f'revision: "{place.git("rev-parse", "HEAD")}"')
    place.commit("no way back")
    assert place.applied("apply", "prod") is None
    place.run("apply", "-e", "prod", expect=1, says="is no way back")


def alone(place: Place) -> None:
    """An account is promoted like everything else."""
    place.run("apply", "-s", "foundation", "-e", "prod", "--bootstrap", expect=1, says="GEN0811")
    place.run("promote", "-s", "foundation", "--from", "staging", "--to", "prod", expect=0)
    place.git("checkout", "--quiet", ".")
    place.git("clean", "--quiet", "--force", "stacks")
    shutil.rmtree(place.repository / ".git")
    place.run("apply", "-e", "prod", expect=1, says="GEN0811")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--gen", default="target/release/gen")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="promotion-") as folder:
        place = Place(arguments.parse_args().gen, Path(folder), server.server_port)
        refusals(place)
        first = along(place)
        ahead(place)
        foreign(place)
        on_and_back(place, first)
        alone(place)
        left = list((Path(folder) / "tmp").iterdir())
        assert not left, f"left behind: {left}"
    server.shutdown()
    print("promotion: what reaches an environment is what was promoted into it")


if __name__ == "__main__":
    main()
