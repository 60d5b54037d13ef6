"""Stock Rasa on Stria's own content: the pipeline and policies of `rasa init`.

Rasa's template leaves both empty, and Rasa then takes those of a file of its own, which is read here.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import yaml

from scripts._env import ROOT

ENDPOINTS = Path(__file__).parent / "stock_endpoints.yml"
#: Domain first, then the data. There are rules and no stories, so Rasa itself leaves TED and UnexpecTED
#: untrained: what is measured is lighter than a bot with stories.
SOURCE = (ROOT / "domain.yml", ROOT / "data" / "nlu", ROOT / "data" / "rules")
DEFAULTS = "engine/recipes/config_files/default_config.yml"


def config(epochs: int | None = None) -> dict[str, Any]:
    """Returns the configuration that `rasa init` amounts to.

    Args:
        epochs: How long the neural parts are trained; their own default is 100. What a message costs
            does not depend on it, how often they are right does.
    """
    spec = importlib.util.find_spec("rasa")
    found: dict[str, Any] = yaml.safe_load((Path(str(spec and spec.origin)).parent / DEFAULTS).read_text())
    parts = [*found["pipeline"], *found["policies"]]
    for part in parts:
        if epochs is not None and "epochs" in part:
            part["epochs"] = epochs
    return {"recipe": "default.v1", "assistant_id": "stock", "language": "en", **found}


def write(folder: Path, epochs: int | None = None) -> Path:
    """Writes the configuration into a folder, which is made, and returns it; see `config`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yml").write_text(yaml.safe_dump(config(epochs), sort_keys=False), encoding="utf-8")
    return folder
