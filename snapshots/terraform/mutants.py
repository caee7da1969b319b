"""Broken modules: what `gen` finds against what the engine finds, mutant by mutant.

The example `mutants` of gen-core breaks every module in many ways and says what `gen` finds. Here many mutants at a time become
modules of one root, and `terraform validate` of the real provider says what it finds. Wherever the schema decides, both have to
agree; what only the provider's own code can know is counted by its words.

    mutants.py --command PROGRAM [--provider aws] [--most N] [--plugins DIR]
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from check import ROOT, plugins, terraform  # noqa: E402

Json = dict[str, Any]
BATCH = 40
# What a provider's own code refuses, and no schema tells: allowed values, combinations, formats.
UNDECIDED = {
    "allowed values": r"expected .* to be one of|must be one of|expected .* to be in the range|value must be (one of|between|at least)",
    "combinations": r"conflicts with|Invalid combination|Invalid Attribute Combination|one of `|only one of|all of `|must be specified|Conflicting configuration|Exactly one of these|Too (few|many) (rules|values)",
    "formats": r"invalid value for|is an invalid|not a valid|is not valid|invalid JSON|contains an invalid|doesn't comply|must contain|invalid prefix|must be a valid|cannot be parsed|only alphanumeric|cannot be (longer|shorter|empty)|expected .* to not be an empty string|expected length|must not be empty|must satisfy|Invalid ARN|parsing|length must be|invalid CIDR|is required in",
    "elements that must differ or be many": r"list must contain|set must contain|Not enough list items|at least \d+ elements?",
}


def modules() -> Path:
    return ROOT / "templates" / "terraform" / "modules"


def variables(module: Path) -> list[str]:
    return re.findall(r'^variable "(\w+)"', (module / "variables.tf").read_text(), re.MULTILINE)


def aliases(module: Path) -> list[str]:
    found = re.search(r"configuration_aliases\s*=\s*\[([^\]]*)\]", (module / "versions.tf").read_text())
    return re.findall(r"\w+\.(\w+)", found.group(1)) if found else []


class Engine:
    """A root that was initialised once; its modules are written anew for every batch."""

    def __init__(self, provider: str, mirror: Path) -> None:
        self.provider = provider
        self.folder = Path(tempfile.mkdtemp(prefix="mutants-"))
        self.ready = self.folder / "ready"
        self.ready.mkdir()
        example = next(iter(sorted((modules() / provider).iterdir())))
        versions = (example / "versions.tf").read_text()
        # What HCL calls the provider is not always the name of its folder.
        self.local = re.search(r"required_providers \{\s*(\w+) =", versions).group(1)
        (self.ready / "main.tf").write_text(versions)
        terraform(self.ready, "init", "-input=false", "-no-color", f"-plugin-dir={mirror}")
        self.count = 0

    def close(self) -> None:
        shutil.rmtree(self.folder)

    def write(self, batch: list[Json]) -> Path:
        self.count += 1
        root = self.folder / f"batch{self.count}"
        root.mkdir()
        shutil.copytree(self.ready / ".terraform", root / ".terraform", symlinks=True)
        shutil.copy(self.ready / ".terraform.lock.hcl", root)
        installed = [{"Key": "", "Source": "", "Dir": "."}]
        calls = ['variable "any" {\n  type = any\n}\n']
        wanted: set[str] = set()
        for index, mutant in enumerate(batch):
            source = modules() / mutant["module"]
            folder = root / f"m{index}"
            folder.mkdir()
            for path in source.glob("*.tf"):
                (folder / path.name).write_text(mutant["text"] if path.name == mutant.get("file") else path.read_text())
            installed.append({"Key": f"m{index}", "Source": f"./m{index}", "Dir": f"m{index}"})
            own = aliases(source)
            wanted.update(own)
            lines = [f"  {name} = var.any" for name in variables(source)]
            handed = [f"    {self.local} = {self.local}"] + [f"    {self.local}.{a} = {self.local}.{a}" for a in own]
            lines.append("  providers = {\n" + "\n".join(handed) + "\n  }")
            calls.append(f'module "m{index}" {{\n  source = "./m{index}"\n' + "\n".join(lines) + "\n}\n")
        provider = f'provider "{self.local}" {{\n'
        calls.append(provider + "}\n")
        calls += [provider + f'  alias = "{alias}"\n}}\n' for alias in sorted(wanted)]
        (root / "main.tf").write_text("\n".join(calls))
        (root / "versions.tf").write_text(re.sub(r"\s*configuration_aliases[^\n]*", "", (self.ready / "main.tf").read_text()))
        (root / ".terraform" / "modules").mkdir(exist_ok=True)
        (root / ".terraform" / "modules" / "modules.json").write_text(json.dumps({"Modules": installed}))
        return root

    def validate(self, batch: list[Json]) -> list[list[Json]]:
        """What the engine says of each mutant."""
        root = self.write(batch)
        done = subprocess.run(
            ["terraform", "validate", "-json", "-no-color"], cwd=root, capture_output=True, text=True, timeout=600,
            env={"PATH": __import__("os").environ["PATH"], "HOME": str(self.folder), "TF_CLI_CONFIG_FILE": "/dev/null", "CHECKPOINT_DISABLE": "1"},
        )
        said: list[list[Json]] = [[] for _ in batch]
        for diagnostic in json.loads(done.stdout)["diagnostics"]:
            place = re.match(r"m(\d+)/", diagnostic.get("range", {}).get("filename", ""))
            if place is None and len(batch) > 1:
                # About the root, or about nothing: each is asked again alone.
                shutil.rmtree(root)
                return [said for mutant in batch for said in self.validate([mutant])]
            said[int(place.group(1)) if place else 0].append(diagnostic)
        shutil.rmtree(root)
        return said


def verdict(found: list[Json]) -> str:
    if any(not finding["warns"] for finding in found):
        return "refused"
    return "warned" if found else "passed"


def engine_verdict(said: list[Json]) -> str:
    if any(diagnostic["severity"] == "error" for diagnostic in said):
        return "refused"
    deprecated = any("deprecat" in (d["summary"] + d.get("detail", "")).lower() for d in said)
    return "warned" if deprecated else "passed"


def undecided(said: list[Json]) -> str | None:
    """Which kind of fault it is, if only the provider's own code finds it."""
    kinds = set()
    for diagnostic in (d for d in said if d["severity"] == "error"):
        words = diagnostic["summary"] + " " + diagnostic.get("detail", "")
        kinds.add(next((kind for kind, pattern in UNDECIDED.items() if re.search(pattern, words)), None))
    return None if None in kinds or not kinds else sorted(kinds)[0]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--command", required=True)
    parser.add_argument("--provider", default="aws")
    parser.add_argument("--most", default="16", help="mutants of one way in one module")
    parser.add_argument("--plugins", type=Path)
    arguments = parser.parse_args()
    made = subprocess.run([arguments.command, str(ROOT), arguments.provider, arguments.most], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in made.stdout.splitlines()]
    whole = [line for line in lines if line["way"] == "none"]
    mutants = [line for line in lines if line["way"] != "none"]
    alarms = [line for line in whole if line["found"]]
    engine = Engine(arguments.provider, arguments.plugins or plugins())
    try:
        started = time.monotonic()
        untouched = engine.validate(whole)
        for line in whole[:3]:
            engine.validate([line])
        alone = (time.monotonic() - started) / 4
        ways = sorted({mutant["way"] for mutant in mutants})
        batches = []
        for way in ways:
            of_way = [mutant for mutant in mutants if mutant["way"] == way]
            batches += [of_way[start : start + BATCH] for start in range(0, len(of_way), BATCH)]
        with ThreadPoolExecutor(max_workers=2) as pool:
            said = [(m, s) for batch, answers in zip(batches, pool.map(engine.validate, batches)) for m, s in zip(batch, answers)]
        agree: Counter[str] = Counter()
        total: Counter[str] = Counter()
        beyond: Counter[str] = Counter()
        stricter = early = 0
        differ = []
        for mutant, answers in said:
            total[mutant["way"]] += 1
            ours, theirs = verdict(mutant["found"]), engine_verdict(answers)
            if ours != theirs and not (mutant["deferred"] and theirs == "passed"):
                # A batch stops at the first stage with a fault: what differs is asked again alone.
                answers = engine.validate([mutant])[0]
                theirs = engine_verdict(answers)
            kind = undecided(answers)
            if ours == theirs:
                agree[mutant["way"]] += 1
            elif theirs == "refused" and kind is not None:
                beyond[kind] += 1
                total[mutant["way"]] -= 1
            elif mutant["deferred"] and theirs == "passed":
                early += 1
                total[mutant["way"]] -= 1
            elif theirs == "passed" and {finding["class"] for finding in mutant["found"]} <= {"unknown_key", "read_only", "deprecated"}:
                stricter += 1
                total[mutant["way"]] -= 1
            else:
                differ.append((mutant, ours, theirs, answers))
    finally:
        engine.close()
    for way in ways:
        print(f"{way:38} {agree[way]:5} of {total[way]:5} agree")
    print(f"{len(mutants)} mutants of {len(whole)} modules: {sum(agree.values())} of {sum(total.values())} agree where the schema decides")
    for kind, number in sorted(beyond.items()):
        print(f"{number:5} only the provider's own code knows: {kind}")
    if stricter:
        print(f"{stricter:5} the engine lets pass in silence: unknown keys, and what is read-only or deprecated in nested blocks")
    if early:
        print(f"{early:5} the engine looks at only once values are known: bodies of `for`, branches, `dynamic`, `try`, sets of blocks")
    slow = max(line["microseconds"] for line in whole)
    mean = sum(line["microseconds"] for line in whole) / len(whole)
    print(f"one module: {mean / 1000:.2f} ms on average, {slow / 1000:.2f} ms at most; the engine {alone:.1f} s: {alone * 1e6 / mean:.0f} times as long")
    wrong = [d for answers in untouched for d in answers if d["severity"] == "error"]
    for line in alarms:
        print(f"false alarm: {line['module']}: {line['found']}", file=sys.stderr)
    for diagnostic in wrong:
        print(f"the engine refuses an unmutated module: {diagnostic['summary']}", file=sys.stderr)
    for mutant, ours, theirs, answers in differ[:40]:
        said_by_engine = "; ".join(sorted({d["summary"] + ": " + d.get("detail", "")[:160] for d in answers}))
        found = "; ".join(sorted({finding["message"] for finding in mutant["found"]}))
        print(
            f"differs: {mutant['module']}/{mutant['file']}:{mutant['line']} {mutant['way']}: gen {ours} ({found}), engine {theirs} ({said_by_engine})",
            file=sys.stderr,
        )
    return 1 if differ or alarms or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
