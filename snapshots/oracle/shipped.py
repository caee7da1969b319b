"""The shipped targets: `gen`'s verdicts against the oracle's, as they are and with the facts of each blocking requirement spoilt.

    shipped.py --gen target/release/gen --command target/release/examples/verdicts

For every target, `gen plan` says what is asked of whom. The oracle reads the fact files itself and judges the same. Then, for each blocking
requirement, the facts that answer it are removed, expired, weakened, contradicted and moved to another region, and both judge again: they
must agree, and the requirement must no longer be satisfied.
"""

from __future__ import annotations

import argparse
import copy
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import oracle

ROOT = Path(__file__).resolve().parents[2]
PROFILES = ROOT / "profiles"
Json = dict[str, Any]


def subjects() -> Json:
    files = [*PROFILES.glob("providers/*.yaml"), *PROFILES.glob("products/*.yaml")]
    found = {}
    for path in files:
        document = oracle.read_yaml(path)
        keep = ("is", "not", "from", "confidence", "scope", "expires")
        facts = [{key: fact[key] for key in keep if key in fact} for fact in document.get("facts", [])]
        sources = {
            name: {key: source[key] for key in ("kind", "confidence", "at", "read", "expires") if key in source}
            for name, source in document.get("sources", {}).items()
        }
        found[path.stem] = {"sources": sources, "facts": facts}
    return found


def stands_in(target: Json, asked: Json) -> bool:
    """§4: the environment names what hands out keys for CI where the subject trusts no tokens."""
    stack, env = target["target"].split("/")
    bind = oracle.read_yaml(ROOT / "stacks" / stack / "environments" / f"{env}.yaml")["bind"]
    via = bind.get("ci", bind.get("default", {})).get("via", {})
    return asked["component"] == "ci" and asked["capability"] == "iam.oidc.workload_federation" and asked["subject"] in via


def case_of(target: Json, dictionary: Json, as_of: str) -> Json:
    profile = oracle.read_yaml(PROFILES / f"{target['profile']}.yaml")
    return {
        "as_of": as_of,
        "capabilities": dictionary["capabilities"],
        "places": dictionary.get("places", {}),
        "subjects": subjects(),
        "unknown": profile["unknown"],
        "attestations": profile.get("attestations"),
        "waivers": [],
        "tier": target["tier"],
        "requirements": [
            {
                "component": asked["component"],
                "capability": asked["capability"],
                "value": asked["value"],
                "subject": asked["subject"],
                "region": asked.get("region"),
                "service": asked.get("service"),
                "stand_in": stands_in(target, asked),
            }
            for asked in target["requirements"]
        ],
    }


def answering(case: Json, asked: Json) -> list[Json]:
    facts: list[Json] = case["subjects"][asked["subject"]]["facts"]
    return [fact for fact in facts if asked["capability"] in {**fact.get("is", {}), **fact.get("not", {})}]


def removed(case: Json, asked: Json) -> None:
    for fact in answering(case, asked):
        for part in ("is", "not"):
            fact.get(part, {}).pop(asked["capability"], None)


def expired(case: Json, asked: Json) -> None:
    for fact in answering(case, asked):
        fact["expires"] = "2026-11-19"


def weakened(case: Json, asked: Json) -> None:
    for fact in answering(case, asked):
        fact["confidence"] = "reported"


def moved(case: Json, asked: Json) -> None:
    for fact in answering(case, asked):
        fact["scope"] = {**fact.get("scope", {}), "regions": ["elsewhere-1"]}


def contradicted(case: Json, asked: Json) -> None:
    """A probe of the very place says the opposite."""
    capability, value = asked["capability"], asked["value"]
    kind = case["capabilities"][capability]["type"]
    subject = case["subjects"][asked["subject"]]
    subject["sources"]["probe"] = {"kind": "probe", "confidence": "probed", "at": "test", "read": "2026-11-20"}
    scope: Json = {}
    if asked["region"]:
        scope["regions"] = [asked["region"]]
    if asked["service"]:
        scope["services"] = [asked["service"]]
    fact: Json = {"from": "probe", "scope": scope}
    how = case["capabilities"][capability]["compare"]
    if isinstance(kind, dict) and "record" in kind:
        worse: Json = {}
        for name, wanted in value.items():
            (sort, direction), = kind["record"][name].items()
            worse[name] = (not wanted) if sort == "bool" else ("999d" if direction == "at_most" else "1s")
        fact["is"] = {capability: worse}
    elif how == "within":
        fact["is"] = {capability: ["ZZ"]}
    else:
        fact["not"] = {capability: value}
    subject["facts"].append(fact)


SPOILS: list[Callable[[Json, Json], None]] = [removed, expired, weakened, contradicted, moved]


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare verdicts on the shipped targets with the oracle.")
    parser.add_argument("--gen", required=True)
    parser.add_argument("--command", required=True)
    arguments = parser.parse_args()
    said = subprocess.run([arguments.gen, "-C", str(ROOT), "plan", "--format", "json"], capture_output=True, text=True, check=False)
    plan = json.loads(said.stdout)
    dictionary = oracle.read_yaml(PROFILES / "capabilities.yaml")
    faults: list[str] = []
    cases: list[tuple[str, Json]] = []
    counts: Counter[str] = Counter()
    for target in plan["targets"]:
        case = case_of(target, dictionary, plan["evidence_as_of"])
        for asked, verdict in zip(target["requirements"], oracle.evaluate(case)["verdicts"], strict=True):
            counts["verdicts of gen plan compared"] += 1
            if (asked["truth"], asked["verdict"], asked["blocks"]) != (verdict["truth"], verdict["verdict"], verdict["blocks"]):
                faults.append(f"{target['target']} {asked['component']} {asked['capability']}: gen {asked['verdict']}, oracle {verdict['verdict']}")
        for index, asked in enumerate(case["requirements"]):
            if target["requirements"][index]["severity"] != "blocking":
                continue
            counts["blocking requirements"] += 1
            for spoil in SPOILS:
                # An engine or a product has no regions to move to.
                if spoil is moved and not asked["region"]:
                    continue
                worse = copy.deepcopy({**case, "requirements": [asked]})
                spoil(worse, asked)
                cases.append((f"{target['target']} {asked['component']} {asked['capability']} {spoil.__name__}", worse))
                counts[spoil.__name__] += 1
    lines = "".join(json.dumps(case) + "\n" for _, case in cases)
    answered = subprocess.run([arguments.command], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    if len(answered) != len(cases):
        faults.append(f"{len(answered)} answers to {len(cases)} cases")
    for (name, case), line in zip(cases, answered):
        ours, theirs = oracle.evaluate(case), json.loads(line)
        if ours != theirs:
            faults.append(f"{name}: gen {theirs}, oracle {ours}")
        elif ours["verdicts"][0]["verdict"] == "satisfied":
            faults.append(f"{name}: still satisfied")
    for name, number in counts.items():
        print(f"{number:6} {name}")
    for fault in faults[:20]:
        print(f"differs: {fault}", file=sys.stderr)
    print(f"{len(faults)} differences")
    return 1 if faults or not cases else 0


if __name__ == "__main__":
    raise SystemExit(main())
