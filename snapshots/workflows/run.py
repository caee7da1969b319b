"""Generated workflows, for several models: by actionlint and zizmor, and by what has to hold of them whatever those say.

    run.py --gen target/release/gen

actionlint and zizmor are looked for on PATH; a script of a workflow is run with a stand-in for `gen`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "snapshots/bench"))
from run import synthesise  # noqa: E402

# What the tools say and is left as it is, each with the reason. What zizmor says stands beside the line that it is about.
IGNORED = {
    'unexpected key "queue" for "concurrency" section': "GitHub has `queue` since 2026-05-07, actionlint 1.7.12 is older "
    "(https://github.com/rhysd/actionlint/issues/657)",
}
REASONS = {"self-repository": "actionlint does not know `$/` yet"}
MOST = 256
REVISION = "5f0c1f0e2b7d4a6c9e8b3a1d2c4f6e8a0b9d7c5e"
PIN = "0123456789abcdef0123456789abcdef01234567"
BLOCK = f"""
    workflows:
      gen: {{repository: example/gen, revision: {REVISION}}}
"""
OWN_JOBS = f"""      branch: trunk
      runner: own-runner
      actions: {{checkout: {{at: {PIN}, version: v9.9.9}}}}
      schedule: {{drift: "5 3 * * 1-5"}}
      by_hand: {{hello/dev: "nobody is in a hurry"}}
      jobs:
        scan: {{in: pull_request, uses: ./.github/workflows/scan.yml, why: findings are shown beside the code, needs: [check], permissions: {{contents: read, security-events: write}}}}
        tell: {{in: apply, uses: ./.github/workflows/tell.yml, why: the team is told, needs: [affected]}}
"""
CALLED = "name: called\non: {workflow_call: {}}\npermissions: {}\njobs: {}\n"


class Wrong(Exception):
    """Something does not hold."""


def hold(condition: bool, what: str) -> None:
    if not condition:
        raise Wrong(what)


def gen(program: Path, folder: Path, *arguments: str, status: int | None = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([program, "-C", folder, *arguments], capture_output=True, text=True)
    if status is not None:
        hold(done.returncode == status, f"gen {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def customer(program: Path, folder: Path, block: str, issuer: str = "github") -> Path:
    """A repository as `gen init` makes it, with workflows."""
    gen(program, folder, "init")
    stack = folder / "stacks/foundation/stack.yaml"
    text = stack.read_text().rstrip("\n").replace("issuer: github", f"issuer: {issuer}")
    stack.write_text(text + block)
    return folder


def load(path: Path) -> dict:
    """YAML 1.2 as forges read it: `on` is a word."""
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.yaml_implicit_resolvers = {
        first: [(tag, form) for tag, form in forms if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return yaml.load(path.read_text(), loader)  # noqa: S506


def tools(github: Path) -> None:
    """Both linters have nothing to say but what is ignored with a reason."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / ".github"
        shutil.copytree(github, place, ignore=shutil.ignore_patterns(".gen.json"))
        for name in ("scan", "tell"):
            (place / f"workflows/{name}.yml").write_text(CALLED.replace("jobs: {}", "jobs: {called: {runs-on: ubuntu-24.04, steps: [{run: 'true'}]}}"))
        subprocess.run(["git", "init", "--quiet", scratch], check=True)
        files = sorted(str(path) for path in place.glob("workflows/gen-*.yml"))
        runner = place / "actionlint.yaml"
        runner.write_text("self-hosted-runner: {labels: [own-runner]}\n")
        ignored = [argument for form in IGNORED for argument in ("-ignore", form)]
        for command in (
            ["actionlint", "-config-file", str(runner), *ignored, *files],
            ["zizmor", "--offline", "--quiet", "--no-progress", "--persona", "pedantic", *files],
        ):
            done = subprocess.run(command, cwd=scratch, capture_output=True, text=True)
            hold(done.returncode == 0, f"{command[0]}:\n{done.stdout}{done.stderr}")
    for path in github.glob("workflows/gen-*.yml"):
        for rule, reason in re.findall(r"# zizmor: ignore\[([^]]+)\] ?(.*)", path.read_text()):
            hold(REASONS.get(rule) == reason, f"{path.name} ignores {rule} without a reason that is known")


