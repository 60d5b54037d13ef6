"""Stock Rasa on Stria's own content: the pipeline and policies that `rasa init` writes.

Rasa's own template leaves pipeline and policies empty, and fills in its defaults at the training.
"""

from __future__ import annotations

from pathlib import Path

from scripts._env import ROOT

ENDPOINTS = Path(__file__).parent / "stock_endpoints.yml"
#: Domain first, then the data. TED has to learn from something: the rules are all there is.
SOURCE = (ROOT / "domain.yml", ROOT / "data" / "nlu", ROOT / "data" / "rules")
CONFIG = """\
recipe: default.v1
assistant_id: stock
language: en
pipeline:
policies:
"""


def write(folder: Path) -> Path:
    """Writes the configuration into a folder, which is made, and returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    return folder
