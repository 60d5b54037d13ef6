"""Mistakes with files as such: their signs, their coding, their names, and files that are gone."""

from assistant.datafiles import ROOT
from tests.unit.check.mistake import Mistake, Said, slip
from tests.unit.check.mistakes.of_document import DOCUMENT, FACTS, FAQ, SAY, TOPICS

#: The files about the document, the check and what must not be said, and the wordings.
NAMED = tuple(
    str(p.relative_to(ROOT))
    for p in sorted((ROOT / "data").rglob("*"))
    if p.is_file()
    and (
        p.parent.name in ("document", "responses", "safety", "screening")
        or p == ROOT / "data" / "wording.yml"
    )
)
GONE = "the file is missing"


def gone(file: str, *said: Said) -> Mistake:
    """Return the mistake that deletes a file."""
    return Mistake(
        "deleted", file, lambda before: None, said or (Said(GONE, "Restore it from the repository"),)
    )


def empty(file: str, problem: str, remedy: str) -> Mistake:
    """Return the mistake that leaves an empty file."""
    return Mistake("empty", file, lambda before: b"", (Said(problem, remedy),))


def other(name: str, file: str, *said: Said) -> Mistake:
    """Return the mistake that adds a file."""
    return Mistake(name, file, lambda before: b"a: b\n", said)


SIGNS = (
    slip("a tab before a key", TOPICS, "  parts: [F15]", "\tparts: [F15]",
         Said("a tab stands before the text", "Use blanks", "\tparts")),
    slip("a quote that is not closed", FACTS, SAY, SAY.rstrip('"'),
         Said("the quote that opens there is not closed", "Close it at the end", "say: ")),
    slip("quotes within quotes", FACTS, 'say: "It smooths the', 'say: "It "smooths" the',
         Said("a quote within quotes", 'Write \\" for it', '"smooths"')),
    slip("a colon without quotes", FACTS, SAY, "say: It smooths: the outer cells.",
         Said("a colon in a text without quotes", "Put the text into quotes", "smooths: the")),
    slip("no colon after a key", FACTS, SAY, SAY.replace("say:", "say"),
         Said("no colon after the first word", "Write `key: text`", 'say "It')),
    slip("no blank after a colon", FACTS, SAY, SAY.replace("say: ", "say:"),
         Said("no blank after the colon", "Write a blank there", 'say:"It')),
    slip("a key too far to the right", FACTS, f"  {SAY}", f"    {SAY}",
         Said("begins further left or right", "Put both at the same column", "    say:")),
    slip("a key too far to the left", FACTS, f"  {SAY}", SAY,
         Said("begins further left or right", "Put both at the same column", "say: ")),
    slip("a bracket that is not closed", TOPICS, "parts: [F15]", "parts: [F15",
         Said("the bracket that opens there is not closed", "Close it", "parts: [F15")),
    slip("a key twice", FACTS, f"  {SAY}", f'  say: "One."\n  {SAY}',
         Said("the key 'say' stands there twice", "rename or remove one", "It smooths")),
    slip("a sign that is none", FACTS, "It smooths the outer", "It smooths\x0b the outer",
         Said("a character that is no text (code 11)", "Remove it", "say:")),
    slip("no list any more", FACTS, "facts:\n", "facts: none\nmore:\n",
         Said("facts is no list", "Begin each entry with `- `", "facts: none"),
         Said("nothing reads 'more'", "Use one of facts", "more:")),
)  # fmt: skip
UTF_8 = "Save the file as UTF-8"
CODING = (
    Mistake("saved as UTF-16", FACTS, lambda b: b.decode().encode("utf-16"), (Said("not UTF-8 text", UTF_8),)),
    Mistake("saved as Latin-1", FACTS, lambda b: b.replace(b"- id: F15", b"# Stra\xdfe\n- id: F15"),
            (Said("not UTF-8 text", UTF_8, "# Stra"),)),
    Mistake("saved as Latin-1", FAQ, lambda b: b.replace(b"faq/crust\n", b"faq/crust # \xdf\n"),
            (Said("not UTF-8 text", UTF_8, "faq/crust #"),)),
    Mistake("saved as UTF-16", "domain.yml", lambda b: b.decode().encode("utf-16"), (Said("not UTF-8 text", UTF_8),)),
    Mistake("a Word document", "data/document/document.txt", lambda b: b"PK\x03\x04\x14\x00\x06\x00\xff\xfe",
            (Said("not UTF-8 text", UTF_8),)),
)  # fmt: skip
STRAY = (
    other("a copy", "data/document/facts (1).yml",
          Said("nothing reads this file", "Did you mean document/facts.yml? Rename it, or move it")),
    other("an ending that is longer", "data/nlu/new.yaml",
          Said("nothing reads this file", "Let its name end with .yml")),
    other("in the wrong folder", "data/screening/facts.yml",
          Said("nothing reads this file", "Did you mean document/facts.yml?")),
    other("a folder of its own", "data/leaflets/facts.yml", Said("nothing reads this file", "move it out of data/")),
    other("a file of its own", "data/prices.yml", Said("nothing reads this file", "move it out of data/")),
    other("no examples", "data/nlu/new.yml", Said("nothing reads 'a'", "Did you mean nlu?", "a: b")),
    other("a file of the editor", "data/document/.facts.yml.swp"),
    Mistake("an empty file of examples", "data/nlu/new.yml", lambda b: b"", (Said("no sections", "Restore it"),)),
)  # fmt: skip
LOST = (
    *(gone(name) for name in NAMED if not name.endswith((".sha256", "classes.yml"))),
    gone("data/document/document.sha256", Said("the document has no sum", "make document-read")),
    gone("domain.yml"),
    *(empty(name, "no sections", "Restore it") for name in NAMED if name.endswith(".yml")),
    empty("data/screening/questionnaire.r4.json", "not valid JSON", "Mend it there"),
    Mistake(
        "empty",
        "data/document/document.sha256",
        lambda before: b"",
        (Said("the document changed since its facts were read", "make document-read", "", DOCUMENT),),
    ),
    empty("domain.yml", "no sections", "Restore it"),
    empty("data/nlu/faq.yml", "no sections", "Restore it"),
)
TABLE = (*SIGNS, *CODING, *STRAY, *LOST)
