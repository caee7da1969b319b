"""`gen affected` against the truth: each change of a corpus is made in a scratch repository, both revisions are rendered and judged whole,
and whoever differs has to be named.

    run.py --gen target/release/gen [--only NAME ...]

Nothing may be missed. What is named needlessly is counted, and may not grow. Standard library and git only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["profiles", "stacks", "templates", "terraform-out"]
MOST_NEEDLESS = 45
"""Targets named needlessly over the whole corpus, at most."""
DEV, STAGING = "stacks/control-plane/environments/dev.yaml", "stacks/control-plane/environments/staging.yaml"
STACK, FOUNDATION = "stacks/control-plane/stack.yaml", "stacks/foundation/stack.yaml"
ACCOUNT, AWS = "stacks/foundation/environments/dev.yaml", "profiles/providers/aws.yaml"
SOVEREIGN = "stacks/control-plane/environments/sovereign.yaml"
MODULES = "templates/terraform/modules"

Change = Callable[[Path], None]


def replaced(path: str, old: str, new: str) -> Change:
    """A change of text; a corpus that does not change anything is a mistake."""

    def change(root: Path) -> None:
        text = (root / path).read_text()
        if old not in text:
            raise SystemExit(f"{path} does not hold {old!r}")
        (root / path).write_text(text.replace(old, new, 1))

    return change


def appended(path: str, text: str) -> Change:
    """Text at the end of a file, which is made if there is none."""

    def change(root: Path) -> None:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text((file.read_text() if file.exists() else "") + text)

    return change


def deleted(*paths: str) -> Change:
    """Files or folders that go."""

    def change(root: Path) -> None:
        for path in paths:
            shutil.rmtree(root / path) if (root / path).is_dir() else (root / path).unlink()

    return change


def copied(old: str, new: str, *edits: tuple[str, str], move: bool = False) -> Change:
    """A file under a second name, with edits; under the new one alone if it moves."""

    def change(root: Path) -> None:
        text = (root / old).read_text()
        for was, becomes in edits:
            text = re.sub(was, becomes, text, flags=re.M)
        (root / new).parent.mkdir(parents=True, exist_ok=True)
        (root / new).write_text(text)
        if move:
            (root / old).unlink()

    return change


def linked(path: str, to: str) -> Change:
    """A link."""

    def change(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).unlink(missing_ok=True)
        (root / path).symlink_to(to)

    return change


def both(*changes: Change) -> Change:
    """Several changes at once."""

    def change(root: Path) -> None:
        for one in changes:
            one(root)

    return change


WAIVER = """version: 1
waivers:
  - env: prod
    component: db
    capability: db.postgres.pitr
    why: until the ticket is done
    ticket: OPS-1
    author: a
    approvers: [b, c]
    until: 2026-11-30
