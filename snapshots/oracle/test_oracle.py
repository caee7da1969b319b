"""Tests of the oracle: every row of the tables by hand, and the laws of §7 on random cases. `python3 test_oracle.py`"""

from __future__ import annotations

import copy
import datetime as dt
import random
import tempfile
import unittest
from collections import Counter
from pathlib import Path
from typing import Any

import cases as generator
import compare
import oracle
from oracle import Truth

Json = dict[str, Any]
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
TODAY = "2026-11-20"
SET: Json = {"set": ["a", "b", "c"]}
CLOSED: Json = {"set": ["a", "b", "c"], "closed": True}
LEVEL: Json = {"level": ["none", "l3l4", "l7"]}
ENUM: Json = {"enum": ["x", "y", "z"]}
RECORD: Json = {"record": generator.FIELDS}
COUNT = 3000  # random cases for each law


def one(facts: list[Json], sources: Json | None = None, **changes: Any) -> Json:
    """The verdict on one question about a boolean capability; `changes` are to the requirement, dictionary entry or case."""
    about = {"type": "bool", "compare": "equals", "answers": "service", "severity": {"all": "blocking"}, "proof": "document"}
    about["ttl"] = "10d"
    asked = {"component": "db", "capability": "c", "value": True, "subject": "p", "region": None, "service": None}
    case: Json = {"as_of": TODAY, "places": {}, "unknown": {"blocking": "refuse", "degraded": "warn", "advisory": "note"}}
    case |= {"waivers": [], "tier": "production"}
    for name, value in changes.items():
        target = asked if name in asked else about if name in about else case
        target[name] = value
    known = {kind: source(kind) for kind in oracle.RANK}
    subject = {"sources": {**known, **(sources or {})}, "facts": facts}
    answer = oracle.evaluate({**case, "capabilities": {"c": about}, "subjects": {"p": subject}, "requirements": [asked]})
    verdict: Json = answer["verdicts"][0]
    assert answer["refused"] == verdict["blocks"]
    return verdict


def source(kind: str, **changes: str) -> Json:
    confidence = next(name for name in ("documented", "attested", "reported") if name in oracle.allowed(kind))
    return {"kind": kind, "confidence": confidence, "read": TODAY, **changes}


def fact(value: bool = True, kind: str = "vendor_doc", **changes: Any) -> Json:
    return {"is": {"c": value}, "from": kind, **changes}


def truth(facts: list[Json], **changes: Any) -> str:
    return str(one(facts, **changes)["truth"])


