"""Who gets into the roles of CI, asked of a second evaluator: the rendered trust policies against tokens of all kinds.

For each format of subjects the models are rendered in a scratch copy; real Terraform plans the foundations' roots offline, and the trust policies
are read from its plans. Then each role is shown each token: those of its own GitHub environments enter (and pull requests, where the
model lets them plan), and no other. Policies that are broken on purpose have to be noticed by the same tokens.

Standard library only; terraform with its provider mirror, as in ../terraform/check.py.

    run.py --gen PROGRAM
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple

import mutations
import rules
import tokens

ROOT = Path(__file__).resolve().parents[2]
MODELS = {"immutable": ["immutable"], "classic": ["classic"], "both": ["immutable", "classic"]}
AUDIENCES = {"aws": "sts.amazonaws.com", "stackit": "sts.accounts.stackit.cloud"}
LASTS = {"plan": 3600, "apply": 7200}
OFFLINE = """provider "aws" {
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  allowed_account_ids         = null
}
"""
MOCKED = 'mock_provider "stackit" {\n  override_during = plan\n}\nmock_provider "stackit" {\n  alias           = "iam"\n  override_during = plan\n}\n'


class Target(NamedTuple):
    """An environment of a stack, as its model says."""

    name: str
    accounts: dict[str, str]
    protected: bool


class Role(NamedTuple):
    """A role, whoever calls it that: who plans or applies which environment, and what lets tokens in."""

    name: str
    kind: str
    target: Target
    trust: Any
    admit: dict[str, Callable[[Any, rules.Token], bool]]
    compares: set[str]


def models(root: Path) -> dict[str, Target]:
    found = {}
    for path in sorted(root.glob("stacks/*/environments/*.yaml")):
        text = path.read_text()
        protect = re.search(r"^protect: ?(\S+)", text, re.M)
        accounts = re.search(r"^accounts: \{(.*)\}", text, re.M)
        pairs = dict(re.findall(r"(\w+): ([\w-]+)", accounts.group(1))) if accounts else {}
        if path.parents[1].name == "foundation" and (provider := re.search(r"^  default: \{provider: ([\w-]+)\}", text, re.M)):
            pairs = {provider.group(1): path.stem}
        name = f"{path.parents[1].name}-{path.stem}"
        found[name] = Target(name, pairs, protect is not None and protect.group(1) != "false")
    return found


def repository(root: Path) -> tokens.Repository:
    text = (root / "stacks/foundation/stack.yaml").read_text()
    said = dict(re.findall(r"^    (repository|repository_id|owner_id): ([\w/-]+)", text, re.M))
    owner, _, name = said["repository"].partition("/")
    return tokens.Repository(owner, said["owner_id"], name, said["repository_id"])


def ran(folder: Path, *command: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "TF_CLI_CONFIG_FILE": "/dev/null", "CHECKPOINT_DISABLE": "1"}
    environment |= {"AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def rendered(gen: Path, scratch: Path, formats: list[str]) -> Path:
    """A copy of the repository whose model trusts these formats, generated."""
    folder = scratch / "-".join(formats)
    for name in ("stacks", "profiles", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    stack = folder / "stacks/foundation/stack.yaml"
    text, count = re.subn(r"subjects: \[[^]]*\]", f"subjects: [{', '.join(formats)}]", stack.read_text())
    if count != 1:
        raise SystemExit(f"{stack}: {count} lines say which subjects are trusted")
    stack.write_text(text)
    ran(folder, str(gen), "-C", str(folder), "generate")
    return folder


def plans(root: Path, text: str) -> list[dict[str, Any]]:
    """Plans that `terraform test` makes of a root, one for each of its runs."""
    (root / "trust.tftest.hcl").write_text(text)
    said = [json.loads(line) for line in ran(root, "terraform", "test", "-json", "-verbose").splitlines()]
    return [message["test_plan"] for message in said if message["type"] == "test_plan"]


def planned(copies: dict[str, Path], mirror: str, root: str) -> dict[str, dict[str, Any]]:
    """The plan of one root in each model. Models differ in values alone, so one folder serves all."""
    first = next(iter(copies.values())) / root
    for path in first.glob("*.tf*"):
        others = {(folder / root / path.name).read_bytes() for folder in copies.values()}
        if path.suffix == ".tf" and len(others) != 1:
            raise SystemExit(f"{root}/{path.name} differs between formats of subjects")
    (first / "backend.tf").unlink(missing_ok=True)
    if "foundation-aws" in root:
        (first / "offline_override.tf").write_text(OFFLINE)
    ran(first, "terraform", "init", "-backend=false", "-input=false", "-no-color", f"-plugin-dir={mirror}")
    values = {model: json.loads((folder / root / "gen.auto.tfvars.json").read_text())["ci"] for model, folder in copies.items()}
    text = "".join(f'run "{model}" {{\n  command = plan\n  variables {{\n    ci = {json.dumps(value)}\n  }}\n}}\n' for model, value in values.items())
    if "foundation-stackit" in root:
        # Addresses of accounts are the provider's to give: each is given one, so that trusts can be told apart.
        accounts = {change["address"] for change in plans(first, MOCKED + text)[0]["resource_changes"] if change["type"] == "stackit_service_account"}
        text = MOCKED + "".join(
            f'override_resource {{\n  target          = {address}\n  override_during = plan\n  values          = {{ email = "{index}@example.org" }}\n}}\n'
            for index, address in enumerate(sorted(accounts))
        ) + text
    made = plans(first, text)
    if len(made) != len(values):
        raise SystemExit(f"{root}: {len(made)} plans, not {len(values)}")
    return dict(zip(values, made, strict=True))


def resources(plan: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [change["change"]["after"] for change in plan["resource_changes"] if change["type"] == kind]


def aws_roles(account: str, plan: dict[str, Any], expected: dict[str, Target], faults: list[str]) -> list[Role]:
    (made,) = resources(plan, "aws_iam_openid_connect_provider")
    provider = rules.Provider(account, made["url"], tuple(made["client_id_list"]))
    if provider.url != tokens.ISSUER or provider.audiences != (AUDIENCES["aws"],):
        faults.append(f"{account}: provider {provider}")
    boundaries = {f"arn:aws:iam::{account}:policy/{policy['name']}" for policy in resources(plan, "aws_iam_policy")}
    admit = {
        "its policy": lambda trust, token: rules.policy_admits(trust, provider_of(provider, token), token),
        "STS": lambda trust, token: rules.sts_admits(trust, provider, token),
    }
    roles = []
    for role in resources(plan, "aws_iam_role"):
        environment, _, kind = role["name"].rpartition("-")
        if environment not in expected or kind not in LASTS:
            faults.append(f"{role['name']}: no environment in this account is planned or applied by it")
            continue
        text = role["assume_role_policy"]
        if "*" in text or "?" in text:
            faults.append(f"{role['name']}: a wildcard in {text}")
        if role["max_session_duration"] != LASTS[kind]:
            faults.append(f"{role['name']}: sessions of {role['max_session_duration']} s")
        if role["permissions_boundary"] not in boundaries:
            faults.append(f"{role['name']}: bounded by {role['permissions_boundary']}, and the root makes {sorted(boundaries)}")
        roles.append(Role(role["name"], kind, expected[environment], rules.parsed(text), admit, rules.COMPARED))
    return roles


def provider_of(provider: rules.Provider, token: rules.Token) -> rules.Provider:
    """A policy has to stand by itself: as if the account knew every issuer, and for any audience."""
    return provider._replace(url=str(token.get("iss", "")))


def stackit_roles(plan: dict[str, Any], expected: dict[str, Target], faults: list[str]) -> list[Role]:
    trusts: dict[str, list[dict[str, Any]]] = {}
    for trust in resources(plan, "stackit_service_account_federated_identity_provider"):
        trusts.setdefault(trust["service_account_email"], []).append(trust)
    admit = {"its assertions": lambda found, token: any([rules.assertions_admit(trust, token) for trust in found])}
    roles = []
    for environment, pair in plan["output_changes"]["exports"]["after"]["ci"]["roles"].items():
        for kind, email in pair.items():
            if environment not in expected or kind not in LASTS:
                faults.append(f"stackit: {environment} {kind} is nobody's")
                continue
            found = trusts.pop(email, [])
            compares = {assertion["item"] for trust in found for assertion in trust["assertions"]}
            roles.append(Role(f"{environment}-{kind}", kind, expected[environment], found, admit, compares))
    if trusts:
        faults.append(f"stackit: trusts for accounts that are not handed on: {sorted(trusts)}")
    return roles


def enters(role: Role, formats: list[str], item: tokens.Item) -> bool:
    """Whether the model wants it."""
    if item.meaning is None or item.meaning.format not in formats or item.told_by in role.compares:
        return False
    own = f"environment:{role.target.name}"
    if role.kind == "apply":
        return item.meaning.context == own
    return item.meaning.context == f"{own}-plan" or (item.meaning.context == "pull_request" and not role.target.protected)


def mistakes(role: Role, trust: Any, wanted: list[tuple[tokens.Item, bool]]) -> Iterator[str]:
    """Tokens that get in and should not, or the other way round."""
    for item, right in wanted:
        for who, admit in role.admit.items():
            try:
                said = admit(trust, item.token)
            except rules.Unknown as error:
                yield f"{role.name}: {who}: {error}"
                return
            if said != right:
                yield f"{role.name}: {who} {'admits' if said else 'refuses'} {item.group}: {json.dumps(item.token)}"


def look(model: str, roles: list[Role], corpus: list[tokens.Item], seen: Counter[tuple[str, str]]) -> list[str]:
    faults: list[str] = []
    broken = 0
    for role in roles:
        wanted = [(item, enters(role, MODELS[model], item)) for item in corpus]
        if not any(right for _, right in wanted):
            faults.append(f"{role.name}: no token enters")
        seen.update((item.group, "enter" if right else "are refused") for item, right in wanted)
        faults += list(mistakes(role, role.trust, wanted))[:3]
        # Where most breaks show comes first: right tokens, of this role and of others, then what concerns its own environment.
        wanted.sort(key=lambda pair: (not pair[1], pair[0].meaning is None, role.target.name not in str(pair[0].token.get("sub"))))
        others = [other for other in roles if other is not role]
        # One model has each kind of mistake; the others would only say it again.
        for what, trust in mutations.broken(role, others) if model == "both" else ():
            broken += 1
            if trust == role.trust:
                faults.append(f"{role.name}: {what} changes nothing")
            elif next(mistakes(role, trust, wanted), None) is None:
                faults.append(f"{role.name}: nobody notices: {what}: {json.dumps(trust)}")
    print(f"{model}: {len(roles)} roles x {len(corpus)} tokens; {broken} broken trusts noticed", flush=True)
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gen", type=Path, required=True)
    arguments = parser.parse_args()
    gen = arguments.gen.resolve()
    mirror = os.environ.get("GEN_PLUGIN_DIR") or sys.exit("set GEN_PLUGIN_DIR to the folder that holds registry.terraform.io")
    faults = rules.check_cases()
    print(f"rules: {len(rules.CASES)} cases of AWS's operators", flush=True)
    targets = models(ROOT)
    own = repository(ROOT)
    seen: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        copies = {model: rendered(gen, scratch, formats) for model, formats in MODELS.items()}
        out = next(iter(copies.values()))
        roots = [str(path.relative_to(out)) for path in sorted(out.glob("terraform-out/foundation/*/terraform/foundation-*"))]
        federated = [root for root in roots if root.rpartition("-")[2] in AUDIENCES]
        # Scaleway trusts no tokens: there is no condition to look at, and nothing that could be one may appear.
        for root in sorted(set(roots) - set(federated)):
            faults += [f"{root}: something is federated" for path in out.glob("terraform-out/modules/scaleway/**/*.tf") if "federat" in path.read_text().lower()]
            print(f"{root}: no tokens are trusted", flush=True)
        accounts = {root: json.loads((out / root / "gen.auto.tfvars.json").read_text())["context"] for root in federated}
        with ThreadPoolExecutor(max_workers=2) as pool:
            made = dict(zip(federated, pool.map(lambda root: planned(copies, mirror, root), federated), strict=True))
    for provider, audience in AUDIENCES.items():
        near = [name for name, target in targets.items() if provider in target.accounts]
        corpus = list(tokens.everything(own, audience, sorted(targets), near))
        for model in MODELS:
            roles: list[Role] = []
            for root in (root for root in federated if root.endswith(provider)):
                context, plan = accounts[root], made[root][model]
                expected = {name: target for name, target in targets.items() if target.accounts.get(provider) == context["environment"]}
                found = aws_roles(context["account"], plan, expected, faults) if provider == "aws" else stackit_roles(plan, expected, faults)
                missing = {f"{name}-{kind}" for name in expected for kind in LASTS} - {role.name for role in found}
                faults += [f"{root}: there is no role {name}" for name in sorted(missing)]
                roles += found
            print(f"{provider}, ", end="")
            faults += look(model, roles, corpus, seen)
    for group in sorted({group for group, _ in seen}):
        print(f"  {group}: {seen[group, 'enter']} enter, {seen[group, 'are refused']} are refused")
    print(f"in all {sum(count for (_, what), count in seen.items() if what == 'enter')} enter, {sum(seen.values())} were shown")
    for fault in faults:
        print(f"fault: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
