"""Tokens as GitHub issues them, and such as nobody should get in with.

Claims and their spelling: GitHub's reference on OIDC tokens. `sub` is `repo:OWNER/NAME:CONTEXT` or, for repositories made, renamed or handed on since
2026-07-15, `repo:OWNER@OWNER_ID/NAME@REPOSITORY_ID:CONTEXT`; the context is the environment of the job if it has one, else the pull request, else
the ref. Colons inside a value are written `%3A`.
"""

from __future__ import annotations

from typing import Any, Iterator, NamedTuple

ISSUER = "https://token.actions.githubusercontent.com"
FORMATS = ("classic", "immutable")
REFS = {
    "main": "refs/heads/main",
    "another branch": "refs/heads/feature/x",
    "tag": "refs/tags/v1.0.0",
    "pull request": "refs/pull/7/merge",
    "merge queue": "refs/heads/gh-readonly-queue/main/pr-7-abc",
}


class Repository(NamedTuple):
    owner: str
    owner_id: str
    name: str
    id: str


class Meaning(NamedTuple):
    """What a token of the trusted repository says: format and context of its subject."""

    format: str
    context: str


class Item(NamedTuple):
    """A token; without a meaning, nobody may enter with it."""

    group: str
    token: dict[str, Any]
    meaning: Meaning | None = None
    # The one claim that tells this token from a right one: refused by whoever compares it.
    told_by: str | None = None


def subject(repository: Repository, form: str, context: str) -> str:
    if form == "classic":
        return f"repo:{repository.owner}/{repository.name}:{context}"
    return f"repo:{repository.owner}@{repository.owner_id}/{repository.name}@{repository.id}:{context}"


def token(repository: Repository, form: str, context: str, audience: str, ref: str = REFS["main"], event: str = "push", **changed: Any) -> dict[str, Any]:
    """A token of a job; a claim that is changed to nothing is left out."""
    full = f"{repository.owner}/{repository.name}"
    claims = {
        "iss": ISSUER,
        "aud": audience,
        "sub": subject(repository, form, context),
        "repository": full,
        "repository_id": repository.id,
        "repository_owner": repository.owner,
        "repository_owner_id": repository.owner_id,
        "repository_visibility": "private",
        "ref": ref,
        "ref_type": "tag" if ref.startswith("refs/tags/") else "branch",
        "ref_protected": "true" if ref == REFS["main"] else "false",
        "event_name": event,
        "head_ref": "feature/x" if event.startswith("pull_request") else "",
        "base_ref": "main" if event.startswith("pull_request") else "",
        "actor": "someone",
        "actor_id": "11",
        "workflow": "apply",
        "workflow_ref": f"{full}/.github/workflows/apply.yml@{ref}",
        "job_workflow_ref": f"{full}/.github/workflows/apply.yml@{ref}",
        "runner_environment": "github-hosted",
        "run_id": "1",
        "run_number": "1",
        "run_attempt": "1",
        "sha": "0" * 40,
        **({"environment": context.removeprefix("environment:")} if context.startswith("environment:") else {}),
        **changed,
    }
    return {claim: value for claim, value in claims.items() if value is not None}


def strangers(own: Repository) -> dict[str, list[Repository]]:
    """Repositories that are not the trusted one, by what they have in common with it."""
    owner, owner_id, name, number = own
    other = "910000001"
    return {
        "forks": [Repository(fork, "910000002", name, other) for fork in ("someone", f"{owner}-x", f"x{owner}", owner.title(), owner.upper())],
        "other repositories of the owner": [
            Repository(owner, owner_id, called, other)
            for called in ("another", f"{name}-fork", f"{name}2", f"x{name}", name[:-1], name.title(), name.upper(), f"{name}.git", f"{name}*", f"{name}?", "*")
        ],
        "other owners with signs in their names": [Repository(f"{owner[:-1]}?", "910000002", name, other), Repository("*", "910000002", "*", other)],
        "same names, other ids": [
            Repository(owner, "910000002", name, other),
            Repository(owner, owner_id, name, other),
            Repository(owner, number, name, owner_id),
            Repository(owner, f"{owner_id}0", name, f"{number}0"),
            Repository(owner, owner_id, name, number[:-1]),
            Repository(owner, owner_id, name, f"0{number}"),
            Repository(owner, owner_id, name, ""),
            Repository(owner, owner_id, name, "*"),
        ],
        "same ids, other names": [Repository("renamed", owner_id, name, number), Repository(owner, owner_id, "renamed", number), Repository(owner.title(), owner_id, name, number)],
    }


