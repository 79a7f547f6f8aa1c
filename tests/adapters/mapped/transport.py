"""Writes a table as a SAS transport file of version 5 (SAS technical note TS-140), for tests of the reader."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

Cell = str | float | None
_WHEN = b"30NOV26:06:00:00"


def write_xpt(columns: Mapping[str, Sequence[Cell]], path: Path) -> None:
    """The columns as a file with one member: texts in as many bytes as the longest has, numbers in eight."""
    widths = {name: _width(cells) for name, cells in columns.items()}
    rows = b"".join(_row(cells, widths.values()) for cells in zip(*columns.values(), strict=True))
    parts = (_library(), _member(path.stem), _names(columns, widths), _header("OBS     "), rows)
    path.write_bytes(b"".join(_padded(part) for part in parts))


def _width(cells: Sequence[Cell]) -> int:
    """0 for a number."""
    texts = [one.encode() for one in cells if isinstance(one, str)]
    return max(1, *(len(one) for one in texts)) if texts else 0


def _header(name: str, numbers: str = "0" * 30) -> bytes:
    return f"HEADER RECORD*******{name}HEADER RECORD!!!!!!!{numbers}  ".encode()


def _padded(part: bytes) -> bytes:
    return part + b" " * (-len(part) % 80)


def _library() -> bytes:
    first = b"SAS     SAS     SASLIB  9.4     Linux   " + b" " * 24 + _WHEN
    return _header("LIBRARY ") + first + _padded(_WHEN)


def _member(name: str) -> bytes:
    first = b"SAS     " + f"{name.upper():8}".encode() + b"SASDATA 9.4     Linux   " + b" " * 24 + _WHEN
    both = _header("MEMBER  ", "000000000000000001600000000140") + _header("DSCRPTR ")
    return both + first + _WHEN + b" " * 16 + b" " * 40 + b" " * 8


def _names(columns: Mapping[str, Sequence[Cell]], widths: Mapping[str, int]) -> bytes:
    found, place = _header("NAMESTR ", f"000000{len(columns):04}{'0' * 20}"), 0
    for number, name in enumerate(columns, 1):
        size = widths[name] or 8
        kind = 2 if widths[name] else 1
        found += struct.pack(">hhhh8s40s", kind, 0, size, number, f"{name:8}".encode(), b" " * 40)
        found += struct.pack(">8shhh2s8shhi52s", b" " * 8, 0, 0, 0, b"\0\0", b" " * 8, 0, 0, place, b"\0" * 52)
        place += size
    return found


def _row(cells: Sequence[Cell], widths: Sequence[int]) -> bytes:
    both = zip(cells, widths, strict=True)
    return b"".join(str(cell or "").encode().ljust(width) if width else _number(cell) for cell, width in both)


def _number(value: Cell) -> bytes:
    """A number as IBM mainframes wrote it; a missing one is a dot."""
    if value is None:
        return b"." + b"\0" * 7
    number = Fraction(value)
    if not number:
        return b"\0" * 8
    sign, number, exponent = 0x80 * (number < 0), abs(number), 64
    while number >= 1:
        number, exponent = number / 16, exponent + 1
    while number < Fraction(1, 16):
        number, exponent = number * 16, exponent - 1
    return bytes([sign | exponent]) + int(number * 2**56).to_bytes(7, "big")