class Claims(unittest.TestCase):
    """§1."""

    def test_parts_of_an_entry(self) -> None:
        self.assertEqual(truth([fact()]), "yes")
        self.assertEqual(truth([{"not": {"c": True}, "from": "probe"}]), "no")
        self.assertEqual(truth([{"is": {"other": True}, "from": "probe"}]), "unknown")
        self.assertEqual(truth([]), "unknown")
        self.assertEqual(truth([fact(), fact()], subject="absent"), "unknown")

    def test_order_of_kinds(self) -> None:
        kinds = ["third_party", "issue", "provider_doc", "vendor_doc", "source_code", "certificate", "probe"]
        for weak, strong in zip(kinds, kinds[1:], strict=False):
            for value, expected in ((True, "yes"), (False, "no")):
                with self.subTest(weak=weak, strong=strong):
                    self.assertEqual(truth([fact(not value, weak), fact(value, strong)]), expected)
        self.assertEqual(oracle.RANK["certificate"], oracle.RANK["attestation"])
        self.assertEqual(truth([fact(True, "certificate"), fact(False, "attestation")]), "no")

    def test_inferred_ranks_last(self) -> None:
        self.assertEqual(truth([fact(False, "probe", confidence="inferred"), fact(True, "issue")]), "yes")
        self.assertEqual(truth([fact(False, "probe", confidence="inferred"), fact(True, "third_party")]), "unknown")
        both = [fact(False, "third_party", confidence="inferred"), fact(True, "probe", confidence="inferred")]
        self.assertEqual(truth(both), "no")

    def test_effective_fact_ignores_liveness_and_confidence(self) -> None:
        self.assertEqual(truth([fact(True, "probe", expires="2026-11-19"), fact()]), "unknown")
        self.assertEqual(truth([fact(True, "probe", confidence="unknown"), fact()]), "unknown")

    def test_expiry_boundaries(self) -> None:
        for end, expected in (("2026-11-19", "unknown"), ("2026-11-20", "yes"), ("2026-11-21", "yes")):
            self.assertEqual(truth([fact(expires=end)]), expected)
            self.assertEqual(truth([fact(kind="s")], sources={"s": source("probe", expires=end)}), expected)
        for read, expected in (("2026-11-09", "unknown"), ("2026-11-10", "yes"), ("2026-11-11", "yes")):
            self.assertEqual(truth([fact(kind="s")], sources={"s": source("probe", read=read)}), expected)

    def test_expiry_precedence(self) -> None:
        old = {"s": source("probe", read="2020-01-01")}
        late, early = "2026-12-31", "2026-01-01"
        self.assertEqual(truth([fact(kind="s", expires=late)], sources=old), "yes")
        self.assertEqual(truth([fact(kind="s")], sources={"s": source("probe", expires=early)}), "unknown")
        self.assertEqual(truth([fact(kind="s", expires=late)], sources={"s": source("probe", expires=early)}), "yes")
        self.assertEqual(truth([fact(kind="s", expires=early)], sources={"s": source("probe", expires=late)}), "unknown")

    def test_expiry_counts_days(self) -> None:
        leap = {"read": "2028-02-28"}
        self.assertEqual(oracle.expiry({}, leap, "1d"), dt.date(2028, 2, 29))
        self.assertEqual(oracle.expiry({}, leap, "2d"), dt.date(2028, 3, 1))
        self.assertEqual(oracle.expiry({}, leap, "1w"), dt.date(2028, 3, 6))
        with self.assertRaises(ValueError):
            oracle.expiry({}, leap, "36h")

    def test_scope(self) -> None:
        rows = [
            ({}, None, None, True),
            ({}, "r1", "s1", True),
            ({"regions": ["r1", "r2"]}, "r2", None, True),
            ({"regions": ["r1"]}, "r2", None, False),
            ({"regions": ["r1"]}, None, None, False),
            ({"services": ["s1"]}, None, "s1", True),
            ({"services": ["s1"]}, "r1", "s2", False),
            ({"services": ["s1"]}, "r1", None, False),
            ({"regions": ["r1"], "services": ["s1"]}, "r1", "s1", True),
            ({"regions": ["r1"], "services": ["s1"]}, "r1", "s2", False),
            ({"regions": ["r1"], "services": ["s1"]}, "r2", "s1", False),
            ({"regions": ["r1"], "services": ["s1"]}, "r1", None, False),
        ]
        for scope, region, service, applies in rows:
            with self.subTest(scope=scope, region=region, service=service):
                found = truth([fact(scope=scope)], region=region, service=service)
                self.assertEqual(found, "yes" if applies else "unknown")

    def test_specificity(self) -> None:
        scopes: list[Json] = [{}, {"regions": ["r"]}, {"services": ["s"]}, {"regions": ["r"], "services": ["s"]}]
        for wide, narrow in zip(scopes, scopes[1:], strict=False):
            where = {"region": "r", "service": "s"}
            with self.subTest(wide=wide, narrow=narrow):
                strong = fact(False, "probe", scope=wide)
                self.assertEqual(truth([strong, fact(True, "issue", scope=narrow)], **where), "yes")
                expired = fact(True, "issue", scope=narrow, expires="2020-01-01")
                self.assertEqual(truth([strong, expired], **where), "unknown")
                self.assertEqual(truth([strong, fact(True, scope=narrow, confidence="inferred")], **where), "unknown")
        elsewhere = fact(False, "probe", scope={"regions": ["r2"], "services": ["s"]})
        self.assertEqual(truth([fact(), elsewhere], region="r", service="s"), "yes")


