"""The capability-matrix rules, implemented a second time from `docs/matrix-rules.md` alone.

Section numbers (§) are those of that page. Nothing here is shared with the generator; simplicity is worth more than speed.
Where the page leaves room, the reading taken is marked with "Reading:"; such input comes from `cases.py --edges` only, if at all.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]


class Truth(IntEnum):
    """§2: the order in which the minimum is taken."""

    NO = 0
    UNKNOWN = 1
    YES = 2


#: §1, the rank of each kind of source.
RANK: dict[str, int] = {
    "probe": 7,
    "certificate": 6,
    "attestation": 6,
    "source_code": 5,
    "vendor_doc": 4,
    "provider_doc": 3,
    "issue": 2,
    "third_party": 1,
}
#: §1, every confidence a claim may have, the most certain first.
CONFIDENCES = ("probed", "documented", "attested", "reported", "inferred", "not_exposed", "unverified", "unknown")
#: §1, the most certain confidence that a kind of source can give.
MOST: dict[str, str] = {
    "probe": "probed",
    "certificate": "documented",
    "source_code": "documented",
    "vendor_doc": "documented",
    "provider_doc": "documented",
    "issue": "documented",
    "attestation": "attested",
    "third_party": "reported",
}
#: §2, the confidences with which a *yes* stands.
AFFIRMING = frozenset({"probed", "documented", "attested"})
#: §2, the confidences with which a *no* does not stand.
MUTE = frozenset({"unverified", "unknown"})
#: §3, units of durations in seconds; a year is 365 days.
UNIT: dict[str, int] = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}


# --- §1: claims ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """One claim (§1): what one entry of `facts` says about one capability. A value of None means: this part is missing."""

    subject: str
    index: int
    has: Any
    lacks: Any
    kind: str
    confidence: str
    expiry: dt.date
    regions: frozenset[str] | None
    services: frozenset[str] | None

    @property
    def rank(self) -> int:
        """§1: an inferred claim has rank 0, whatever its source."""
        return 0 if self.confidence == "inferred" else RANK[self.kind]

    @property
    def specificity(self) -> int:
        """§1: both dimensions 3, services only 2, regions only 1, none 0."""
        return 2 * (self.services is not None) + (self.regions is not None)

    @property
    def attested(self) -> bool:
        """§1: a claim is attested by its confidence, or because its source is an attestation."""
        return self.confidence == "attested" or self.kind == "attestation"

    def live(self, as_of: dt.date) -> bool:
        """§1: the day of expiry is the last day on which the claim is live."""
        return as_of <= self.expiry

    def applies(self, region: str | None, service: str | None) -> bool:
        """§1: every restricted dimension contains the asked value; a missing value is contained in none."""
        return (self.regions is None or region in self.regions) and (self.services is None or service in self.services)


def claims(
    subject: str, file: Mapping[str, Any], capability: str, ttl: str, longest: str | None = None
) -> list[Claim]:
    """All claims of one fact file about one capability (§1). `longest` bounds attestations."""
    found = []
    for index, fact in enumerate(file.get("facts", [])):
        has, lacks = fact.get("is", {}).get(capability), fact.get("not", {}).get(capability)
        if has is None and lacks is None:
            continue
        source = file["sources"][fact["from"]]
        scope = fact.get("scope", {})
        claim = Claim(
            subject=subject,
            index=index,
            has=has,
            lacks=lacks,
            kind=source["kind"],
            confidence=fact.get("confidence", source["confidence"]),
            expiry=expiry(fact, source, ttl),
            regions=_dimension(scope, "regions"),
            services=_dimension(scope, "services"),
        )
        for confidence in (claim.confidence, source["confidence"]):
            if confidence not in allowed(claim.kind):
                raise ValueError(f"{subject}: no such confidence of a source of kind {claim.kind}: {confidence}")
        if claim.attested and longest is not None and "read" in source:
            last = day(source["read"]) + dt.timedelta(days=seconds(longest) // UNIT["d"])
            claim = replace(claim, expiry=min(claim.expiry, last))
        found.append(claim)
    return found


def allowed(kind: str) -> tuple[str, ...]:
    """The confidences that a source of a kind can give, the most certain first (§1)."""
    return CONFIDENCES[CONFIDENCES.index(MOST[kind]) :]


def _dimension(scope: Mapping[str, Any], name: str) -> frozenset[str] | None:
    """§1, Scope: an empty list restricts nothing, as if it were left out."""
    return frozenset(scope[name]) if scope.get(name) else None


def expiry(fact: Mapping[str, Any], source: Mapping[str, Any], ttl: str) -> dt.date:
    """§1, Expiry: that of the fact, else that of the source, else the day it was read plus the capability's ttl."""
    for holder in (fact, source):
        if "expires" in holder:
            return day(holder["expires"])
    days, rest = divmod(seconds(ttl), UNIT["d"])
    if rest:
        raise ValueError(f"a ttl is a number of whole days, not {ttl}")  # Reading: no rounding
    return day(source["read"]) + dt.timedelta(days=days)


