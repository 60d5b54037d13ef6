"""Writes the list of all packages (SBOM, CycloneDX JSON) to results/sbom.json.

It is made from the environment, so from requirements.lock, and the same lock gives the same file.
Packages that only development needs have the scope `excluded`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import tomli
from packaging.requirements import Requirement

from scripts._env import ROOT, CommandError, run_command, say
from scripts._findings import canonical
from scripts._security_tools import tool

FILE = ROOT / "results" / "sbom.json"


def needed_at_runtime(requirements: list[str]) -> set[str]:
    """Returns the installed packages that these requirements need, directly or not."""
    waiting, seen = [Requirement(line) for line in requirements], set[tuple[str, str]]()
    while waiting:
        requirement = waiting.pop()
        name = canonical(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            try:
                below = [Requirement(line) for line in metadata.requires(name) or ()]
            except metadata.PackageNotFoundError:
                continue  # replaced by an override, or for another platform
            waiting += [r for r in below if r.marker is None or r.marker.evaluate({"extra": extra})]
    return {name for name, _ in seen}


def mark_development(bom: dict[str, Any], needed: set[str]) -> int:
    """Gives the packages that are not needed the scope `excluded`; returns how many they are."""
    others = [c for c in bom["components"] if canonical(c["name"]) not in needed]
    for component in others:
        component["scope"] = "excluded"
    return len(others)


def validate(file: Path) -> None:
    """Raises CommandError when a file is not as CycloneDX wants it."""
    check = (
        "import sys; from pathlib import Path; from cyclonedx.schema import SchemaVersion;"
        "from cyclonedx.validation.json import JsonStrictValidator as Validator;"
        "wrong = Validator(SchemaVersion.V1_6).validate_str(Path(sys.argv[1]).read_text());"
        "sys.exit(str(wrong) if wrong else 0)"
    )
    done = subprocess.run([str(tool("python")), "-c", check, str(file)], capture_output=True, check=False)
    if done.returncode != 0:
        raise CommandError(f"{file.name} is not valid: {done.stderr.decode(errors='replace').strip()[-300:]}")


def main() -> int:
    """Writes the file; returns the exit status."""
    command = [str(tool("cyclonedx-py")), "environment", sys.executable, "--pyproject", "pyproject.toml"]
    command += ["--output-reproducible", "--sv", "1.6", "--output-format", "JSON"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode != 0:
        raise CommandError(f"cyclonedx-py could not make the list: {done.stderr.strip()[-300:]}")
    bom = json.loads(done.stdout)
    project = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    left_out = mark_development(bom, needed_at_runtime(project["dependencies"]))
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(bom, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    validate(FILE)
    say(
        f"{FILE.relative_to(ROOT)}: {len(bom['components'])} packages, {left_out} of them for development only."
    )
    return 0


if __name__ == "__main__":
    run_command(main)