class Belief(unittest.TestCase):
    """§2."""

    def test_confidence(self) -> None:
        rows = {  # confidence: the truth of a claim that says yes, and of one that says no
            "probed": ("yes", "no"),
            "documented": ("yes", "no"),
            "attested": ("yes", "no"),
            "reported": ("unknown", "no"),
            "inferred": ("unknown", "no"),
            "not_exposed": ("unknown", "no"),
            "unverified": ("unknown", "unknown"),
            "unknown": ("unknown", "unknown"),
        }
        self.assertEqual(set(rows), set(oracle.CONFIDENCES))
        for confidence, (positive, negative) in rows.items():
            with self.subTest(confidence=confidence):
                self.assertEqual(truth([fact(True, "probe", confidence=confidence)]), positive)
                self.assertEqual(truth([fact(False, "probe", confidence=confidence)]), negative)
                weak = {"s": source("probe", confidence=confidence)}
                self.assertEqual(truth([fact(True, "s")], sources=weak), positive)
                self.assertEqual(truth([fact(True, "s", confidence="probed")], sources=weak), "yes")
        with self.assertRaises(ValueError):
            truth([fact(confidence="certain")])

    def test_attestation_and_proof(self) -> None:
        for proof, positive in (("probe", "unknown"), ("document", "yes"), ("attest", "yes")):
            self.assertEqual(truth([fact(True, confidence="attested")], proof=proof), positive)
            self.assertEqual(truth([fact(False, confidence="attested")], proof=proof), "no")
            self.assertEqual(truth([fact(True, "attestation")], proof=proof), positive)
            self.assertEqual(truth([fact(False, "attestation", confidence="inferred")], proof=proof), "no")

    def test_nothing_is_more_certain_than_its_source_can_make_it(self) -> None:
        most = {"probe": "probed", "attestation": "attested", "third_party": "reported"}
        for kind in oracle.RANK:
            last = oracle.CONFIDENCES.index(most.get(kind, "documented"))
            for place, confidence in enumerate(oracle.CONFIDENCES):
                with self.subTest(kind=kind, confidence=confidence):
                    own = {"s": source(kind, confidence=confidence)}
                    for facts in ([fact(True, kind, confidence=confidence)], [fact(True, "s")]):
                        if place >= last:
                            truth(facts, sources=own)
                        else:
                            self.assertRaises(ValueError, truth, facts, sources=own)

    def test_attestations_count_no_longer_than_the_profile_lets_them(self) -> None:
        old = {"s": source("attestation", read="2026-11-12", expires="2027-01-01"), "d": source("vendor_doc", read="2026-11-12", expires="2027-01-01")}
        for longest, expected in (("1w", "unknown"), ("8d", "yes")):
            rules = {"attestations": {"longest": longest}}
            self.assertEqual(truth([fact(True, "s")], sources=old, proof="attest", **rules), expected)
            self.assertEqual(truth([fact(True, "d", confidence="attested")], sources=old, **rules), expected)
            self.assertEqual(truth([fact(True, "d")], sources=old, **rules), "yes")

    def test_expired(self) -> None:
        for value in (True, False):
            self.assertEqual(truth([fact(value, expires="2026-11-19")]), "unknown")

    def test_minimum(self) -> None:
        yes, no, unknown = fact(True), fact(False), fact(True, confidence="reported")
        for claims, expected in (([yes, yes], "yes"), ([yes, unknown], "unknown"), ([yes, no], "no"), ([unknown, no], "no")):
            self.assertEqual(truth(claims), expected)
            self.assertEqual(truth(claims[::-1]), expected)