def effective(found: Iterable[Claim], region: str | None, service: str | None) -> list[Claim]:
    """The effective fact (§1): the most specific claims that apply, then those of the highest rank, live or not."""
    applying = [claim for claim in found if claim.applies(region, service)]
    narrowest = max((claim.specificity for claim in applying), default=0)
    group = [claim for claim in applying if claim.specificity == narrowest]
    strongest = max((claim.rank for claim in group), default=0)
    return [claim for claim in group if claim.rank == strongest]


# --- §3: comparisons -----------------------------------------------------------------------------------------------------


def compare(capability: Mapping[str, Any], asked: Any, has: Any, lacks: Any) -> Truth:
    """§3 for one claim. *no* wins over *yes*; neither gives *unknown*. Places of `asked` are already expanded."""
    shape, detail, how = *_type(capability["type"]), capability["compare"]
    if lacks is not None and (shape == "record" or how == "within"):
        raise ValueError(f"`not` is not allowed for {how} on {shape}")
    match how, shape:
        case "has", "set":
            yes, no = _has(set(asked), _set(has), _set(lacks), capability["type"].get("closed", False))
        case "overlaps", "set":
            yes, no = _overlaps(set(asked), _set(has), _set(lacks), capability["type"].get("closed", False))
        case "within", "set":
            yes = bool(has) and set(has) <= set(asked)
            no = has is not None and not set(has) <= set(asked)
        case "at_least", "level":
            position = detail.index
            yes = has is not None and position(has) >= position(asked)
            no = has is not None and position(has) < position(asked)
            no = no or (lacks is not None and position(asked) >= position(lacks))
        case "at_least", "record":
            fields = [_field(detail[name], value, (has or {}).get(name)) for name, value in asked.items()]
            yes, no = all(field is True for field in fields), any(field is False for field in fields)
        case "equals", "bool" | "enum":
            yes = (has is not None and has == asked) or (shape == "bool" and lacks is not None and lacks != asked)
            no = (has is not None and has != asked) or (lacks is not None and lacks == asked)
        case _:
            raise ValueError(f"no comparison {how} for {shape}")
    return Truth.NO if no else Truth.YES if yes else Truth.UNKNOWN


def _has(asked: set[str], has: set[str] | None, lacks: set[str] | None, closed: bool) -> tuple[bool, bool]:
    """§3, row `has`. Reading: *yes* needs an `is` part, even when nothing is asked."""
    yes = has is not None and asked <= has - (lacks or set())
    no = bool(asked & (lacks or set())) or (closed and has is not None and not asked <= has)
    return yes, no


def _overlaps(asked: set[str], has: set[str] | None, lacks: set[str] | None, closed: bool) -> tuple[bool, bool]:
    """§3, row `overlaps`. A member in both parts counts as lacking: it is taken out of the `is` part before both tests."""
    held = None if has is None else has - (lacks or set())
    yes = held is not None and bool(asked & held)
    no = (lacks is not None and asked <= lacks) or (closed and held is not None and not asked & held)
    return yes, no


def _field(rule: Mapping[str, str], asked: Any, given: Any) -> bool | None:
    """§3, one field of a record: whether it holds, or None when it is missing."""
    if given is None:
        return None
    match next(iter(rule.items())):
        case "duration", "at_most":
            return seconds(given) <= seconds(asked)
        case "duration", "at_least":
            return seconds(given) >= seconds(asked)
        case "int", "at_least":
            return bool(given >= asked)
        case "bool", "equals":
            return bool(given == asked)
    raise ValueError(f"no such type of field: {rule}")


def _type(declared: Any) -> tuple[str, Any]:
    """The name of a type and what it lists: `bool`, `{set: …, closed: …}`, `{level: …}`, `{enum: …}`, `{record: …}`."""
    if declared == "bool":
        return "bool", None
    for shape in ("set", "level", "enum", "record"):
        if shape in declared:
            return shape, declared[shape]
    raise ValueError(f"no such type: {declared}")


def _set(value: Iterable[str] | None) -> set[str] | None:
    return None if value is None else set(value)


def expand(capability: Mapping[str, Any], asked: Any, places: Mapping[str, list[str]]) -> Any:
    """Replace groups of places by their members, in an asked set of places only. Reading: groups may nest."""
    if capability["type"] == "bool" or capability["type"].get("set") != "place":
        return asked
    members, seen, todo = set(), set(), list(asked)
    while todo:
        place = todo.pop()
        if place not in places:
            members.add(place)
        elif place not in seen:
            seen.add(place)
            todo += places[place]
    return sorted(members)


