"""Bodies as a hostile or broken sender would make them, drawn by hypothesis from real ones."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from hypothesis import strategies as st

#: Any character, also halves of pairs, which JSON can spell and UTF-8 can't.
ANY_TEXT = st.text(st.characters(), max_size=40)
#: Values that programs forget to think of.
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**40, -(10**20), float("nan"), float("inf"),
    "", " ", "0", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202eabc", "\ufeff", "e\u0301" * 60, "👩\u200d⚕️",
    "x" * 300, "x" * 5_000, "/restart", "{slot}", "%s%n", "<b>&amp;", "../..", [], {}, [[]], [None], [{}], {"": {}},
    {"id": {"id": {"id": []}}}, ["x"] * 200,
)  # fmt: skip


def _nested() -> st.SearchStrategy[Any]:
    inner = st.sampled_from(ODD) | ANY_TEXT
    return st.recursive(
        inner, lambda v: st.lists(v, max_size=3) | st.dictionaries(ANY_TEXT, v, max_size=3), max_leaves=4
    )


#: A value of any JSON type. Copies: what is drawn may be changed further.
ODD_VALUES = st.one_of(
    *[st.sampled_from(ODD)] * 6, st.integers(), st.floats(), ANY_TEXT, ANY_TEXT, _nested()
).map(copy.deepcopy)  # fmt: skip
#: Made once: making them costs more than drawing from them.
FEW = st.integers(1, 4)
CHANGES = st.sampled_from("drop odd odd odd list dict text number twice rename deep".split())
GARBLINGS = st.sampled_from("cut splice utf-16 utf-32 latin bom nul deep nan random control".split())
FORM_CHANGES = st.sampled_from("drop odd twice rename json empty".split())
NUMBERS = st.integers() | st.floats()
KEYS = st.sampled_from(["id", "text", "", "x"])
DEPTHS, BYTE_DEPTHS = st.sampled_from((5, 60, 400)), st.sampled_from((500, 5_000, 100_000))
BRACKETS = st.sampled_from((b"[", b'{"a":'))
BYTES, FEW_BYTES = st.binary(max_size=200), st.binary(max_size=8)
AMOUNT = st.integers(1, 30)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Returns the ways to all values inside a value, but not to itself."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: list[tuple[Any, ...]] = []
    for key, part in inner:
        found += [(*path, key), *_places(part, (*path, key))]
    return found


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """Draws a JSON value that differs from a real one in one to four places."""
    found = copy.deepcopy(value)
    for _ in range(draw(FEW)):
        places = _places(found)
        if not places:
            return draw(ODD_VALUES)
        *way, last = draw(st.sampled_from(places))
        holder = found
        for key in way:
            holder = holder[key]
        _change(draw, holder, last)
    return found


def _change(draw: st.DrawFn, holder: Any, key: Any) -> None:
    part = holder[key]
    match draw(CHANGES):
        case "drop":
            del holder[key]
        case "odd":
            holder[key] = draw(ODD_VALUES)
        case "list":
            holder[key] = [part]
        case "dict":
            holder[key] = {str(draw(KEYS)): part}
        case "text":
            holder[key] = part if isinstance(part, str) else json.dumps(part)
        case "number":
            holder[key] = draw(NUMBERS)
        case "twice" if isinstance(holder, list):
            holder.extend([copy.deepcopy(part)] * draw(AMOUNT))
        case "rename" if isinstance(holder, dict):
            holder[draw(ANY_TEXT)] = holder.pop(key)
        case _:
            for _ in range(draw(DEPTHS)):
                holder[key] = [holder[key]]


@st.composite
def garbled(draw: st.DrawFn, body: bytes) -> bytes:
    """Draws bytes that differ from a real body as bytes do: cut, mixed up, encoded otherwise."""
    text = body.decode("utf-8", "replace")
    match draw(GARBLINGS):
        case "cut":
            return body[: draw(st.integers(0, len(body)))]
        case "splice":
            at = draw(st.integers(0, len(body)))
            return body[:at] + draw(FEW_BYTES) + body[at + draw(st.integers(0, 20)) :]
        case "utf-16" | "utf-32" as encoding:
            return text.encode(encoding, "replace")
        case "latin":
            return (text + "ÿþ é").encode("latin-1", "replace")
        case "bom":
            return b"\xef\xbb\xbf" + body
        case "nul":
            return body.replace(b" ", b"\x00")
        case "deep":
            return draw(BRACKETS) * draw(BYTE_DEPTHS)
        case "nan":
            return body.replace(b'"', b"NaN", 1)
        case "control":
            at = draw(st.integers(0, len(body)))
            return body[:at] + bytes(range(32)) + b"\x7f\x85" + body[at:]
        case _:
            return draw(BYTES)


def _dumped(value: Any) -> bytes:
    try:
        return json.dumps(value).encode()
    except RecursionError:
        return b"[]"


def _is_json(value: str) -> bool:
    try:
        return isinstance(json.loads(value), dict)
    except ValueError:
        return False


@st.composite
def changed_form(draw: st.DrawFn, body: bytes) -> bytes:
    """Draws a form that differs from a real one in some fields; JSON in a field is changed as JSON."""
    fields = parse_qsl(body.decode(), keep_blank_values=True)
    for _ in range(draw(FEW)):
        if not fields:
            break
        at = draw(st.integers(0, len(fields) - 1))
        name, value = fields[at]
        match draw(FORM_CHANGES):
            case "drop":
                del fields[at]
            case "odd":
                fields[at] = (name, str(draw(ODD_VALUES)))
            case "twice":
                fields.insert(at, (name, draw(ANY_TEXT)))
            case "rename":
                fields[at] = (draw(ANY_TEXT), value)
            # A change before may have left what only looks like JSON.
            case "json" if _is_json(value):
                fields[at] = (name, _dumped(draw(changed(json.loads(value)))).decode())
            case _:
                fields[at] = (name, "")
    return urlencode(fields, errors="surrogatepass").encode()


def bodies(real: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Draws bodies: four of five are real ones with some places changed, the others no longer readable."""

    def of(body: bytes) -> st.SearchStrategy[bytes]:
        try:
            value = json.loads(body)
        except ValueError:
            sound = changed_form(body)
        else:
            sound = changed(value).map(_dumped)
        return st.one_of(sound, sound, sound, sound, garbled(body))

    return st.sampled_from(real).flatmap(of)