class Comparisons(unittest.TestCase):
    """§3. Rows: what is asked, the value of `is`, that of `not`, the answer."""

    def rows(self, how: str, kind: Any, rows: list[tuple[Any, Any, Any, Truth]]) -> None:
        for asked, has, lacks, expected in rows:
            with self.subTest(how=how, asked=asked, has=has, lacks=lacks):
                self.assertIs(oracle.compare({"type": kind, "compare": how}, asked, has, lacks), expected)

    def test_has(self) -> None:
        always = [
            (["a"], ["a", "b"], None, YES),
            (["a", "b"], ["b", "a"], ["c"], YES),
            (["a"], ["a"], [], YES),
            (["a"], None, ["a", "b"], NO),
            (["a", "b"], None, ["b"], NO),
            (["a", "b"], ["a"], ["b"], NO),
            (["a"], ["a"], ["a"], NO),
            (["a"], None, ["b"], UNKNOWN),
            (["a"], None, [], UNKNOWN),
        ]
        self.rows("has", SET, [*always, (["a"], ["b"], None, UNKNOWN), (["a"], [], None, UNKNOWN)])
        self.rows("has", {"set": "open"}, [*always, (["a", "b"], ["a"], None, UNKNOWN)])
        self.rows("has", CLOSED, [*always, (["a"], ["b"], None, NO), (["a", "b"], ["a"], None, NO), (["a"], [], None, NO)])
        self.rows("has", {**SET, "closed": False}, [*always, (["a", "b"], ["a"], ["c"], UNKNOWN)])

    def test_overlaps(self) -> None:
        always = [
            (["a", "b"], ["b", "c"], None, YES),
            (["a", "b"], ["a", "b"], ["a"], YES),
            (["a", "b"], ["a"], ["b"], YES),
            (["a", "b"], None, ["a", "b", "c"], NO),
            (["a"], ["a"], ["a"], NO),
            (["a", "b"], None, ["a"], UNKNOWN),
        ]
        unknown = [(["a"], ["b"], None, UNKNOWN), (["a", "b"], ["a"], ["a"], UNKNOWN), (["a"], [], None, UNKNOWN)]
        self.rows("overlaps", SET, always + unknown)
        self.rows("overlaps", {"set": "open"}, always + unknown)
        self.rows("overlaps", CLOSED, always + [(asked, has, lacks, NO) for asked, has, lacks, _ in unknown])

    def test_within(self) -> None:
        for kind in (SET, CLOSED, {"set": "open"}, {"set": "place"}):
            self.rows("within", kind, [(["a", "b"], ["a"], None, YES), (["a"], ["a"], None, YES)])
            self.rows("within", kind, [(["a"], ["a", "b"], None, NO), (["a"], ["b"], None, NO), (["a"], None, None, UNKNOWN), (["a"], [], None, UNKNOWN)])
        with self.assertRaises(ValueError):
            oracle.compare({"type": SET, "compare": "within"}, ["a"], None, ["a"])

    def test_at_least_level(self) -> None:
        rows = [
            ("l3l4", "l7", None, YES),
            ("l3l4", "l3l4", None, YES),
            ("l3l4", "none", None, NO),
            ("l7", None, "l3l4", NO),
            ("l3l4", None, "l3l4", NO),
            ("none", None, "l3l4", UNKNOWN),
            ("l3l4", "l3l4", "l7", YES),
            ("l7", "l3l4", "l7", NO),
            ("l3l4", "l7", "l3l4", NO),
            ("none", "l7", "l3l4", YES),
        ]
        self.rows("at_least", LEVEL, rows)

    def test_at_least_record(self) -> None:
        rows: list[tuple[Any, Any, Any, Truth]] = [
            ({"rpo": "5m"}, {"rpo": "300s"}, None, YES),
            ({"rpo": "5m"}, {"rpo": "301s"}, None, NO),
            ({"rpo": "5m"}, {"rpo": "1m"}, None, YES),
            ({"keep": "1y"}, {"keep": "365d"}, None, YES),
            ({"keep": "1y"}, {"keep": "52w"}, None, NO),
            ({"keep": "1d"}, {"keep": "25h"}, None, YES),
            ({"copies": 2}, {"copies": 2}, None, YES),
            ({"copies": 2}, {"copies": 3}, None, YES),
            ({"copies": 2}, {"copies": 1}, None, NO),
            ({"copies": 0}, {"copies": 0}, None, YES),
            ({"tested": True}, {"tested": True}, None, YES),
            ({"tested": True}, {"tested": False}, None, NO),
            ({"tested": False}, {"tested": False}, None, YES),
            ({"rpo": "1h", "copies": 2}, {"rpo": "1h", "copies": 2, "keep": "1s"}, None, YES),
            ({"rpo": "1h", "copies": 2}, {"rpo": "1h"}, None, UNKNOWN),
            ({"rpo": "1h", "copies": 2}, {"copies": 1}, None, NO),
            ({"rpo": "1h"}, {}, None, UNKNOWN),
            ({"rpo": "1h"}, None, None, UNKNOWN),
        ]
        self.rows("at_least", RECORD, rows)
        with self.assertRaises(ValueError):
            oracle.compare({"type": RECORD, "compare": "at_least"}, {"copies": 1}, None, {"copies": 2})

    def test_equals(self) -> None:
        for value in (True, False):
            rows = [(value, value, None, YES), (value, not value, None, NO), (value, None, value, NO)]
            rows += [(value, None, not value, YES), (value, value, value, NO), (value, not value, not value, NO)]
            rows += [(value, value, not value, YES), (value, not value, value, NO), (value, None, None, UNKNOWN)]
            self.rows("equals", "bool", rows)
        rows = [("x", "x", None, YES), ("x", "y", None, NO), ("x", None, "x", NO), ("x", None, "y", UNKNOWN)]
        self.rows("equals", ENUM, [*rows, ("x", "x", "x", NO), ("x", "x", "y", YES), ("x", "y", "z", NO)])

    def test_comparison_must_suit_the_type(self) -> None:
        for how, kind in (("equals", LEVEL), ("has", ENUM), ("at_least", SET), ("at_least", "bool"), ("more", "bool")):
            with self.assertRaises(ValueError):
                oracle.compare({"type": kind, "compare": how}, True, None, None)

    def test_durations(self) -> None:
        units = {"1s": 1, "1m": 60, "1h": 3600, "1d": 86400, "1w": 604800, "1y": 31536000, "0d": 0, "90d": 7776000}
        for text, expected in units.items():
            self.assertEqual(oracle.seconds(text), expected)
        for text in ("", "5", "m", "1.5h", "-1d", "1M", "1 d", "1d1h"):
            with self.assertRaises(ValueError):
                oracle.seconds(text)

    def test_groups_of_places(self) -> None:
        groups = {"EU": ["DE", "FR"], "EUROPE": ["EU", "CH"], "LOOP": ["LOOP", "US"]}
        place, word = {"type": {"set": "place"}}, {"type": {"set": "open"}}
        self.assertEqual(oracle.expand(place, ["EU", "US"], groups), ["DE", "FR", "US"])
        self.assertEqual(oracle.expand(place, ["DE", "EU"], groups), ["DE", "FR"])
        self.assertEqual(oracle.expand(place, ["EUROPE"], groups), ["CH", "DE", "FR"])
        self.assertEqual(oracle.expand(place, ["LOOP"], groups), ["US"])
        self.assertEqual(oracle.expand(word, ["EU"], groups), ["EU"])
        for how, has, expected in (("within", ["FR"], "yes"), ("within", ["US"], "no"), ("has", ["FR"], "unknown")):
            claim = {"is": {"c": has}, "from": "probe"}
            self.assertEqual(truth([claim], type={"set": "place"}, compare=how, value=["EU"], places=groups), expected)