# --- §2 and §6: truth and verdict ----------------------------------------------------------------------------------------


def believe(claim: Claim, answer: Truth, proof: str, as_of: dt.date) -> Truth:
    """§2: what remains of a claim's answer once its age, its confidence and the proof demanded are considered."""
    if not claim.live(as_of):
        return Truth.UNKNOWN
    if answer is Truth.YES:
        stands = claim.confidence in AFFIRMING and not (claim.attested and proof == "probe")
        return Truth.YES if stands else Truth.UNKNOWN
    return Truth.UNKNOWN if claim.confidence in MUTE else answer


def decide(truth: Truth, severity: str, policy: Mapping[str, str], waived: bool) -> tuple[str, bool]:
    """§6: the verdict, and whether it blocks rendering."""
    if policy["blocking"] != "refuse":
        raise ValueError("unknown.blocking is always refuse")  # §7
    if truth is Truth.YES:
        return "satisfied", False
    if truth is Truth.NO and severity != "blocking":
        return "degraded", False
    if waived:
        return "waived", False
    if truth is Truth.NO:
        return "refused", True
    return "needs_evidence", policy[severity] == "refuse"


def evaluate(case: Json) -> Json:
    """Answer one case: a verdict for each requirement in its order, and whether the target is refused (§6)."""
    as_of = day(case["as_of"])
    live_waivers = {(w["component"], w["capability"]) for w in case["waivers"] if as_of <= day(w["until"])}
    longest = (case.get("attestations") or {}).get("longest")
    verdicts = []
    for requirement in case["requirements"]:
        subject, name = requirement["subject"], requirement["capability"]
        capability = case["capabilities"][name]
        # Reading: a subject without a fact file is a subject without claims.
        known = claims(subject, case["subjects"].get(subject, {}), name, capability["ttl"], longest)
        fact = effective(known, requirement["region"], requirement["service"])
        asked = expand(capability, requirement["value"], case["places"])
        answers = [(claim, compare(capability, asked, claim.has, claim.lacks)) for claim in fact]
        truth = min((believe(*answer, capability["proof"], as_of) for answer in answers), default=Truth.UNKNOWN)
        severity = severity_of(capability, case["tier"])
        if requirement.get("stand_in"):
            severity = min(severity, "degraded", key=SEVERITIES.index)
        waived = (requirement["component"], name) in live_waivers
        verdict, blocks = decide(truth, severity, case["unknown"], waived)
        cites = sorted([claim.subject, claim.index] for claim in fact) if verdict == "satisfied" else []
        verdicts.append(
            {"truth": truth.name.lower(), "severity": severity, "verdict": verdict, "blocks": blocks, "cites": cites}
        )
    return {"verdicts": verdicts, "refused": any(verdict["blocks"] for verdict in verdicts)}


# §4: what an environment lets stand in for workload federation makes its lack `degraded` at most.
SEVERITIES = ("advisory", "degraded", "blocking")


def severity_of(capability: Mapping[str, Any], tier: str) -> str:
    """§5: `all` stands for every tier not named."""
    severity = capability["severity"]
    return str(severity[tier] if tier in severity else severity["all"])


# --- values and files ----------------------------------------------------------------------------------------------------


def day(text: str | dt.date) -> dt.date:
    """A date from its ISO form."""
    return text if isinstance(text, dt.date) else dt.date.fromisoformat(text)


def seconds(text: str) -> int:
    """§3: a duration is an integer and a unit."""
    parts = re.fullmatch(r"([0-9]+)([smhdwy])", text)
    if not parts:
        raise ValueError(f"not a duration: {text!r}")
    return int(parts[1]) * UNIT[parts[2]]


class _Loader(yaml.SafeLoader):
    """YAML in which only `true` and `false` are booleans (a country may be called NO) and no key occurs twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise ValueError(f"a key occurs twice{node.start_mark}")
        return super().construct_mapping(node, deep)


_BOOL = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|false)$"), list("tf"))


def read_yaml(path: str | Path) -> Any:
    """One YAML document, with dates as ISO strings."""
    return _plain(yaml.load(Path(path).read_text(encoding="utf-8"), Loader=_Loader))  # noqa: S506, a safe loader


def subject_from_yaml(path: str | Path) -> Json:
    """The part of a fact file (§1) that a case needs."""
    file = read_yaml(path)
    return {"sources": file.get("sources", {}), "facts": file.get("facts", [])}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date) else value


if __name__ == "__main__":  # cases on standard input, answers on standard output, one JSON object to a line
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(evaluate(json.loads(line))))
