"""Who may enter: AWS's rules for trust policies, and STACKIT's assertions, read for this test and shared with nothing.

Sources: AWS's IAM user guide on the elements Principal, Action and Condition, on condition operators, on keys with several values, and on the
keys of OIDC federation; STACKIT's provider documentation of `stackit_service_account_federated_identity_provider`.

What is not known here is an error, never an answer.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, NamedTuple

ACTION = "sts:assumerolewithwebidentity"
# Claims of GitHub that STS puts into the request; any other claim cannot be compared, so a policy that names one is wrong.
COMPARED = {
    "sub", "aud", "actor", "actor_id", "job_workflow_ref", "repository", "repository_id", "workflow", "ref", "environment", "enterprise_id",
}
OPERATORS = {
    "stringequals": ("equals", False),
    "stringnotequals": ("equals", True),
    "stringequalsignorecase": ("folded", False),
    "stringnotequalsignorecase": ("folded", True),
    "stringlike": ("like", False),
    "stringnotlike": ("like", True),
    "bool": ("bool", False),
}
Token = dict[str, Any]


class Unknown(Exception):
    """Something that these rules do not cover."""


class Provider(NamedTuple):
    """An OIDC provider in an account."""

    account: str
    url: str
    audiences: tuple[str, ...]

    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:oidc-provider/{self.url.removeprefix('https://')}"


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key.lower() for key, _ in pairs}) != len(pairs):
        raise Unknown(f"a key is written twice: {[key for key, _ in pairs]}")
    return dict(pairs)


def parsed(text: str) -> list[dict[str, Any]]:
    """The statements of a policy document."""
    document = json.loads(text, object_pairs_hook=once)
    if set(document) - {"Version", "Id", "Statement"} or document.get("Version") != "2012-10-17":
        raise Unknown(f"document: {sorted(document)}, version {document.get('Version')}")
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def words(value: Any) -> list[str]:
    """One string, or a list of them that is not empty."""
    found = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(word, str) for word in found):
        raise Unknown(f"strings were expected: {value!r}")
    return found


@cache
def regex(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern), re.S)


def like(pattern: str, text: str) -> bool:
    return regex(pattern).fullmatch(text) is not None


def compare(kind: str, wanted: str, had: str) -> bool:
    if kind in ("equals", "folded", "like") and "${" in wanted:
        raise Unknown(f"policy variable: {wanted}")
    if kind == "bool":
        if wanted.lower() not in ("true", "false"):
            raise Unknown(f"no truth value: {wanted}")
        return wanted.lower() == had.lower()
    if kind == "folded":
        return wanted.lower() == had.lower()
    return like(wanted, had) if kind == "like" else wanted == had


def holds(operator: str, wanted: list[str], had: list[str] | None) -> bool:
    """One operator over one key; `had` is what the request says, nothing where it lacks the key."""
    quantifier, _, name = operator.lower().rpartition(":")
    if quantifier not in ("", "forallvalues", "foranyvalue"):
        raise Unknown(f"operator {operator}")
    if name == "null":
        if quantifier or len(wanted) != 1 or wanted[0].lower() not in ("true", "false"):
            raise Unknown(f"{operator}: {wanted}")
        return (had is None) == (wanted[0].lower() == "true")
    forgiving = name.endswith("ifexists")
    if forgiving and quantifier:
        raise Unknown(f"operator {operator}")
    if (found := OPERATORS.get(name.removesuffix("ifexists"))) is None:
        raise Unknown(f"operator {operator}")
    kind, negated = found

    def one(value: str) -> bool:
        return any([compare(kind, word, value) for word in wanted]) != negated

    if quantifier == "forallvalues":
        return all(one(value) for value in had or [])
    if quantifier == "foranyvalue":
        return any(one(value) for value in had or [])
    if had is None:
        return forgiving or negated
    if len(had) != 1:
        raise Unknown(f"{operator} over several values")
    return one(had[0])


def context(key: str, token: Token) -> list[str] | None:
    """What the request says under a condition key: names of keys ignore case, and begin with the issuer of the token."""
    prefix, _, claim = key.lower().rpartition(":")
    if "." not in prefix.partition("/")[0] or claim not in COMPARED:
        raise Unknown(f"condition key {key}")
    if prefix != str(token.get("iss", "")).removeprefix("https://").lower() or claim not in token:
        return None
    value = token[claim]
    return value if isinstance(value, list) else [value]


def applies(statement: dict[str, Any], provider: Provider, token: Token) -> bool:
    if set(statement) - {"Sid", "Effect", "Principal", "Action", "Condition"}:
        raise Unknown(f"statement with {sorted(statement)}")
    principal = statement["Principal"]
    if not isinstance(principal, dict) or set(principal) != {"Federated"} or any("*" in arn or "?" in arn for arn in words(principal["Federated"])):
        raise Unknown(f"principal {principal!r}")
    # Every condition is looked at, so that what is not known is found whatever the others say.
    conditions = [
        holds(operator, words(wanted), context(key, token))
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    ]
    return (
        provider.arn() in words(principal["Federated"])
        and any(like(action.lower(), ACTION) for action in words(statement["Action"]))
        and all(conditions)
    )


def policy_admits(statements: list[dict[str, Any]], provider: Provider, token: Token) -> bool:
    """The policy by itself, whatever the provider lets through: a denial wins, and nothing is allowed unless said."""
    effects = set()
    for statement in statements:
        if statement["Effect"] not in ("Allow", "Deny"):
            raise Unknown(f"effect {statement['Effect']!r}")
        if applies(statement, provider, token):
            effects.add(statement["Effect"])
    return effects == {"Allow"}


def sts_admits(statements: list[dict[str, Any]], provider: Provider, token: Token) -> bool:
    """STS: it takes tokens of a provider that the account knows, for an audience that the provider lists, then asks the policy."""
    known = token.get("iss") == provider.url and token.get("aud") in provider.audiences and bool(token.get("sub"))
    return known and policy_admits(statements, provider, token)


def assertions_admit(trust: dict[str, Any], token: Token) -> bool:
    """STACKIT: the issuer, and every assertion."""
    if not trust["assertions"]:
        raise Unknown("a trust without assertions")
    met = []
    for assertion in trust["assertions"]:
        if set(assertion) != {"item", "operator", "value"} or assertion["operator"] != "equals":
            raise Unknown(f"assertion {assertion}")
        met.append(token.get(assertion["item"]) == assertion["value"])
    return token.get("iss") == trust["issuer"] and all(met)


# Operator, what the policy wants, what the request has, what AWS says; `Unknown` where these rules have no answer.
CASES: list[tuple[str, list[str], list[str] | None, Any]] = [
    ("StringEquals", ["a"], ["a"], True),
    ("StringEquals", ["b", "a"], ["a"], True),
    ("StringEquals", ["a"], ["A"], False),
    ("StringEquals", ["a*"], ["ab"], False),
    ("StringEquals", ["a"], None, False),
    ("StringEquals", ["a"], [""], False),
    ("StringEquals", ["a"], ["a", "b"], Unknown),
    ("StringEquals", ["${aws:x}"], ["a"], Unknown),
    ("StringEqualsIfExists", ["a"], None, True),
    ("StringEqualsIfExists", ["a"], ["b"], False),
    ("StringNotEquals", ["a", "b"], ["a"], False),
    ("StringNotEquals", ["a", "b"], ["c"], True),
    ("StringNotEquals", ["a"], None, True),
    ("StringEqualsIgnoreCase", ["a"], ["A"], True),
    ("StringNotEqualsIgnoreCase", ["a"], ["A"], False),
    ("StringLike", ["a*c"], ["abbc"], True),
    ("StringLike", ["a?c"], ["abc"], True),
    ("StringLike", ["a?c"], ["ac"], False),
    ("StringLike", ["a.c"], ["abc"], False),
    ("StringLike", ["A*"], ["abc"], False),
    ("StringLike", ["*"], None, False),
    ("StringLike", ["a*"], ["a\nb"], True),
    ("StringNotLike", ["a*"], ["abc"], False),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
    ("ForAllValues:StringEquals", ["a"], ["a", "b"], False),
    ("ForAllValues:StringEquals", ["a"], None, True),
    ("ForAnyValue:StringEquals", ["a"], ["a", "b"], True),
    ("ForAnyValue:StringEquals", ["a"], ["b"], False),
    ("ForAnyValue:StringEquals", ["a"], None, False),
    ("ForAnyValue:StringNotEquals", ["a"], ["a", "b"], True),
    ("ForAnyValue:StringEqualsIfExists", ["a"], None, Unknown),
    ("Bool", ["true"], ["True"], True),
    ("Bool", ["true"], ["false"], False),
    ("Bool", ["true"], None, False),
    ("Bool", ["yes"], ["yes"], Unknown),
    ("Null", ["true"], None, True),
    ("Null", ["false"], None, False),
    ("Null", ["false"], ["a"], True),
    ("NumericEquals", ["1"], ["1"], Unknown),
    ("StringEqual", ["a"], ["a"], Unknown),
    ("ForSomeValues:StringEquals", ["a"], ["a"], Unknown),
]


def check_cases() -> list[str]:
    faults = []
    for operator, wanted, had, expected in CASES:
        said: Any
        try:
            said = holds(operator, wanted, had)
        except Unknown:
            said = Unknown
        if said is not expected:
            faults.append(f"rules: {operator} {wanted} over {had}: {said}, not {expected}")
    return faults
