"""Trust policies broken on purpose: each is a mistake that somebody could make, and has to let a wrong token in or a right one stand outside."""

from __future__ import annotations

import copy
from typing import Any, Callable, Iterator

HOST = "token.actions.githubusercontent.com"
SUB, AUD, ID = (f"{HOST}:{claim}" for claim in ("sub", "aud", "repository_id"))


def broken(role: Any, others: list[Any]) -> Iterator[tuple[str, Any]]:
    """What was done, and the trust that it leaves. `others` are roles with other ways in."""
    yield from stackit(role.trust) if "assertions" in role.trust[0] else aws(role.trust)
    for other in others:
        if other.target.name == role.target.name or other.kind == role.kind:
            yield f"the trust of {other.name}", other.trust


def changed(trust: Any, change: Callable[[Any], Any]) -> Any:
    made = copy.deepcopy(trust)
    change(made)
    return made


def aws(trust: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    def equals(change: Callable[[dict[str, Any]], Any]) -> Any:
        return changed(trust, lambda made: change(made[0]["Condition"]["StringEquals"]))

    def under(operator: str, *keys: str, **values: Any) -> Any:
        """Some keys of StringEquals under another operator."""

        def change(made: list[dict[str, Any]]) -> None:
            condition = made[0]["Condition"]
            condition[operator] = {key: values.get(key.rpartition(":")[2], condition["StringEquals"].pop(key)) for key in keys}
            if not condition["StringEquals"]:
                del condition["StringEquals"]

        return changed(trust, change)

    every = trust[0]["Condition"]["StringEquals"]
    subjects = every[SUB]
    yield "no condition", changed(trust, lambda made: made[0].pop("Condition"))
    for key in (SUB, AUD, ID):
        yield f"{key} is not compared", equals(lambda keys, key=key: keys.pop(key))
        for operator in ("StringEqualsIgnoreCase", "StringEqualsIfExists", "StringNotEquals", "ForAllValues:StringEquals"):
            if key != ID or operator != "StringEqualsIgnoreCase":
                yield f"{operator} over {key}", under(operator, key)
        yield f"{key} only has to be there", under("Null", key, **{key.rpartition(":")[2]: "false"})
    yield "no operator denies", under("StringNotEquals", *every)
    for what, pattern in {
        "any subject": "*",
        "any context": "{repo}:*",
        "any environment": "{repo}:environment:*",
        "any repository": "repo:*:{context}",
        "more behind it": "{subject}*",
        "something before it": "*{subject}",
        "any last letter": "{short}?",
        "any owner that begins so": "repo:{owner}*",
    }.items():
        patterns = []
        for subject in subjects:
            repo, _, context = subject.removeprefix("repo:").partition(":")
            owner = repo.partition("/")[0].partition("@")[0]
            patterns.append(pattern.format(repo=f"repo:{repo}", context=context, subject=subject, short=subject[:-1], owner=owner))
        yield what, under("StringLike", SUB, sub=patterns)
    repo = ":".join(subjects[0].split(":")[:2])
    for context in ("pull_request", "ref:refs/heads/main", "environment:foundation-dev", "environment:foundation-dev-plan", "environment:foundation-prod"):
        if f"{repo}:{context}" not in subjects:
            yield f"{context} besides", equals(lambda keys, context=context: keys.__setitem__(SUB, [*subjects, f"{repo}:{context}"]))
    for subject in subjects:
        yield f"{subject} is left out", equals(lambda keys, subject=subject: keys.__setitem__(SUB, [other for other in subjects if other != subject] or ["nobody"]))
        yield f"{subject} in capitals", equals(lambda keys, subject=subject: keys.__setitem__(SUB, [other.upper() if other == subject else other for other in subjects]))
    yield "another repository's id", equals(lambda keys: keys.__setitem__(ID, "910000001"))
    yield "another audience", equals(lambda keys: keys.__setitem__(AUD, f"https://github.com/{every[ID]}"))
    yield "another audience besides", equals(lambda keys: keys.__setitem__(AUD, [every[AUD], "api://AzureADTokenExchange"]))
    yield "a claim that does not exist", equals(lambda keys: keys.__setitem__(f"{HOST}:subject", keys.pop(SUB)))
    yield "a claim that AWS does not compare", equals(lambda keys: keys.__setitem__(f"{HOST}:repository_owner_id", "1"))
    yield "another action", changed(trust, lambda made: made[0].__setitem__("Action", "sts:AssumeRole"))
    yield "a denial", changed(trust, lambda made: made[0].__setitem__("Effect", "Deny"))
    yield "anybody", changed(trust, lambda made: made[0].__setitem__("Principal", "*"))
    yield "a provider of another account", changed(trust, lambda made: made[0]["Principal"].__setitem__("Federated", f"arn:aws:iam::999999999999:oidc-provider/{HOST}"))
    yield "a second way in", changed(trust, lambda made: made.append({**{key: value for key, value in made[0].items() if key != "Condition"}, "Sid": "Too"}))
    ghe = "github.example.com/_services/token"
    arn = trust[0]["Principal"]["Federated"].replace(HOST, ghe)
    keys = {key.replace(HOST, ghe): value for key, value in every.items()}
    yield "another issuer besides", changed(trust, lambda made: made.append({**made[0], "Principal": {"Federated": arn}, "Condition": {"StringEquals": keys}}))


def stackit(trusts: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for index, trust in enumerate(trusts):
        for place, assertion in enumerate(trust["assertions"]):
            item = assertion["item"]
            yield f"{item} is not compared", changed(trusts, lambda made: made[index]["assertions"].pop(place))
            yield f"{item} begins with it", changed(trusts, lambda made: made[index]["assertions"][place].__setitem__("operator", "starts_with"))
            yield f"another {item}", changed(trusts, lambda made: made[index]["assertions"][place].__setitem__("value", "nobody"))
        yield "no assertions", changed(trusts, lambda made: made[index].__setitem__("assertions", []))
        yield "another issuer", changed(trusts, lambda made: made[index].__setitem__("issuer", "https://github.example.com/_services/token"))
        yield "a trust less", changed(trusts, lambda made: made.pop(index))