def steps_of(job: dict) -> list[dict]:
    return job.get("steps", [])


def properties(github: Path) -> None:
    """What has to hold of every workflow."""
    workflows = {path.stem: load(path) for path in sorted(github.glob("workflows/gen-*.yml"))}
    for name, workflow in workflows.items():
        hold(workflow["permissions"] == {}, f"{name} grants something to all of its jobs")
        hold("pull_request_target" not in workflow["on"] and "workflow_run" not in workflow["on"], f"{name} runs others' code with rights")
        text = (github / f"workflows/{name}.yml").read_text()
        for line in text.splitlines():
            granted = re.fullmatch(r"      [a-z-]+: (read|write)(.*)", line)
            hold(not granted or re.fullmatch(r" # \S.*", granted[2]), f"{name}: no reason in {line!r}")
            used = re.fullmatch(r"\s+uses: ([^\s]+)(.*)", line)
            if used and not used[1].startswith("./"):
                hold(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", used[1]), f"{name}: {used[1]} is no commit")
                hold(re.fullmatch(r" # v\d+(\.\d+)*", used[2]), f"{name}: the version of {used[1]} is not said")
        for job_name, job in workflow["jobs"].items():
            where = f"{name}/{job_name}"
            hold("permissions" in job, f"{where} has no permissions of its own")
            hold("secrets" not in job and "secrets." not in json.dumps(job), f"{where} is given secrets")
            hold("uses" in job or 0 < job["timeout-minutes"] <= 120, f"{where} may run forever")
            takes_role = job["permissions"].get("id-token") == "write"
            others = {scope for scope, access in job["permissions"].items() if access == "write"} - {"id-token"}
            hold(not (takes_role and others), f"{where} takes a role and may write {others} too")
            for step in steps_of(job):
                hold("${{" not in step.get("run", ""), f"{where}: an expression in a script")
                hold("cache" not in json.dumps(step), f"{where}: a cache")
                if step.get("uses", "").startswith("actions/checkout@"):
                    hold(step["with"]["persist-credentials"] is False, f"{where} keeps its token in the checkout")
            logs_in = any("configure-aws-credentials" in step.get("uses", "") for step in steps_of(job))
            hold(not logs_in or takes_role, f"{where} logs in without a token")
            if name == "gen-pull-request" and takes_role:
                own = "${{ github.event.pull_request.head.repo.full_name == github.repository && "
                hold(job["if"].startswith(own) and "||" not in job["if"], f"{where} is within reach of a fork")
                hold("environment" not in job, f"{where} is not told apart from what was merged")
            elif logs_in:
                hold("environment" in job, f"{where} logs in outside of an environment")
        check_concurrency(name, workflow)


def commands(program: Path, folder: Path, pattern: str = "*.yml", expected: str = "plan check apply drift") -> None:
    """`gen` takes every command line that is written for it: nothing else notices an option that it does not have."""
    samples = {"$APPROVED": f"a/b/c=sha256:{'0' * 64}", "$BASE": "HEAD", "$STACK": "a", "$FROM": "a", "$TO": "b", "$TARGET": "a/b"}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    seen = set()
    known = {"plan", "check", "apply", "drift", "affected", "promote", "matrix", "diff", "generate", "validate", "unlock", "audit"}
    for path in sorted(folder.rglob(pattern)):
        for found in re.findall(r"(?:^|[ (`])gen ([a-z]+(?: [^|;&)>\n#`]+)?)", path.read_text(), re.MULTILINE):
            words = shlex.split(found)
            if words[0] not in known:
                continue
            words = [samples.get(word, word) for word in words if not word.startswith("2>")]
            hold(not any("$" in word for word in words), f"{path.name}: what is {words}?")
            with tempfile.TemporaryDirectory() as empty:
                done = subprocess.run([program, "-C", empty, *words], capture_output=True, text=True, env=environment)
            hold(done.returncode in {0, 1, 2}, f"{path.name}: gen {found}: {done.returncode}\n{done.stderr}")
            seen.add(words[0])
    hold(set(expected.split()) <= seen, f"commands are not found: {seen}")


def check_concurrency(name: str, workflow: dict) -> None:
    groups = [workflow.get("concurrency")] + [job.get("concurrency") for job in workflow["jobs"].values()]
    for group in filter(None, groups):
        reads = name == "gen-pull-request"
        hold(group["cancel-in-progress"] is reads, f"{name}: {group} cancels what should be finished")
    for job in workflow["jobs"].values():
        if job.get("uses", "").endswith("gen-target.yml"):
            expected = {"group": "gen-${{ matrix.target.name }}", "cancel-in-progress": False, "queue": "max"}
            hold(job["concurrency"] == expected, f"{name}: {job['concurrency']} is not one group for each target")


def trusted(folder: Path) -> dict[str, dict]:
    """What trust policies trust: resource name → environment of a `ci` module's spec."""
    found: dict[str, dict] = {}
    for path in folder.glob("terraform-out/*/*/terraform/*/gen.auto.tfvars.json"):
        values = json.loads(path.read_text())
        for name, environment in values.get("ci", {}).get("environments", {}).items():
            found[name] = environment | {"account": values["context"]["account"], "audience": values["ci"].get("audience")}
    return found


def trust(folder: Path, github: Path) -> None:
    """Jobs are in environments that their roles trust, and pull requests plan what trusts them."""
    policies = trusted(folder)
    target = load(github / "workflows/gen-target.yml")["jobs"]
    hold(target["plan"]["environment"]["name"] == "${{ inputs.name }}-plan", "the job that plans is elsewhere")
    hold(target["apply"]["environment"]["name"] == "${{ inputs.name }}", "the job that applies is elsewhere")
    targets = json.loads((github / "gen/targets.json").read_text())["targets"]
    hold(bool(targets), "there is nothing to apply")
    for entry in targets:
        name, policy = entry["name"], policies[entry["name"]]
        plan, apply = policy["plan_subjects"], policy["apply_subjects"]
        hold(any(subject.endswith(f":environment:{name}-plan") for subject in plan), f"nothing trusts the plan of {name}")
        hold(all(subject.endswith(f":environment:{name}") for subject in apply), f"{apply} may apply {name}")
        hold(entry["protected"] != any(subject.endswith(":pull_request") for subject in plan), f"pull requests and {name}")
        role = f"arn:aws:iam::{entry['account']}:role/{name}"
        hold((entry["plan_role"], entry["apply_role"]) == (f"{role}-plan", f"{role}-apply"), f"roles of {name}")
        hold((entry["account"], entry["audience"]) == (policy["account"], policy["audience"]), f"account of {name}")
        page = (github / "gen/settings.md").read_text()
        hold(f"| `{name}` |" in page and f"| `{name}-plan` |" in page, f"the settings page leaves {name} out")


def script(github: Path, workflow: str, job: str, step: str, folder: Path, affected: list[str], **env: str) -> dict[str, list]:
    """Runs the script of a step with a stand-in for gen, and gives the outputs that it sets."""
    found = [it for it in load(github / f"workflows/{workflow}.yml")["jobs"][job]["steps"] if it.get("id") == step]
    with tempfile.TemporaryDirectory() as scratch:
        stand_in, output = Path(scratch) / "gen", Path(scratch) / "output"
        # The form that `gen affected --format matrix` has: targets of an environment packed into one entry.
        packed = {"include": [{"environment": "x", "targets": " ".join(affected[at : at + 4]), "protected": False} for at in range(0, len(affected), 4)]}
        stand_in.write_text(f"#!/bin/sh\necho '{json.dumps(packed)}'\n")
        stand_in.chmod(0o755)
        environment = os.environ | {"PATH": f"{scratch}:{os.environ['PATH']}", "GITHUB_OUTPUT": str(output)} | env
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", found[0]["run"]]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        hold(done.returncode == 0, f"{workflow}/{job}: {done.stderr}")
        lines = [line.split("=", 1) for line in output.read_text().splitlines()]
        return {name: json.loads(value) for name, value in lines}


def matrices(folder: Path, github: Path) -> None:
    """However many targets there are, each is in one matrix, and no matrix has more jobs than it may."""
    entries = json.loads((github / "gen/targets.json").read_text())["targets"]
    every = [entry["target"] for entry in entries]
    jobs = load(github / "workflows/gen-apply.yml")["jobs"]

    def once(outputs: dict[str, list], wanted: list[str], what: str) -> None:
        seen = [entry["target"] for output in outputs.values() for entry in output]
        hold(sorted(seen) == sorted(wanted), f"{what}: {len(seen)} of {len(wanted)} targets")
        hold(all(len(output) <= MOST for output in outputs.values()), f"{what}: a matrix of more than {MOST} jobs")

    outputs = script(github, "gen-apply", "affected", "find", folder, every, BASE="1" * 40, TARGET="")
    once(outputs, every, "apply")
    waves = [name for name, job in jobs.items() if job.get("uses", "").endswith("gen-target.yml")]
    hold(sorted(outputs) == sorted(waves), f"waves {waves} and outputs {sorted(outputs)}")
    few = every[:1]
    once(script(github, "gen-apply", "affected", "find", folder, [*few, "gone/dev"], BASE="1" * 40, TARGET=""), few, "apply of one")
    once(script(github, "gen-apply", "affected", "find", folder, [], BASE="0" * 40, TARGET=""), every, "first push")
    once(script(github, "gen-apply", "affected", "find", folder, [], BASE="", TARGET=every[-1]), every[-1:], "by hand")
    once(script(github, "gen-drift", "targets", "list", folder, []), every, "drift")
    unprotected = [entry["target"] for entry in entries if not entry["protected"]]
    pull = load(github / "workflows/gen-pull-request.yml")["jobs"]
    if unprotected:
        outputs = script(github, "gen-pull-request", "affected", "find", folder, every, BASE="1" * 40)
        once(outputs, unprotected, "pull request")
        hold(sorted(outputs) == sorted(pull["affected"]["outputs"]), "a lane is lost")
        planning = [name for name in pull if name.startswith("live-plan")]
        hold(len(planning) == len(outputs), f"{planning} for {sorted(outputs)}")
    # Tier after tier: whatever comes later waits for all of what comes before.
    order = {"development": 0, "staging": 1, "production": 2}
    rank = {name: (order[name.split("-")[0]], "-accounts" not in name) for name in waves}
    for name in waves:
        before = {other for other in waves if rank[other] < rank[name]}
        hold(set(jobs[name]["needs"]) == before | {"affected"}, f"{name} waits for {jobs[name]['needs']}")
        hold("!failure() && !cancelled()" in jobs[name]["if"], f"{name} goes on after a failure")


def ownership(program: Path, folder: Path) -> None:
    """In .github, what people wrote stays; what gen wrote is its own until somebody edits it."""
    own, edited = folder / ".github/workflows/ci.yml", folder / ".github/workflows/gen-drift.yml"
    own.write_text("name: ours\n")
    (folder / ".github/CODEOWNERS").write_text("* @us\n")
    gen(program, folder, "generate", "--check")
    gen(program, folder, "check", status=None)
    text = edited.read_text()
    edited.write_text(text + "# ours now\n")
    refused = gen(program, folder, "generate", status=1)
    hold("gen-drift.yml" in refused.stderr and edited.read_text().endswith("# ours now\n"), "a hand edit was not refused")
    edited.write_text(text)
    edited.with_name("gen-apply.yml").unlink()
    hold(gen(program, folder, "generate", "--check", status=2).stdout.count("gen-apply.yml") == 1, "a lost file is not missed")
    gen(program, folder, "generate")
    # A part of the targets says nothing about all of them.
    edited.unlink()
    gen(program, folder, "generate", "--check", "-s", "hello")
    stack = folder / "stacks/foundation/stack.yaml"
    stack.write_text(stack.read_text().split("    workflows:")[0])
    gen(program, folder, "generate")
    left = sorted(str(path.relative_to(folder)) for path in (folder / ".github").rglob("*") if path.is_file())
    hold(left == [".github/CODEOWNERS", ".github/workflows/ci.yml"], f"after workflows were taken out: {left}")


def gitlab(program: Path, folder: Path) -> None:
    """The same for GitLab, as far as it goes without its own checks."""
    gen(program, customer(program, folder, BLOCK, "gitlab"), "generate", status=None)
    pipeline = load(folder / ".gitlab/gen.yml")
    stages, jobs = pipeline["stages"], {name: job for name, job in pipeline.items() if isinstance(job, dict) and "script" in job}
    hold(len(jobs) > 4, f"jobs: {sorted(jobs)}")
    for name, job in jobs.items():
        parents = [pipeline[job["extends"]]] if "extends" in job else []
        parents += [pipeline[parent["extends"]] for parent in parents if "extends" in parent]
        whole = {key: value for part in [*reversed(parents), job] for key, value in part.items()}
        hold(whole["stage"] in stages and "timeout" in whole and "image" in whole, f"{name}: {sorted(whole)}")
        hold(bool(whole["rules"]), f"{name} runs always")
        for needed in whole.get("needs", []):
            needed = needed["job"] if isinstance(needed, dict) else needed
            hold(needed in jobs, f"{name} needs {needed}")
        if "id_tokens" in job:
            fork = "CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID"
            for rule in whole["rules"]:
                hold("merge_request_event" not in rule["if"] or fork in rule["if"], f"{name} is within reach of a fork")
            hold(whole["interruptible"] is False or name.endswith(":live-plan"), f"{name} can be cancelled")
        if name.endswith((":plan", ":apply")):
            hold(whole["resource_group"] == f"gen-{name.split(':')[0]}", f"{name} is not one at a time")
    for name in (name for name in jobs if name.endswith(":apply")):
        hold(jobs[name]["environment"]["name"] == name.split(":")[0], f"{name}: {jobs[name]['environment']}")
    hold("oldest_first" in (folder / ".gitlab/gen/settings.md").read_text(), "nobody is told how groups queue")


def thousand(program: Path, folder: Path, targets: int) -> Path:
    """A repository with so many targets, all in one account."""
    synthesise(folder, targets)
    stack = folder / "stacks/foundation/stack.yaml"
    stack.write_text(stack.read_text().split("    workflows:")[0].rstrip("\n") + BLOCK)
    # Some thousand roles are more than an account takes: that is said by `terraform`, and nothing that workflows are about.
    gen(program, folder, "generate", status=None)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description="Check generated workflows.")
    parser.add_argument("--gen", type=Path, default=ROOT / "target/release/gen")
    program = parser.parse_args().gen.resolve()
    for tool in ("actionlint", "zizmor", "jq", "git"):
        if not shutil.which(tool):
            sys.exit(f"missing: {tool}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)

        shipped = folder / "shipped"
        shutil.copytree(ROOT / "terraform-out", shipped / "terraform-out", ignore=shutil.ignore_patterns("modules"))
        shutil.copytree(ROOT / "terraform-out/ci", shipped / ".github")
        everything(shipped, shipped / ".github", "shipped")
        commands(program, shipped / "terraform-out", "ops/*.md", "apply drift unlock audit")
        print("pages: gen takes the commands that they name")

        own = customer(program, folder / "own", BLOCK + OWN_JOBS)
        gen(program, own, "generate")
        everything(own, own / ".github", "a customer's, with settings and jobs of its own")
        checkout = (own / ".github/workflows/gen-apply.yml").read_text()
        hold(f"actions/checkout@{PIN} # v9.9.9" in checkout and "branches: [trunk]" in checkout, "settings are not kept to")
        pull = load(own / ".github/workflows/gen-pull-request.yml")["jobs"]
        hold(pull["scan"]["needs"] == ["check"] and "live-plan" in pull, "a job of one's own is lost")
        targets = json.loads((own / ".github/gen/targets.json").read_text())["targets"]
        hold([entry["target"] for entry in targets] == ["foundation/dev"], "hello/dev is applied by hand")
        commands(program, own / ".github")
        ownership(program, own)
        print("ownership: .github is shared with people")

        gitlab(program, folder / "gitlab")
        commands(program, folder / "gitlab")
        print("gitlab: one file, sound as far as it can be told without GitLab")

        for targets in (249, 1000):
            many = thousand(program, folder / f"many-{targets}", targets)
            roots = len(list(many.glob("terraform-out/*/*/terraform/*")))
            jobs = len(json.loads((many / ".github/gen/targets.json").read_text())["targets"])
            hold(jobs == targets + 1, f"{jobs} of {targets + 1} targets")
            hold(targets > 249 or (jobs <= MOST and roots >= 990), f"{roots} roots in {jobs} jobs")
            everything(many, many / ".github", f"{jobs} targets, {roots} roots")


def everything(folder: Path, github: Path, what: str) -> None:
    tools(github)
    properties(github)
    trust(folder, github)
    matrices(folder, github)
    print(f"{what}: sound", flush=True)


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"wrong: {wrong}")