class Verdicts(unittest.TestCase):
    """§5 and §6."""

    def test_severity_by_tier(self) -> None:
        for severity, expected in (({"all": "degraded"}, "degraded"), ({"local": "advisory", "all": "blocking"}, "blocking")):
            self.assertEqual(one([], severity=severity)["severity"], expected)
        both = {"production": "advisory", "all": "blocking"}
        self.assertEqual(one([], severity=both)["severity"], "advisory")
        self.assertEqual(one([], severity=both, tier="staging")["severity"], "blocking")

    def test_verdict_table(self) -> None:
        yes, no, unknown = [fact(True)], [fact(False)], [fact(True, confidence="reported")]
        rows = [
            (yes, "blocking", "refuse", "satisfied", False),
            (yes, "degraded", "refuse", "satisfied", False),
            (yes, "advisory", "refuse", "satisfied", False),
            (no, "blocking", "refuse", "refused", True),
            (no, "degraded", "refuse", "degraded", False),
            (no, "advisory", "refuse", "degraded", False),
            (unknown, "blocking", "refuse", "needs_evidence", True),
            (unknown, "degraded", "refuse", "needs_evidence", True),
            (unknown, "degraded", "warn", "needs_evidence", False),
            (unknown, "degraded", "note", "needs_evidence", False),
            (unknown, "advisory", "refuse", "needs_evidence", True),
            (unknown, "advisory", "warn", "needs_evidence", False),
            (unknown, "advisory", "note", "needs_evidence", False),
        ]
        for facts, severity, policy, verdict, blocks in rows:
            with self.subTest(truth=truth(facts), severity=severity, policy=policy):
                policies = {"blocking": "refuse", "degraded": "refuse", "advisory": "refuse", severity: policy}
                answer = one(facts, severity={"all": severity}, unknown=policies)
                self.assertEqual((answer["verdict"], answer["blocks"]), (verdict, blocks))
                self.assertEqual(answer["cites"], [["p", 0]] if verdict == "satisfied" else [])
                self.assertEqual(answer["severity"], severity)
        with self.assertRaises(ValueError):
            one(yes, unknown={"blocking": "warn", "degraded": "warn", "advisory": "warn"})

    def test_waivers(self) -> None:
        def verdict(facts: list[Json], severity: str = "blocking", **changes: str) -> str:
            waiver = {"component": "db", "capability": "c", "until": TODAY, **changes}
            answer = one(facts, severity={"all": severity}, waivers=[waiver])
            self.assertFalse(answer["blocks"] and answer["verdict"] == "waived")
            return str(answer["verdict"])

        self.assertEqual(verdict([fact(False)]), "waived")
        self.assertEqual(verdict([fact(False)], until="2026-11-21"), "waived")
        self.assertEqual(verdict([fact(False)], until="2026-11-19"), "refused")
        self.assertEqual(verdict([fact(False)], component="other"), "refused")
        self.assertEqual(verdict([fact(False)], capability="other"), "refused")
        self.assertEqual(verdict([]), "waived")
        self.assertEqual(verdict([], until="2026-11-19"), "needs_evidence")
        self.assertEqual(verdict([], "degraded"), "waived")
        self.assertEqual(verdict([], "advisory"), "waived")
        self.assertEqual(verdict([fact(False)], "degraded"), "degraded")
        self.assertEqual(verdict([fact(False)], "advisory"), "degraded")
        self.assertEqual(verdict([fact(True)]), "satisfied")

    def test_cites(self) -> None:
        facts = [fact(True, "issue"), fact(True, "probe"), fact(True), fact(True, "probe")]
        self.assertEqual(one(facts)["cites"], [["p", 1], ["p", 3]])


