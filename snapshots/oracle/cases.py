"""Seeded random cases for the capability-matrix rules: `python3 cases.py --seed 1 --count 10000 > cases.jsonl`.

Alphabets are small and every case draws from a few pools of its own, so that claims meet, agree and contradict often.
With `--edges` the cases also hold input on whose meaning the rules leave room; see the README.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import oracle

Json = dict[str, Any]

MEMBERS = ["a", "b", "c", "d"]
OPEN = ["a", "b", "EU"]  # in an open set, EU is a word like any other
PLACES = ["DE", "FR", "CH", "US"]
GROUPS: dict[str, list[str]] = {"EU": ["DE", "FR"], "EEA": ["DE", "FR", "IS"], "DACH": ["CH", "DE"]}
LEVELS = ["l0", "l1", "l2", "l3"]
ENUM = ["x", "y", "z"]
DURATIONS = ["59s", "60s", "1m", "60m", "1h", "24h", "1d", "7d", "1w", "52w", "365d", "1y"]
REGIONS = ["r1", "r2", "r3"]
SERVICES = ["s1", "s2"]
COMPONENTS = ["cluster", "db", "evidence"]
SUBJECTS = ["p1", "p2"]
TIERS = ["local", "development", "staging", "production"]
SEVERITIES = ["blocking", "blocking", "degraded", "advisory"]
PROOFS = ["probe", "document", "attest"]
POLICIES = ["refuse", "warn", "note"]
TTLS = ["90d", "180d", "365d"]
DAYS = ["2026-11-20", "2027-01-01", "2028-02-29", "2028-03-01"]  # ends of months and years, and a leap day
FIELDS: dict[str, Json] = {
    "rpo": {"duration": "at_most"},
    "keep": {"duration": "at_least"},
    "copies": {"int": "at_least"},
    "tested": {"bool": "equals"},
}
CONFIDENCES = ["documented"] * 6 + ["probed"] * 4 + ["attested"] * 3 + list(oracle.CONFIDENCES)


def some(rng: random.Random, items: Iterable[Any], least: int, most: int) -> list[Any]:
    """Between `least` and `most` different items."""
    pool = list(items)
    return rng.sample(pool, rng.randint(least, min(most, len(pool))))


def capability(rng: random.Random) -> Json:
    """A dictionary entry of any type with a comparison that suits it."""
    shape = rng.choice(["bool", "set", "set", "closed", "place", "open", "level", "enum", "record", "record"])
    match shape:
        case "bool":
            kind: Any = "bool"
        case "set":
            kind = {"set": MEMBERS} if rng.random() < 0.5 else {"set": MEMBERS, "closed": False}
        case "closed":
            kind = {"set": MEMBERS, "closed": True}
        case "place" | "open":
            kind = {"set": shape}
        case "level":
            kind = {"level": LEVELS[: rng.randint(2, 4)]}
        case "enum":
            kind = {"enum": ENUM}
        case _:
            kind = {"record": {name: FIELDS[name] for name in some(rng, FIELDS, 1, 3)}}
    how = {"bool": "equals", "enum": "equals", "level": "at_least", "record": "at_least"}.get(shape)
    severity = {tier: rng.choice(SEVERITIES) for tier in some(rng, TIERS, 0, 4)}
    if len(severity) < len(TIERS):
        severity["all"] = rng.choice(SEVERITIES)
    return {
        "type": kind,
        "compare": how or rng.choice(["has", "overlaps", "within"]),
        "answers": rng.choice(["service", "operator", "engine"]),
        "severity": severity,
        "proof": rng.choice(PROOFS),
        "ttl": rng.choice(TTLS),
        "means": {"with": "it is there", "without": "it is not"},
    }


def value(rng: random.Random, declared: Any, part: str, edges: bool) -> Any:
    """A well-typed value, to be asked (`ask`), had (`is`) or lacked (`not`)."""
    if declared == "bool":
        return rng.random() < 0.6
    match next(iter(declared)):
        case "level":
            return rng.choice(declared["level"])
        case "enum":
            return rng.choice(declared["enum"])
        case "record":
            names = some(rng, declared["record"], 0 if part == "is" or edges else 1, 3)
            return {name: field(rng, declared["record"][name]) for name in names}
    members = {"place": PLACES, "open": OPEN}.get(str(declared["set"]), declared["set"])
    if part == "ask":
        if declared["set"] == "place":
            members = [*members, "IS", *GROUPS, *(["EUROPE", "NOWHERE"] if edges else [])]
        return some(rng, members, 0 if edges else 1, rng.choice([1, 2, 3]))
    if declared["set"] == "place" and edges:
        members = [*members, "EU"]
    return some(rng, members, 0 if rng.random() < 0.2 else 1, 4 if part == "is" else 2)


def field(rng: random.Random, rule: Json) -> Any:
    """A value for one field of a record."""
    if "duration" in rule:
        return rng.choice(DURATIONS)
    return rng.randint(0, 3) if "int" in rule else rng.random() < 0.5


def shifted(day: str, days: int) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


def end(rng: random.Random, as_of: str) -> str:
    """A last day: just before, on, just after or long after the day in question."""
    return shifted(as_of, rng.choice([-1, -1, 0, 0, 1, 1, 30, 200]))


def source(rng: random.Random, as_of: str, kinds: list[str], ttl: str, edges: bool) -> Json:
    """A source whose claims, as far as nothing else says so, end around the day in question or later."""
    age = oracle.seconds(ttl) // oracle.UNIT["d"]
    read = shifted(as_of, -age + rng.choice([-1, 0, 0, 1, 1, age // 2, age // 2, age]))
    made = {"kind": rng.choice(kinds), "confidence": rng.choice(CONFIDENCES), "at": "https://example.org", "read": read}
    if rng.random() < 0.2:
        made["expires"] = end(rng, as_of)
        if edges and rng.random() < 0.5:
            del made["read"]
    return made


def scope(rng: random.Random, edges: bool) -> Json:
    """No, one or two restricted dimensions."""
    made = {}
    least = 0 if edges else 1
    if rng.random() < 0.35:
        made["regions"] = some(rng, REGIONS, least, 2)
    if rng.random() < 0.35:
        made["services"] = some(rng, SERVICES, least, 2)
    return made


def facts(rng: random.Random, case: Json, sources: Json, scopes: list[Json], edges: bool) -> list[Json]:
    """Entries of a fact file, each with one claim or several."""
    made: list[Json] = []
    for _ in range(rng.randint(0, 6)):
        entry: Json = {"from": rng.choice(list(sources))}
        for name in some(rng, case["capabilities"], 1, 2):
            about = case["capabilities"][name]
            parts = rng.choice([["is"], ["is"], ["is"], ["not"], ["is", "not"]])
            if about["compare"] == "within" or "record" in about["type"]:
                parts = ["is"]
            for part in parts:
                entry.setdefault(part, {})[name] = value(rng, about["type"], part, edges)
        if rng.random() < 0.3:
            entry["confidence"] = rng.choice(CONFIDENCES)
        if rng.random() < 0.25:
            entry["expires"] = end(rng, case["as_of"])
        where = rng.choice(scopes)
        if where or rng.random() < 0.1:
            entry["scope"] = where
        made.append(entry)
    return made


def make(rng: random.Random, edges: bool = False) -> Json:
    """One case."""
    as_of = rng.choice(DAYS)
    case: Json = {
        "as_of": as_of,
        "capabilities": {f"cap.{letter}": capability(rng) for letter in some(rng, "abc", 1, 3)},
        "places": {**GROUPS, **({"EUROPE": ["EU", "CH"], "NOWHERE": []} if edges else {})},
        "subjects": {},
        "unknown": {"blocking": "refuse", "degraded": rng.choice(POLICIES), "advisory": rng.choice(POLICIES)},
        "waivers": [],
        "tier": rng.choice(TIERS),
        "requirements": [],
    }
    if edges:
        for about in case["capabilities"].values():
            about["ttl"] = rng.choice([about["ttl"], "1w", "1y"])
    ttls = [about["ttl"] for about in case["capabilities"].values()]
    subjects = some(rng, SUBJECTS, 1, 2)
    for subject in subjects:
        kinds = some(rng, oracle.RANK, 1, 3)
        sources = {f"src{n}": source(rng, as_of, kinds, rng.choice(ttls), edges) for n in range(rng.randint(1, 3))}
        scopes = [{}, *(scope(rng, edges) for _ in range(rng.randint(0, 3)))]
        case["subjects"][subject] = {"sources": sources, "facts": facts(rng, case, sources, scopes, edges)}
    for _ in range(rng.randint(1, 5)):
        name = rng.choice(list(case["capabilities"]))
        case["requirements"].append(
            {
                "component": rng.choice(COMPONENTS),
                "capability": name,
                "value": value(rng, case["capabilities"][name]["type"], "ask", edges),
                "subject": rng.choice([*subjects, "absent"] if edges else subjects),
                "region": rng.choice([None, *REGIONS]),
                "service": rng.choice([None, *SERVICES]),
            }
        )
    for _ in range(rng.choice([0, 0, 1, 2])):
        about = rng.choice(case["requirements"])
        component = about["component"] if rng.random() < 0.8 else rng.choice(COMPONENTS)
        until = shifted(as_of, rng.choice([-1, 0, 1, 14]))
        case["waivers"].append({"component": component, "capability": about["capability"], "until": until})
    return case


def generate(seed: int, count: int, edges: bool = False) -> Iterator[Json]:
    """`count` cases; the same arguments give the same cases."""
    rng = random.Random(seed)
    for _ in range(count):
        yield make(rng, edges)


def histogram(cases: Iterable[Json]) -> dict[str, Counter[str]]:
    """Truths and verdicts under the oracle, overall and the truths of each comparison."""
    counts: dict[str, Counter[str]] = {"truth": Counter(), "verdict": Counter(), "target": Counter()}
    for case in cases:
        answer = oracle.evaluate(case)
        counts["target"]["refused" if answer["refused"] else "rendered"] += 1
        for requirement, verdict in zip(case["requirements"], answer["verdicts"], strict=True):
            about = case["capabilities"][requirement["capability"]]
            shape = about["type"] if about["type"] == "bool" else next(iter(about["type"]))
            counts["truth"][verdict["truth"]] += 1
            counts["verdict"][verdict["verdict"]] += 1
            counts.setdefault(f"{about['compare']} {shape}", Counter())[verdict["truth"]] += 1
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description="Random cases as JSON lines; a histogram goes to standard error.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--edges", action="store_true", help="also input on whose meaning the rules leave room")
    arguments = parser.parse_args()
    cases = list(generate(arguments.seed, arguments.count, arguments.edges))
    for case in cases:
        print(json.dumps(case))
    for title, counter in histogram(cases).items():
        total = counter.total()
        shares = ", ".join(f"{name} {count} ({count / total:.1%})" for name, count in sorted(counter.items()))
        print(f"{title}: {shares}", file=sys.stderr)


if __name__ == "__main__":
    main()
