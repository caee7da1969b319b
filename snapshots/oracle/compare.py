"""Compare another evaluator of the capability-matrix rules with the oracle.

    python3 compare.py --command "target/release/examples/verdicts" --seed 1 --count 10000
    python3 compare.py --command "target/release/examples/verdicts" --cases cases.jsonl

The command reads cases as JSON lines on standard input and writes one answer per line on standard output.
Exit status: 0 all answers are the same, 1 some differ, 2 no comparison took place.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import cases as generator
import oracle

Json = dict[str, Any]


def fail(message: str) -> NoReturn:
    print(f"compare: {message}", file=sys.stderr)
    raise SystemExit(2)


def ask(command: str, cases: Iterable[Json]) -> list[Any]:
    """The answers of `command`, one for each line that it writes."""
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    try:
        run = subprocess.run(shlex.split(command), input=lines, stdout=subprocess.PIPE, text=True, check=False)
    except OSError as error:
        fail(f"cannot start {command}: {error}")
    if run.returncode:
        fail(f"{command} ended with status {run.returncode} after {len(run.stdout.splitlines())} answers")
    try:
        return [json.loads(line) for line in run.stdout.splitlines()]
    except json.JSONDecodeError as error:
        fail(f"{command} wrote a line that is not JSON: {error}")


def same(left: Any, right: Any) -> bool:
    """Equality of JSON values; unlike in Python, 1 is not true."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def differing(expected: Json, given: Any) -> list[int] | None:
    """The requirements whose verdicts differ; None when the answers differ in another way or cannot be matched."""
    verdicts = given.get("verdicts") if isinstance(given, dict) else None
    if not isinstance(verdicts, list) or len(verdicts) != len(expected["verdicts"]):
        return None
    return [index for index, (a, b) in enumerate(zip(expected["verdicts"], verdicts, strict=True)) if not same(a, b)] or None


def show(number: int, case: Json, expected: Json, given: Any) -> None:
    """Pretty-print one case, reduced to what differs."""

    def pretty(title: str, value: Any) -> None:
        print(f"--- {title}\n{json.dumps(value, indent=2)}")

    print(f"first difference: case {number}")
    pretty("case", case)
    at = differing(expected, given)
    if at is None:
        pretty("oracle", expected)
        pretty("command", given)
        return
    for index in at:
        pretty(f"requirement {index}", case["requirements"][index])
        pretty("oracle", expected["verdicts"][index])
        pretty("command", given["verdicts"][index])


def report(cases: list[Json], given: list[Any]) -> int:
    """Print counts per verdict and the first difference; return the number of cases that differ."""
    expected = [oracle.evaluate(case) for case in cases]
    counts = Counter(verdict["verdict"] for answer in expected for verdict in answer["verdicts"])
    wrong = [number for number, answer in enumerate(expected) if not same(answer, given[number])]
    print(f"{len(cases)} cases, {counts.total()} requirements, {len(wrong)} cases differ")
    for verdict, count in sorted(counts.items()):
        print(f"  {verdict:15} {count}")
    if wrong:
        show(wrong[0], cases[wrong[0]], expected[wrong[0]], given[wrong[0]])
    return len(wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare another evaluator with the oracle.")
    parser.add_argument("--command", required=True, help="reads cases and writes answers, as JSON lines")
    parser.add_argument("--cases", type=Path, help="cases as JSON lines; without it they are generated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--edges", action="store_true", help="also input on whose meaning the rules leave room")
    arguments = parser.parse_args()
    if arguments.cases:
        with arguments.cases.open(encoding="utf-8") as file:
            cases = [json.loads(line) for line in file if line.strip()]
    else:
        cases = list(generator.generate(arguments.seed, arguments.count, arguments.edges))
    if not cases:
        fail("there are no cases")
    given = ask(arguments.command, cases)
    if len(given) != len(cases):
        fail(f"{len(cases)} cases, but {len(given)} answers")
    return 1 if report(cases, given) else 0


if __name__ == "__main__":
    sys.exit(main())