def misspelt(name: str) -> list[str]:
    """Names of environments that are nearly the one meant."""
    return [
        name.upper(), name.title(), name[0].upper() + name[1:], f"{name} ", f" {name}", f"{name}\n", f"{name}\0", f"{name}x", f"x{name}", name[:-1], name[1:],
        f"{name}-apply", f"{name}-plan-plan", f"{name}-", f"{name}*", f"{name}?", f"{name[:-1]}*", f"{name[:-1]}?", f"{name[:-1]}x", "*", "?", "", "prod", "dev",
        "plan", name.replace("-", "_"), name.replace("-", ""), name.replace("-", "%2D"), name.replace("o", "\u043e"), f"{name}\u200b",
        # Colons, as GitHub writes them and as they would be without that.
        f"{name}%3Aref%3Arefs/heads/main", f"x%3Aenvironment%3A{name}", f"{name}:ref:refs/heads/main", f"x:environment:{name}", f"{name}:pull_request", f"environment:{name}",
    ]  # fmt: skip


def customised(own: Repository, form: str, context: str) -> list[str]:
    """Subjects of a repository, or an owner, that has chosen which claims its subjects are made of."""
    usual = subject(own, form, context)
    repo = usual.removesuffix(f":{context}")
    full = f"{own.owner}/{own.name}"
    return [
        repo, context, f"{usual}:ref:refs/heads/main", f"{usual}:job_workflow_ref:{full}/.github/workflows/apply.yml@refs/heads/main", f"{usual}:actor:someone",
        f"repository_owner:{own.owner}:{usual}", f"{repo}:ref:refs/heads/main:{context}", f"repository_id:{own.id}:{context}", f"repository:{full}:{context}",
        f"{context}:{repo}", f"job_workflow_ref:{full}/.github/workflows/apply.yml@refs/heads/main:{context}", f"repo:{full}", f"{usual}:", f":{usual}",
        usual.removeprefix("repo:"), usual.replace("repo:", "repo::", 1), usual.replace("repo:", "REPO:", 1), f"{usual}%00", usual.replace(":environment:", ":Environment:"),
        usual.replace("/", "%2F"), usual.replace("@", "-"), "repo:*", "*", f"{repo}:*", f"{repo}:environment:*",
    ]  # fmt: skip


def everything(own: Repository, audience: str, names: list[str], near: list[str]) -> Iterator[Item]:
    """The corpus; `names` are the targets of the repository, each with one GitHub environment that applies and one that plans.

    What is wrong in some way is wrong in it for those that are `near`: they live where the roles are.
    """
    environments = [f"environment:{name}{suffix}" for name in names for suffix in ("", "-plan")]
    contexts = [*(f"environment:{name}{suffix}" for name in near for suffix in ("", "-plan")), "pull_request"]
    right = {context.removeprefix("environment:") for context in environments}
    for form in FORMATS:
        for context in environments:
            yield from of_environment(own, audience, form, context)
        for event in ("pull_request", "pull_request_target"):
            # Whose pull request it is stands in no claim that a subject carries.
            for actor in ("someone", "a stranger"):
                made = token(own, form, "pull_request", audience, REFS["pull request"], event, actor=actor)
                yield Item("pull requests of the repository", made, Meaning(form, "pull_request"))
        for ref in [*REFS.values(), *(f"refs/heads/{name}" for name in names), *(f"refs/tags/{name}" for name in names)]:
            for event in ("push", "workflow_dispatch", "schedule", "release", "merge_group", "workflow_run", "pull_request_target"):
                yield Item("branches and tags", token(own, form, f"ref:{ref}", audience, ref, event))
        for context in contexts:
            for group, repositories in strangers(own).items():
                for repository in repositories:
                    yield Item(group, token(repository, form, context, audience))
            yield from other_claims(own, audience, form, context)
        for name in near:
            for wrong in sorted({wrong for meant in (name, f"{name}-plan") for wrong in misspelt(meant)} - right):
                yield Item("misspelt environments", token(own, form, f"environment:{wrong}", audience))


