"""The report as a page: one HTML file that needs nothing else, and may load nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from clinic.insights.groups import Ranked
from clinic.insights.report import Weekly
from clinic.insights.sheets import figures_sheets, group_lines, group_sheet

_FOLDER = Path(__file__).parent
ABOUT = (
    "Days are those of UTC. Questions are scrubbed: “…” stands for words that could tell who asked. "
    "Nothing here can be led back to a conversation."
)


class _Trusted(str):
    """Our own style sheet, which is not escaped."""

    def __html__(self) -> str:
        return self


def page(figures: Weekly, groups: Ranked, picture: bytes | None = None) -> str:
    """Return the page. The same data always give the same.

    Args:
        figures: of the weeks.
        groups: of the same weeks.
        picture: a PNG file of the figures; the tables below it say the same.
    """
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    more = [(f"{g.number}. {g.label}", lines) for g in groups.groups if (lines := group_lines(g))]
    encoded = "data:image/png;base64," + base64.b64encode(picture).decode() if picture else ""
    return _template().render(
        title=f"What patients ask: {len(figures.weeks)} weeks from {figures.first}",
        style=_Trusted(style),
        policy=policy,
        picture=encoded,
        picture_says="The weekly figures and the foremost groups as bars. The tables below hold the same numbers.",
        sheets=[*figures_sheets(figures), group_sheet(groups)],
        groups=more,
        about=ABOUT,
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("page.html.j2")
