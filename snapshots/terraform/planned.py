"""Planned environments, as they will be rendered once every open question is answered as hoped.

What stands in the way of a planned environment is a list of questions. In a scratch copy of the models each is answered with what is
asked, as if a probe had said so; then the environment has to render, and its roots have to please `gen validate`, `fmt` and their
engines, as those that are in operation do. Nothing of it is kept: no fact here is true.

    planned.py --gen PROGRAM
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import check  # noqa: E402

ROUNDS = 5


def run(program: Path, folder: Path, *arguments: str, fails: bool = False) -> str:
    done = subprocess.run([str(program), "-C", str(folder), *arguments], capture_output=True, text=True, timeout=600)
    if done.returncode and not fails:
        raise SystemExit(f"gen {' '.join(arguments)}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def hoped(value: Any) -> Any:
    """What a fact would have to say: it names countries, never groups of them."""
    if isinstance(value, list) and any(word in ("EU", "EEA", "CH") for word in value):
        return ["DE"]
    return value


def answer(folder: Path, blocking: list[dict[str, Any]]) -> int:
    """Adds a fact for each question to the file of whoever is asked."""
    answers: dict[tuple[str, str, str], Any] = {}
    for cell in blocking:
        scope = {}
        if cell.get("region"):
            scope["regions"] = [cell["region"]]
        if cell.get("service"):
            scope["services"] = [cell["service"]]
        key = (cell["subject"], cell["capability"], json.dumps(scope))
        value = hoped(cell["value"])
        known = answers.get(key)
        if isinstance(known, list) and isinstance(value, list):
            value = known + [word for word in value if word not in known]
        elif isinstance(known, dict) and isinstance(value, dict):
            value = {**known, **value}
        answers[key] = value
    for (subject, capability, scope), value in answers.items():
        path = next(path for kind in ("providers", "products") if (path := folder / "profiles" / kind / f"{subject}.yaml").exists())
        text = path.read_text()
        fact = {"is": {capability: value}, "from": "hoped", **({"scope": json.loads(scope)} if scope != "{}" else {})}
        source = {"kind": "probe", "confidence": "probed", "at": "nowhere: assumed by a check", "read": "2026-11-20"}
        for key, line in (("sources", f"  hoped: {json.dumps(source)}\n"), ("facts", f"  - {json.dumps(fact)}\n")):
            if key == "sources" and "\n  hoped: " in text:
                continue
            text, found = re.subn(rf"^{key}:[^\n]*\n", lambda match: f"{key}:\n{line}", text, count=1, flags=re.M)
            if not found:
                text += f"{key}:\n{line}"
        path.write_text(text)
    return len(answers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gen", type=Path, required=True)
    arguments = parser.parse_args()
    program = arguments.gen.resolve()
    root = check.ROOT
    mirror = check.plugins()
    planned = [path for path in sorted((root / "stacks").glob("*/environments/*.yaml")) if re.search(r"^planned: true", path.read_text(), re.M)]
    if not planned:
        raise SystemExit("no environment is planned: this check has nothing to look at")
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in ("stacks", "profiles", "templates"):
            shutil.copytree(root / name, folder / name)
        names = [(path.parents[1].name, path.stem) for path in planned]
        for stack, env in names:
            answers = 0
            for _ in range(ROUNDS):
                said = json.loads(run(program, folder, "plan", "-s", stack, "-e", env, "--format", "json", fails=True))
                target = said["targets"][0] if said["targets"] else {"state": "invalid", "requirements": []}
                blocking = [cell for cell in target["requirements"] if cell["blocks"]]
                if not blocking:
                    break
                answers += answer(folder, blocking)
            if target["state"] != "ok":
                messages = [f"{found['code']} {found['label']}" for found in said["diagnostics"] if found["severity"] == "error"]
                faults.append(f"{stack}/{env} is {target['state']} when every question is answered: {messages[:5]}")
                continue
            print(f"{stack}/{env}: {answers} answers hoped for, {len(target['roots'])} roots", flush=True)
        run(program, folder, "generate")
        run(program, folder, "validate")
        out = folder / "terraform-out"
        done = subprocess.run(["terraform", "fmt", "-check", "-recursive", str(out)], capture_output=True, text=True)
        if done.returncode:
            faults.append(f"not formatted: {done.stdout}{done.stderr}")
        check.ROOT = folder
        faults += check.roots(mirror, [f"{stack}/{env}/" for stack, env in names])
    for fault in faults:
        print(f"fault: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