"""
EXTENDING = """version: 1
description: Stricter.
extends: standard
allow: {providers: [aws]}
unknown: {blocking: refuse, degraded: warn, advisory: note}
waivers: {longest: 7d, approvers: 2}
"""
REVISION = "0" * 40

CORPUS: dict[str, Change] = {
    "a comment in an environment": appended(DEV, "# nothing\n"),
    "blank lines in an environment": replaced(DEV, "version: 1\n", "\n\nversion: 1\n"),
    "a comment in a provider": appended(AWS, "\n# nothing\n"),
    "a comment in the dictionary": appended("profiles/capabilities.yaml", "\n# nothing\n"),
    "a comment in a stack": appended(STACK, "# nothing\n"),
    "a network of an environment": replaced(DEV, "10.10.0.0/16", "10.77.0.0/16"),
    "a budget": replaced(DEV, "per_month: 400", "per_month: 500"),
    "a currency that is not the account's": replaced(DEV, "currency: USD", "currency: EUR"),
    "protection": appended(DEV, "protect: {approvers: [example/leads]}\n"),
    "another account": replaced(DEV, "accounts: {aws: dev}", "accounts: {aws: staging}"),
    "a domain that is another's": replaced(DEV, "domain: dev.control", "domain: staging.control"),
    "an environment with a fault": appended(DEV, "nonsense: 1\n"),
    "an environment that does not parse": appended(DEV, "bind: [\n"),
    "a secret in a comment": appended(DEV, "# AKIAIOSFODNN7EXAMPLE\n"),
    "another profile": replaced(DEV, "profile: standard", "profile: sovereign"),
    "another size": replaced(DEV, "cluster: s", "cluster: m"),
    "an engine": replaced(DEV, "profile: standard", "profile: standard\nengine: opentofu"),
    "a region": replaced(SOVEREIGN, "evidence: {provider: scaleway, region: fr-par}", "evidence: {provider: scaleway, region: nl-ams}"),
    "an environment that goes": deleted(STAGING),
    "an environment and its files that go": deleted(STAGING, "terraform-out/control-plane/staging"),
    "an environment that is new": copied(DEV, "stacks/control-plane/environments/test.yaml", ("^domain: .*", "domain: test.example.org"), ("10.10", "10.99")),
    "an environment under another name": copied(STAGING, "stacks/control-plane/environments/stage.yaml", move=True),
    "a stack that is new": both(
        copied(STACK, "stacks/second/stack.yaml"),
        copied(DEV, "stacks/second/environments/dev.yaml", ("^domain: .*", "domain: second.example.org"), ("10.10", "10.98")),
    ),
    "a stack that goes": deleted("stacks/control-plane"),
    "a stack file that goes": deleted(STACK),
    "retention": replaced(STACK, "retain: 7y", "retain: 8y"),
    "an owner": replaced(STACK, "owner: {team: platform,", "owner: {team: other,"),
    "a stack with a fault": appended(STACK, "nonsense: 1\n"),
    "an owner of accounts": replaced(FOUNDATION, "owner: {team: platform,", "owner: {team: other,"),
    "the repository of CI": replaced(FOUNDATION, "repository: example/platform", "repository: example/other"),
    "an id of an account": replaced(ACCOUNT, '"111111111111"', '"121212121212"'),
    "an account with a fault": appended(ACCOUNT, "nonsense: 1\n"),
    "a budget of an account": replaced(ACCOUNT, "per_month: 600", "per_month: 700"),
    "an account that goes": deleted(ACCOUNT),
    "accounts exchanged": both(replaced(ACCOUNT, '"111111111111"', '"1"'), deleted("stacks/foundation/environments/staging.yaml")),
    "a misplaced file": appended("stacks/control-plane/environments.yml", "a: b\n"),
    "a link among stacks": linked("stacks/control-plane/workloads/link", "nowhere"),
    "a README": appended("stacks/README.md", "x\n"),
    "a migration": appended("stacks/control-plane/migrations/app/0001.sql", "select 1;\n"),
    "a release": appended(
        "stacks/control-plane/releases/dev.yaml", f"version: 1\nrevision: '{REVISION}'\nimages: {{api: 'sha256:{'1' * 64}', worker: 'sha256:{'2' * 64}'}}\n"
    ),
    "waivers": appended("stacks/control-plane/waivers.yaml", WAIVER),
    "a profile that is stricter": replaced("profiles/standard.yaml", "degraded: warn", "degraded: refuse"),
    "a description of a profile": replaced("profiles/sovereign.yaml", "version: 1", "version: 1 # one"),
    "a profile that extends": both(appended("profiles/strict.yaml", EXTENDING), replaced(DEV, "profile: standard", "profile: strict")),
    "a profile that nobody has": appended("profiles/strict.yaml", EXTENDING),
    "a profile with a fault": appended("profiles/standard.yaml", "nonsense: 1\n"),
    "a profile that goes": deleted("profiles/byo.yaml"),
    "facts of a provider": lambda root: facts(root, AWS),
    "facts of another provider": lambda root: facts(root, "profiles/providers/scaleway.yaml"),
    "facts of a provider that nobody uses": lambda root: facts(root, "profiles/providers/exoscale.yaml"),
    "facts of a product": lambda root: facts(root, "profiles/products/cnpg.yaml"),
    "facts of a product that is meant": lambda root: facts(root, "profiles/products/temporal.yaml"),
    "facts of an engine": lambda root: facts(root, "profiles/products/terraform.yaml"),
    "a fact that does not fit": lambda root: unfit(root, "profiles/providers/exoscale.yaml"),
    "two files about one": copied("profiles/products/cnpg.yaml", "profiles/providers/cnpg.yaml", ("^provides:.*\n", ""), ("^needs:.*\n", "")),
    "a provider that goes": deleted("profiles/providers/scaleway.yaml"),
    "a provider with a fault": appended("profiles/providers/stackit.yaml", "nonsense: 1\n"),
    "the day": lambda root: later(root),
    "a module": appended(f"{MODULES}/aws/cluster/main.tf", "\n# more\n"),
    "a module of data": appended(f"{MODULES}/aws/postgres/main.tf", "\n# more\n"),
    "a module of accounts": appended(f"{MODULES}/scaleway/state/main.tf", "\n# more\n"),
    "a module that nobody uses": appended(f"{MODULES}/ovhcloud/network/main.tf", "\n# more\n"),
    "a module that does not parse": appended(f"{MODULES}/aws/network/main.tf", "\nresource {\n"),
    "a module that goes": deleted(f"{MODULES}/aws/edge"),
    "tests of a module": appended(f"{MODULES}/aws/edge/tests/more.tftest.hcl", "# more\n"),
    "roots of a provider": appended("templates/terraform/roots/aws/provider.tf", "\n# more\n"),
    "a backend": appended("templates/terraform/roots/backend.tf.j2", "\n# more\n"),
    "encryption": appended("templates/terraform/roots/encryption.tofu", "\n# more\n"),
    "a lock": lambda root: appended("profiles/providers/locks/" + os.listdir(root / "profiles/providers/locks")[0], "\n# more\n")(root),
    "a rendered file by hand": appended("terraform-out/control-plane/dev/terraform/data-aws/main.tf", "\n# more\n"),
    "a copy of a module by hand": appended("terraform-out/modules/aws/state/main.tf", "\n# more\n"),
    "code beside": appended("generator/README.md", "x\n"),
}


def facts(root: Path, path: str) -> None:
    """Takes the first fact away."""
    text = (root / path).read_text()
    head, rest = text.split("\nfacts:\n", 1)
    items = re.split(r"(?m)^(?=  - )", rest)
    (root / path).write_text(head + "\nfacts:\n" + "".join(items[:1] + items[2:]))


def unfit(root: Path, path: str) -> None:
    """Renames a capability to one that there is not."""
    text = (root / path).read_text()
    head, rest = text.split("\nfacts:\n", 1)
    changed = re.sub(r"s3\.versioning", "s3.no_such_thing", rest, count=1)
    if changed == rest:
        raise SystemExit(f"{path} says nothing about s3.versioning")
    (root / path).write_text(head + "\nfacts:\n" + changed)


def later(root: Path) -> None:
    """Judges a year later."""
    path = root / "profiles/as-of.yaml"
    path.write_text(re.sub(r"date: (\d+)", lambda found: f"date: {int(found[1]) + 1}", path.read_text()))


def run(*command: str, ok: bool = True, cwd: Path | None = None) -> str:
    """What a program prints."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"})
    if ok and done.returncode != 0:
        raise SystemExit(f"{command} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def git(root: Path, *arguments: str) -> None:
    """Runs git with an identity of its own."""
    run("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", *arguments, cwd=root)


def tree(folder: Path) -> dict[str, str]:
    """Files and their digests."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def standing(gen: str, root: Path) -> dict[str, object]:
    """All that a revision amounts to, by target: verdicts, what is rendered from nothing, what was committed, and the modules behind both."""
    found: dict[str, object] = {}
    said = json.loads(run(gen, "-C", str(root), "plan", "--verdicts", "--format", "json", ok=False))
    committed = root / "terraform-out"
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        for folder in FOLDERS[:3]:
            if (root / folder).exists():
                shutil.copytree(root / folder, fresh / folder, symlinks=True)
        run(gen, "-C", scratch, "generate", ok=False)
        judged = {target["target"]: [target["state"], target["requirements"], target["roots"]] for target in said.get("targets", [])}
        for path in (root / "stacks").glob("*/environments/*.yaml"):
            target = f"{path.parts[-3]}/{path.stem}"
            outputs = []
            for out in (fresh / "terraform-out", committed):
                files = tree(out / target)
                modules = set()
                for main in (out / target).glob("terraform/*/main.tf"):
                    modules |= set(re.findall(r"/modules/([^\"]+)\"", main.read_text()))
                outputs.append([files, {module: tree(out / "modules" / module) for module in sorted(modules)}])
            found[target] = [judged.get(target), outputs]
    return found


def examine(gen: str, base: Path, before: dict[str, object], name: str) -> tuple[str, set[str], set[str], set[str]]:
    """Makes a change; which targets differ, which are named, and which of those may be named whatever is rendered."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "repository"
        shutil.copytree(base, root, symlinks=True)
        CORPUS[name](root)
        document = json.loads(run(gen, "-C", str(root), "affected", "--base", "main", "--format", "json"))
        after = standing(gen, root)
        # What is committed on a branch is answered for like what lies there.
        git(root, "checkout", "--quiet", "-b", "branch")
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--allow-empty", "--message", "change")
        again = json.loads(run(gen, "-C", str(root), "affected", "--base", "main", "--format", "json"))
        if [document["targets"], document["removed"]] != [again["targets"], again["removed"]]:
            raise SystemExit(f"{name}: committed, it touches others")
    differs = {target for target in after if before.get(target) != after[target]}
    named = {target["target"] for target in document["targets"]}
    gone = {target["target"] for target in document["removed"]}
    if gone != set(before) - set(after):
        raise SystemExit(f"{name}: gone are {sorted(set(before) - set(after))}, named are {sorted(gone)}")
    for target in document["removed"]:
        had = {path.name for path in (base / "terraform-out" / target["target"] / "terraform").glob("*")}
        if had != {root["name"] for root in target["roots"]}:
            raise SystemExit(f"{name}: {target['target']} had the roots {sorted(had)}")
    # Workloads and migrations are run, releases are applied, and none of them is rendered.
    runs = {target["target"] for target in document["targets"] if any(re.search("/(migrations|workloads|releases)/", why["path"]) for why in target["why"])}
    return name, differs, named, runs


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare gen affected with what differs when everything is rendered.")
    parser.add_argument("--gen", default=str(ROOT / "target/release/gen"))
    parser.add_argument("--only", nargs="+", default=list(CORPUS))
    parser.add_argument("-j", type=int, default=2)
    arguments = parser.parse_args()
    gen = str(Path(arguments.gen).resolve())
    needless = truly = 0
    faults = []
    with tempfile.TemporaryDirectory() as scratch:
        base = Path(scratch) / "base"
        base.mkdir()
        for folder in FOLDERS:
            shutil.copytree(ROOT / folder, base / folder, symlinks=True)
        (base / "generator").mkdir()
        git(base, "init", "--quiet", "--initial-branch", "main")
        git(base, "add", "--all")
        git(base, "commit", "--quiet", "--message", "base")
        before = standing(gen, base)
        with ThreadPoolExecutor(arguments.j) as pool:
            for name, differs, named, runs in pool.map(lambda name: examine(gen, base, before, name), arguments.only):
                missed, more = sorted(differs - named), sorted(named - differs - runs)
                truly += len(differs)
                needless += len(more)
                if missed:
                    faults.append(name)
                shown = f"; needlessly: {', '.join(more)}" if more else ""
                print(f"{'MISSED ' + ', '.join(missed) if missed else 'ok'}: {name}: {len(differs)} differ, {len(named)} named{shown}", flush=True)
    print(f"{len(arguments.only)} changes, {truly} targets differ, {needless} named needlessly, {len(faults)} changes with a target missed")
    if faults or needless > MOST_NEEDLESS:
        sys.exit(1)


if __name__ == "__main__":
    main()
