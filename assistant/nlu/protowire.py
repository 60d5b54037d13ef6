"""Reads and writes protobuf's wire format, enough of it to edit an ONNX graph without its schema."""

from __future__ import annotations

from collections.abc import Iterator

_VARINT, _EIGHT_BYTES, BYTES, _FOUR_BYTES = 0, 1, 2, 5  # wire types

Field = tuple[int, int, "int | bytes"]  # field number, wire type, value


def fields(data: bytes) -> Iterator[Field]:
    """Yield the fields of one message.

    Raises:
        ValueError: a wire type that ONNX does not use.
    """
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _read_varint(data, at)
            yield number, wire, value
            continue
        if wire == BYTES:
            size, at = _read_varint(data, at)
        elif wire in (_EIGHT_BYTES, _FOUR_BYTES):
            size = 8 if wire == _EIGHT_BYTES else 4
        else:
            raise ValueError(f"protobuf wire type {wire} is not used by ONNX")
        yield number, wire, data[at : at + size]
        at += size


def write(number: int, value: int | bytes, wire: int = BYTES) -> bytes:
    """Return one field; `wire` counts for bytes only."""
    if isinstance(value, int):
        return _varint(number << 3 | _VARINT) + _varint(value)
    size = _varint(len(value)) if wire == BYTES else b""
    return _varint(number << 3 | wire) + size + value


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
