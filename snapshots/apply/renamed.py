"""Plans are approved apart from being carried out; a component with data gets another name; its environment is taken away."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

from common import Place, objects, s3

WORDS = ("-s", "notes", "-e", "dev")
STACK = """version: 1
description: Files, and nothing else.
owner: {{team: platform, page: platform-oncall}}
cost_centre: platform
data:
  texts: {{class: internal, in: {name}, retain: 30d, rpo: 1d, rto: 1d}}
components:
  {name}: {{type: object_store}}
"""
ENVIRONMENT = """version: 1
tier: development
profile: standard
accounts: {aws: dev}
location: {country: DE, data: [EU]}
domain: notes.example.org
bind:
  default: {provider: aws}
  cluster:
    operated_by: aws
    region: eu-central-1
    existing: {name: platform, endpoint: "https://k8s.example.org:6443", version: "1.35", certificate_authority: "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==", pod_roles: {}}
"""


def write(place: Place, name: str, more: str = "") -> None:
    folder = place.repository / "stacks/notes"
    (folder / "environments").mkdir(parents=True, exist_ok=True)
    (folder / "environments/dev.yaml").write_text(ENVIRONMENT)
    (folder / "stack.yaml").write_text(STACK.format(name=name) + more)
    place.run("generate", expect=0)


def plan(place: Place) -> dict[str, Any]:
    """What would be done, without doing it."""
    return json.loads(place.run("apply", *WORDS, "--plan-only", "--format", "json", expect=0).stdout)


def kept_in() -> str:
    """The bucket of the component, under the name that it was made with."""
    return next(one["Name"] for one in s3().list_buckets()["Buckets"] if one["Name"].startswith("notes-dev-files"))


def actions(document: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for change in (change for step in document["steps"] for change in step["changes"]):
        found[change["action"]] = found.get(change["action"], 0) + 1
    return found


def apart(place: Place) -> str:
    """The first apply, in two parts: what was not approved, or is another plan by now, is not carried out."""
    write(place, "files")
    proposed = plan(place)
    first = proposed["approval"]
    assert first.startswith("notes/dev/") and "=sha256:" in first, first
    none = place.run("apply", *WORDS, "--approved", f"notes/dev/other=sha256:{'0' * 64}", expect=1)
    assert "GEN0804" in none.stderr, none.stderr
    root, digest = first.split(",")[0].split("=sha256:")
    other = place.run("apply", *WORDS, "--approved", f"{root}=sha256:{digest[::-1]}", expect=1)
    assert "what was approved is not what would happen now" in " ".join(other.stderr.split()), other.stderr
    assert not [bucket for bucket in s3().list_buckets()["Buckets"] if bucket["Name"].startswith("notes-")], "nothing was made"
    rounds = 0
    while first:
        place.run("apply", *WORDS, "--approved", first)
        first, rounds = plan(place)["approval"], rounds + 1
        assert rounds < 6, first
    return f"approved apart: {len(proposed['steps'])} roots in {rounds} rounds; another plan and another root were refused"


def renamed(place: Place) -> str:
    bucket = kept_in()
    s3().put_object(Bucket=bucket, Key="text", Body=b"what is kept")
    before = objects("notes/dev/")
    write(place, "documents")
    vanished = place.run("apply", *WORDS, "--auto-approve", expect=1)
    said = " ".join(vanished.stderr.split())
    assert "GEN0803" in said and "no component makes it any more" in said and "moved: [{OLD: NEW}]" in said, said
    kept = lambda found: {key: body for key, body in found.items() if key.endswith(".tfstate")}  # noqa: E731
    assert kept(objects("notes/dev/")) == kept(before), "a refused run changes nothing"
    write(place, "documents", "moved: [{files: documents}]\n")
    proposed = plan(place)
    does = actions(proposed)
    assert does.get("move") and not {"destroy", "replace", "create"} & does.keys(), does
    place.run("apply", *WORDS, "--approved", proposed["approval"], expect=0)
    assert s3().get_object(Bucket=bucket, Key="text")["Body"].read() == b"what is kept"
    assert plan(place)["approval"] == "", "a second run has nothing to do"
    handed = json.loads(objects("notes/dev/exports/")["notes/dev/exports/data-aws.json"])
    assert "documents" in handed and "files" not in handed, handed
    return f"renamed: {does['move']} resources moved, none made or destroyed, and the object is there; refused without `moved`"


def removed(place: Place) -> str:
    """The environment is in the models no more: its last commit says what to destroy."""
    git = lambda *words: subprocess.run(  # noqa: E731
        ["git", "-c", "user.name=test", "-c", "user.email=test@example.org", *words], cwd=place.repository, check=True, capture_output=True
    )
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "with notes")
    shutil.rmtree(place.repository / "stacks/notes")
    place.run("generate", expect=0)
    assert not (place.repository / "terraform-out/notes").exists()
    git("add", ".")
    git("commit", "--quiet", "-m", "without notes")
    unknown = place.run("apply", *WORDS, "--auto-approve", expect=1)
    assert "GEN0201" in unknown.stderr, unknown.stderr
    bucket = kept_in()
    s3().delete_object(Bucket=bucket, Key="text")
    for version in s3().list_object_versions(Bucket=bucket).get("Versions", []) + s3().list_object_versions(Bucket=bucket).get("DeleteMarkers", []):
        s3().delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    gone = place.run("destroy", *WORDS, "--auto-approve", expect=0)
    assert "in the models no more" in gone.stderr, gone.stderr
    assert not [one for one in s3().list_buckets()["Buckets"] if one["Name"].startswith("notes-dev-files")], gone.stdout
    place.run("destroy", *WORDS, "--auto-approve", expect=0)
    place.run("audit", "verify", "-s", "foundation", "-e", "dev", expect=0)
    return "removed: destroyed as its last commit says, " + gone.stdout.strip().splitlines()[-1]


def parts(place: Place) -> None:
    for part in (apart, renamed, removed):
        print(part(place), flush=True)
