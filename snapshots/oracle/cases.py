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
DURATIONS = ["59s", "60s", "1m", "60m", "1h", "24h", "1d", "7d", "1w", "52w", "365d", "1y"]  # in order, many of them equal
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


def shifted(day: str, days: int) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


class Maker:
    """Makes one case. A *mild* case has mostly live and firm claims that fit what is asked, so that *yes* is not rare."""

    def __init__(self, rng: random.Random, edges: bool) -> None:
        self.rng, self.edges = rng, edges
        self.mild = self.chance(0.65)
        self.as_of = rng.choice(DAYS)
        self.capabilities = {f"cap.{letter}": self.capability() for letter in self.some("abc", 1, 3)}
        self.usual = {name: self.value(about["type"], "is") for name, about in self.capabilities.items()}

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def some(self, items: Iterable[Any], least: int, most: int) -> list[Any]:
        """Between `least` and `most` different items."""
        pool = list(items)
        return self.rng.sample(pool, self.rng.randint(least, min(most, len(pool))))

    def capability(self) -> Json:
        """A dictionary entry of any type with a comparison that suits it."""
        shape = self.rng.choice(["bool", "set", "set", "closed", "place", "open", "level", "enum", "record", "record"])
        match shape:
            case "bool":
                kind: Any = "bool"
            case "set":
                kind = {"set": MEMBERS} if self.chance(0.5) else {"set": MEMBERS, "closed": False}
            case "closed":
                kind = {"set": MEMBERS, "closed": True}
            case "place" | "open":
                kind = {"set": shape}
            case "level":
                kind = {"level": LEVELS[: self.rng.randint(2, 4)]}
            case "enum":
                kind = {"enum": ENUM}
            case _:
                kind = {"record": {name: FIELDS[name] for name in self.some(FIELDS, 1, 3)}}
        how = {"bool": "equals", "enum": "equals", "level": "at_least", "record": "at_least"}.get(shape)
        severity = {tier: self.rng.choice(SEVERITIES) for tier in self.some(TIERS, 0, 4)}
        if len(severity) < len(TIERS):
            severity["all"] = self.rng.choice(SEVERITIES)
        return {
            "type": kind,
            "compare": how or self.rng.choice(["has", "overlaps", "within"]),
            "answers": self.rng.choice(["service", "operator", "engine"]),
            "severity": severity,
            "proof": self.rng.choice(PROOFS),
            "ttl": self.rng.choice([*TTLS, "1w", "1y"] if self.edges else TTLS),
            "means": {"with": "it is there", "without": "it is not"},
        }

    def value(self, declared: Any, part: str) -> Any:
        """A well-typed value, to be asked (`ask`), had (`is`) or lacked (`not`)."""
        if declared == "bool":
            return self.chance(0.6)
        shape = next(iter(declared))
        if shape in ("level", "enum"):
            return self.rng.choice(declared[shape])
        if shape == "record":
            names = self.some(declared["record"], 0 if part == "is" or self.edges else 1, 3)
            return {name: self.field(declared["record"][name]) for name in names}
        members = self.members(declared)
        if part == "ask":
            if declared["set"] == "place":
                members = [*members, "IS", *GROUPS, *(["EUROPE", "NOWHERE"] if self.edges else [])]
            return self.some(members, 0 if self.edges else 1, self.rng.choice([1, 2, 3]))
        if declared["set"] == "place" and self.edges:
            members = [*members, "EU"]
        return self.some(members, 0 if self.chance(0.2) else 1, 4 if part == "is" else 2)

    @staticmethod
    def members(declared: Json) -> list[str]:
        return {"place": PLACES, "open": OPEN}.get(str(declared["set"])) or list(declared["set"])

    def field(self, rule: Json) -> Any:
        """A value for one field of a record."""
        if "duration" in rule:
            return self.rng.choice(DURATIONS)
        return self.rng.randint(0, 3) if "int" in rule else self.chance(0.5)

    def asked(self, name: str) -> Any:
        """What to ask: in a mild case mostly something near the usual value, else anything."""
        about, usual = self.capabilities[name], self.usual[name]
        declared = about["type"]
        if not self.mild or self.chance(0.25) or usual in ([], {}):
            return self.value(declared, "ask")
        if declared == "bool" or "enum" in declared:
            return usual
        if "level" in declared:
            return self.rng.choice(declared["level"][: declared["level"].index(usual) + 1])
        if "record" in declared:
            return {field: self.near(usual[field]) for field in self.some(usual, 1, 3)}
        if about["compare"] == "within":
            return [*usual, *self.some([m for m in self.members(declared) if m not in usual], 0, 2)]
        return self.some(usual, 1, 2)

    def near(self, usual: Any) -> Any:
        """The value of a field, or the duration before or after it."""
        if usual not in DURATIONS:
            return usual
        at = DURATIONS.index(usual) + self.rng.choice([-1, 0, 1])
        return DURATIONS[min(max(at, 0), len(DURATIONS) - 1)]

    def end(self) -> str:
        """A last day: just before, on, just after or long after the day in question."""
        return shifted(self.as_of, self.rng.choice([0, 0, 1, 30, -1] if self.mild else [-1, -1, 0, 1, 200]))

    def confidence(self, kind: str) -> str:
        """One that a source of that kind can give, mostly a firm one."""
        allowed = oracle.allowed(kind)
        firm = [name for name in ("documented", "documented", "probed", "probed", "attested") if name in allowed]
        return self.rng.choice(firm if firm and self.chance(0.9 if self.mild else 0.3) else allowed)

    def source(self, kinds: list[str]) -> Json:
        """A source whose claims, as far as nothing else says so, end around the day in question or later."""
        age = oracle.seconds(self.rng.choice(list(self.capabilities.values()))["ttl"]) // oracle.UNIT["d"]
        after = self.rng.choice([0, 1, 7, 7, 7, -1] if self.mild else [-1, -1, 0, 1, 7])
        kind = self.rng.choice(kinds)
        made = {
            "kind": kind,
            "confidence": self.confidence(kind),
            "at": "https://example.org",
            "read": shifted(self.as_of, after - age),
        }
        if self.chance(0.2):
            made["expires"] = self.end()
            if self.edges and self.chance(0.5):
                del made["read"]
        return made

    def scope(self) -> Json:
        """No, one or two restricted dimensions."""
        made = {}
        if self.chance(0.4):
            made["regions"] = self.some(REGIONS, 0 if self.edges else 1, 2)
        if self.chance(0.4):
            made["services"] = self.some(SERVICES, 0 if self.edges else 1, 2)
        return made

    def fact(self, sources: Json, scopes: list[Json]) -> Json:
        """An entry of a fact file, with one claim or two."""
        entry: Json = {"from": self.rng.choice(list(sources))}
        for name in self.some(self.capabilities, 1, 2):
            about = self.capabilities[name]
            parts = self.rng.choice([["is"], ["is"], ["is"], ["not"], ["is", "not"]])
            if about["compare"] == "within" or "record" in about["type"] or (self.mild and self.chance(0.5)):
                parts = ["is"]
            for part in parts:
                usual = part == "is" and self.mild and self.chance(0.8)
                entry.setdefault(part, {})[name] = self.usual[name] if usual else self.value(about["type"], part)
        if self.chance(0.25):
            entry["confidence"] = self.confidence(sources[entry["from"]]["kind"])
        if self.chance(0.25):
            entry["expires"] = self.end()
        where = self.rng.choice(scopes)
        if where or self.chance(0.1):
            entry["scope"] = where
        return entry

    def subject(self) -> Json:
        """A fact file. Few kinds and few scopes, so that claims of the same rank and specificity meet."""
        usual = [kind for kind in oracle.RANK if "documented" in oracle.allowed(kind)]
        kinds = self.some(usual if self.mild and self.chance(0.9) else oracle.RANK, 1, 3)
        sources = {f"src{number}": self.source(kinds) for number in range(self.rng.randint(1, 3))}
        scopes = [{}, *(self.scope() for _ in range(self.rng.randint(0, 3)))]
        count = self.rng.randint(1, 6) if self.chance(0.95) else 0
        return {"sources": sources, "facts": [self.fact(sources, scopes) for _ in range(count)]}

    def requirement(self, subjects: list[str]) -> Json:
        name = self.rng.choice(list(self.capabilities))
        return {
            "component": self.rng.choice(COMPONENTS),
            "capability": name,
            "value": self.asked(name),
            "subject": self.rng.choice([*subjects, "absent"] if self.edges else subjects),
            "region": self.rng.choice([None, *REGIONS]),
            "service": self.rng.choice([None, *SERVICES]),
            "stand_in": self.chance(0.1),
        }

    def waiver(self, about: Json) -> Json:
        component = about["component"] if self.chance(0.8) else self.rng.choice(COMPONENTS)
        until = shifted(self.as_of, self.rng.choice([-1, 0, 1, 14]))
        return {"component": component, "capability": about["capability"], "until": until}

    def case(self) -> Json:
        subjects = {name: self.subject() for name in self.some(SUBJECTS, 1, 2)}
        requirements = [self.requirement(list(subjects)) for _ in range(self.rng.randint(1, 5))]
        waived = [self.rng.choice(requirements) for _ in range(self.rng.choice([0, 0, 1, 2]))]
        return {
            "as_of": self.as_of,
            "capabilities": self.capabilities,
            "places": {**GROUPS, **({"EUROPE": ["EU", "CH"], "NOWHERE": []} if self.edges else {})},
            "subjects": subjects,
            "unknown": {"blocking": "refuse", "degraded": self.rng.choice(POLICIES), "advisory": self.rng.choice(POLICIES)},
            "attestations": self.rng.choice([None, None, {"longest": "90d"}, {"longest": "1w"}]),
            "waivers": [self.waiver(about) for about in waived],
            "tier": self.rng.choice(TIERS),
            "requirements": requirements,
        }


def generate(seed: int, count: int, edges: bool = False) -> Iterator[Json]:
    """`count` cases; the same arguments give the same cases."""
    rng = random.Random(seed)
    for _ in range(count):
        yield Maker(rng, edges).case()


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