def of_environment(own: Repository, audience: str, form: str, context: str) -> Iterator[Item]:
    """Jobs with an environment: GitHub's rules for the environment say which refs get that far, the subject does not."""
    meaning = Meaning(form, context)
    for group, ref in REFS.items():
        event = {"pull request": "pull_request", "merge queue": "merge_group"}.get(group, "push")
        yield Item("environments" if group == "main" else "environments, from other refs", token(own, form, context, audience, ref, event), meaning)
    called = {"job_workflow_ref": "someone/shared/.github/workflows/apply.yml@refs/heads/main"}
    yield Item("environments, through a workflow of somebody else", token(own, form, context, audience, **called), meaning)


def other_claims(own: Repository, audience: str, form: str, context: str) -> Iterator[Item]:
    """One thing is wrong, the rest is as it should be."""

    def but(**changed: Any) -> dict[str, Any]:
        return token(own, form, context, audience, **changed)

    host = ISSUER.removeprefix("https://")
    for issuer in (
        "https://github.example.com/_services/token", f"{ISSUER}/example", "https://token.actions.example.ghe.com", f"http://{host}", f"{ISSUER}/", f"{ISSUER}.example.org",
        f"https://x.{host}", f"https://{host.upper()}x", f"{ISSUER}:443", f"https://{host}@example.org", "https://gitlab.com", "https://forgejo.example.org/api/actions", "", None,
    ):  # fmt: skip
        yield Item("other issuers", but(iss=issuer))
    for other in (
        f"https://github.com/{own.owner}", "api://AzureADTokenExchange", "sts.amazonaws.com.cn", "sts", f"{audience}.example.org", f"x{audience}", audience.upper(), f"{audience}/",
        f"https://{audience}", f" {audience}", audience.replace(".", "x", 1), "*", "sts.*", "", None,
    ):  # fmt: skip
        yield Item("other audiences", but(aud=other))
    for claim in ("sub", "repository_id"):
        for value in (None, "", "*"):
            yield Item("missing claims", but(**{claim: value}))
    for other in ("910000001", own.owner_id, f"{own.id}0", own.id[:-1], f" {own.id}", "9*", own.id[:-1] + "?"):
        yield Item("claims that disagree", but(repository_id=other))
    for value in (None, "", "910000002", own.id):
        if form == "classic":
            # Such a subject says nothing about its owner's id.
            yield Item("another owner's id", but(repository_owner_id=value), Meaning(form, context), "repository_owner_id")
        else:
            sub = subject(own._replace(owner_id=value or ""), form, context)
            yield Item("another owner's id", but(repository_owner_id=value, sub=sub))
            yield Item("owner's id against the subject", but(repository_owner_id=value), Meaning(form, context), "repository_owner_id")
    if form == "immutable":
        for repository in (own._replace(owner_id="910000002"), own._replace(id="910000001"), own._replace(owner_id=own.id, id=own.owner_id)):
            yield Item("claims that disagree", but(sub=subject(repository, form, context)))
        usual = subject(own, form, context)
        yield Item("half of the ids", but(sub=usual.replace(f"@{own.id}", "")))
        yield Item("half of the ids", but(sub=usual.replace(f"@{own.owner_id}", "")))
    for value in customised(own, form, context):
        if value != subject(own, form, context):
            yield Item("customised subjects", but(sub=value))