class Laws(unittest.TestCase):
    """§7, on random cases, with all the input on whose meaning the rules leave room."""

    def setUp(self) -> None:
        self.rng = random.Random(7)
        self.cases = list(generator.generate(7, COUNT, edges=True)) + list(generator.generate(8, COUNT))

    @staticmethod
    def goodness(verdict: Json) -> int:
        """The order below the laws: satisfied 2, not blocking 1, blocking 0."""
        return {"satisfied": 2}.get(verdict["verdict"], 0 if verdict["blocks"] else 1)

    def some_fact(self, case: Json) -> Json | None:
        facts: list[Json] = [entry for subject in case["subjects"].values() for entry in subject["facts"]]
        return self.rng.choice(facts) if facts else None

    def test_1_unknown_never_improves(self) -> None:
        for case in self.cases:
            worse = copy.deepcopy(case)
            entry = self.some_fact(worse)
            if entry is None:
                continue
            entry["confidence"] = "unknown"
            pairs = zip(oracle.evaluate(case)["verdicts"], oracle.evaluate(worse)["verdicts"], strict=True)
            for before, after in pairs:
                self.assertLessEqual(self.goodness(after), self.goodness(before), case)

    def test_2_one_more_requirement_never_improves(self) -> None:
        for case in self.cases:
            less = {**case, "requirements": case["requirements"][:-1]}
            before, after = oracle.evaluate(less), oracle.evaluate(case)
            self.assertEqual(before["verdicts"], after["verdicts"][:-1])
            self.assertLessEqual(before["refused"], after["refused"])

    def test_3_expiry_only_moves_to_unknown(self) -> None:
        moved = 0
        for case in self.cases:
            one_expired, later = copy.deepcopy(case), {**case, "as_of": generator.shifted(case["as_of"], 5)}
            entry = self.some_fact(one_expired)
            if entry is not None:
                entry["expires"] = generator.shifted(case["as_of"], -1)
            for changed in (one_expired, later):
                pairs = zip(oracle.evaluate(case)["verdicts"], oracle.evaluate(changed)["verdicts"], strict=True)
                for before, after in pairs:
                    moved += before["truth"] != after["truth"]
                    self.assertIn(after["truth"], (before["truth"], "unknown"))
        self.assertGreater(moved, COUNT // 10)

    def test_4_order_never_matters(self) -> None:
        for case in self.cases:
            mixed = copy.deepcopy(case)
            for key in ("capabilities", "subjects", "places"):
                mixed[key] = dict(self.rng.sample(list(mixed[key].items()), len(mixed[key])))
            origin: dict[str, list[int]] = {}
            for name, subject in mixed["subjects"].items():
                origin[name] = self.rng.sample(range(len(subject["facts"])), len(subject["facts"]))
                subject["facts"] = [subject["facts"][index] for index in origin[name]]
                subject["sources"] = dict(reversed(subject["sources"].items()))
            mixed["waivers"].reverse()
            mixed["requirements"].reverse()
            answer = oracle.evaluate(mixed)
            answer["verdicts"].reverse()
            for verdict in answer["verdicts"]:
                verdict["cites"] = sorted([name, origin[name][index]] for name, index in verdict["cites"])
            self.assertEqual(answer, oracle.evaluate(case))

    def test_5_other_regions_are_silent(self) -> None:
        for case in self.cases:
            more = copy.deepcopy(case)
            for subject in more["subjects"].values():
                added = [copy.deepcopy(entry) for entry in subject["facts"]]
                for entry in added:
                    entry["scope"] = {**entry.get("scope", {}), "regions": ["elsewhere"]}
                    entry["expires"] = "2999-12-31"
                subject["facts"] += added
            self.assertEqual(oracle.evaluate(more), oracle.evaluate(case))

    def test_6_satisfied_cites_firm_claims(self) -> None:
        seen = 0
        for case in self.cases:
            for asked, verdict in zip(case["requirements"], oracle.evaluate(case)["verdicts"], strict=True):
                self.assertEqual(bool(verdict["cites"]), verdict["verdict"] == "satisfied")
                for subject, index in verdict["cites"]:
                    seen += 1
                    file = case["subjects"][subject]
                    entry = file["facts"][index]
                    origin = file["sources"][entry["from"]]
                    self.assertEqual(subject, asked["subject"])
                    self.assertIn(asked["capability"], [*entry.get("is", {}), *entry.get("not", {})])
                    self.assertIn(entry.get("confidence", origin["confidence"]), ("probed", "documented", "attested"))
                    ttl = case["capabilities"][asked["capability"]]["ttl"]
                    self.assertGreaterEqual(oracle.expiry(entry, origin, ttl).isoformat(), case["as_of"])
        self.assertGreater(seen, COUNT // 10)


class Files(unittest.TestCase):
    """Fact files as YAML."""

    def read(self, text: str) -> Json:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "p.yaml")
            path.write_text(text, encoding="utf-8")
            return oracle.subject_from_yaml(path)

    def test_fact_file(self) -> None:
        subject = self.read(
            "version: 1\nname: P\n"
            "sources: {doc: {kind: vendor_doc, confidence: documented, read: 2026-11-10, expires: '2026-11-20'}}\n"
            "facts:\n  - {is: {c: true}, not: {d: [NO, on]}, from: doc, expires: 2026-11-21}\n"
        )
        self.assertEqual(set(subject), {"sources", "facts"})
        self.assertEqual(subject["sources"]["doc"]["read"], "2026-11-10")
        self.assertEqual(subject["sources"]["doc"]["expires"], "2026-11-20")
        self.assertEqual(subject["facts"][0]["expires"], "2026-11-21")
        self.assertEqual(subject["facts"][0]["not"]["d"], ["NO", "on"])
        found = oracle.claims("p", subject, "c", "10d")
        self.assertEqual([(claim.has, claim.rank, claim.expiry) for claim in found], [(True, 4, dt.date(2026, 11, 21))])

    def test_empty_and_faulty_files(self) -> None:
        self.assertEqual(self.read("{version: 1, name: P}"), {"sources": {}, "facts": []})
        with self.assertRaises(ValueError):
            self.read("sources: {}\nsources: {}\n")


class Tools(unittest.TestCase):
    """The generator covers the rules; the comparison notices differences."""

    def test_generator_is_seeded(self) -> None:
        self.assertEqual(list(generator.generate(3, 50)), list(generator.generate(3, 50)))
        self.assertNotEqual(list(generator.generate(3, 50)), list(generator.generate(4, 50)))

    def test_no_class_is_starved(self) -> None:
        counts = generator.histogram(generator.generate(1, 4000))
        for kind in ("yes", "no", "unknown"):
            self.assertGreaterEqual(counts["truth"][kind], 0.15 * counts["truth"].total())
        for verdict in ("satisfied", "degraded", "refused", "needs_evidence", "waived"):
            self.assertGreaterEqual(counts["verdict"][verdict], 0.05 * counts["verdict"].total())

    def test_what_the_cases_cover(self) -> None:
        seen: Counter[str] = Counter()
        for case in generator.generate(1, 2000):
            as_of = dt.date.fromisoformat(case["as_of"])
            for waiver in case["waivers"]:
                seen["waiver live" if waiver["until"] >= case["as_of"] else "waiver expired"] += 1
            for asked in case["requirements"]:
                about = case["capabilities"][asked["capability"]]
                file = case["subjects"][asked["subject"]]
                found = oracle.claims(asked["subject"], file, asked["capability"], about["ttl"])
                asks = oracle.expand(about, asked["value"], case["places"])
                seen["group"] += asks != asked["value"] and any(place in case["places"] for place in asked["value"])
                fact_ = oracle.effective(found, asked["region"], asked["service"])
                answers = [(claim, oracle.compare(about, asks, claim.has, claim.lacks)) for claim in found]
                kind = about["type"]
                name = kind if kind == "bool" else next(iter(kind)) + (" closed" if kind.get("closed") else "")
                seen[f"{about['compare']} {name}"] += 1
                for claim, answer in answers:
                    seen[f"{claim.kind}"] += 1
                    seen[f"{claim.confidence} {answer.name}"] += 1
                    seen[f"specificity {claim.specificity}"] += 1
                    seen[f"ends {min(2, max(-2, (claim.expiry - as_of).days))}"] += 1
                    seen["attested on probe"] += (claim.confidence, about["proof"]) == ("attested", "probe")
                    if claim.lacks is not None and claim.has is not None:
                        alone = [oracle.compare(about, asks, *parts) for parts in ((claim.has, None), (None, claim.lacks))]
                        seen["contradicts itself"] += set(alone) == {YES, NO}
                    seen["field missing"] += name == "record" and not set(asks) <= set(claim.has)
                    for other, reply in answers:
                        if {answer, reply} == {YES, NO} and claim in fact_:
                            seen["contradiction at equal rank"] += other in fact_
                            seen["contradiction at other rank"] += other.rank != claim.rank
        sets = {f"{how} set{closed}" for how in ("has", "overlaps", "within") for closed in ("", " closed")}
        confidences = {f"{confidence} {answer.name}" for confidence in oracle.CONFIDENCES for answer in Truth}
        wanted = sets | confidences | {"at_least level", "at_least record", "equals bool", "equals enum"} | set(oracle.RANK)
        wanted |= {f"specificity {number}" for number in range(4)} | {f"ends {days}" for days in range(-2, 3)}
        wanted |= {"group", "waiver live", "waiver expired", "attested on probe", "contradicts itself", "field missing"}
        wanted |= {"contradiction at equal rank", "contradiction at other rank"}
        for name in sorted(wanted):
            with self.subTest(name):
                self.assertGreaterEqual(seen[name], 50)

    def test_comparison_notices(self) -> None:
        good: Json = {"verdicts": [{"verdict": "refused", "blocks": True}, {"verdict": "waived", "blocks": False}]}
        for place, key, value in ((0, "blocks", 1), (1, "verdict", "degraded")):
            bad = copy.deepcopy(good)
            bad["verdicts"][place][key] = value
            self.assertFalse(compare.same(good, bad))
            self.assertEqual(compare.differing(good, bad), [place])
        self.assertTrue(compare.same(good, copy.deepcopy(good)))
        for bad in (None, {}, {"verdicts": []}, {**good, "refused": True}):
            self.assertIsNone(compare.differing(good, bad))


if __name__ == "__main__":
    unittest.main()
