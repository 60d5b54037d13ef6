"""Check 13: what a project takes from its base does not speak of the base's procedure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.check.coverage import CLASSES
from assistant.check.finding import Finding
from assistant.check.project import Project
from assistant.datafiles import base_dir, find, load_file, read_path, read_text
from assistant.knowledge.content import DOCUMENT
from assistant.knowledge.procedure import FILE as PROCEDURE
from assistant.knowledge.procedure import procedure
from assistant.text import words

#: What only a document's own reader can say. That it does *not* say something is no such thing.
_CLAIM = re.compile(
    r"(?<!what )\b(?:(?:our|the) document (?:says(?! nothing)|lists|calls|leaves|names)|it (?:also )?says that)\b",
    re.I,
)
#: Shorter words of a title ("of", "the") are everybody's.
_LEAST = 4


def check(project: Project) -> Iterator[Finding]:
    """Yield the texts of the base that name its procedure, or that say what its document says."""
    base = base_dir()
    if base is None:
        return
    foreign = (
        _words_of(load_file(base / "data" / PROCEDURE), read_path(base / "data" / DOCUMENT)) - _own_words()
    )
    unseen = find(CLASSES)  # nobody sees what stands there
    said_by = ((path, s) for path, s in project.response_scalars() if path != unseen and len(s.keys) > 1)
    texts = [(s.keys[1], project.domain, path, s) for path, s in said_by]
    texts += [(".".join(s.keys), project.data / "wording.yml", path, s) for path, s in project.wordings()]
    told: set[str] = set()
    for name, own, path, scalar in texts:
        name = re.sub(r"\.\d+$", "", name)
        # A quote that is filled in is of this project's document.
        claim = None if "{verbatim}" in scalar.text else _CLAIM.search(scalar.text)
        said = next(
            (w for w in words(scalar.text) if not foreign.isdisjoint((w, w.removesuffix("s")))),
            claim.group() if claim else None,
        )
        if said and not project.says_itself(path) and name not in told:
            told.add(name)
            yield project.finding(
                own, 1, f"{name} is the base's and says “{said}”: “{scalar.text[:60]}…”",
                f"Write a text of your own under this name; the base's stands at {project.show(path)}:{scalar.line}",
            )  # fmt: skip


def _words_of(data: object, document: str) -> set[str]:
    """Return the words by which a procedure is called: in its procedure.yml and in the title of its document."""
    lists = [data.get(key) for key in ("called", "spelling")] if isinstance(data, dict) else []
    named = " ".join(str(word) for found in lists if isinstance(found, list) for word in found)
    title = document.strip().partition("\n")[0]
    return {word for word in (*words(named), *words(title)) if len(word) >= _LEAST}


def _own_words() -> set[str]:
    own = procedure()
    return {*words(read_text(DOCUMENT)), *words(" ".join((*own.called, *own.treated, *own.spelling)))}
