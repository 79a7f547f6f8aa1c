"""How single values look in JSON, and what a shape is: how values of one type are written, read back and described.

A number is exact text (``1.5``, ``1/3``) and a moment is text in UTC. Nothing is turned from one type into another: true is
no 1, and 1.0 is no whole number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from attrs import frozen

from protocol.model.quantity import exact, say_number

Json = dict[str, Any]
Definitions = dict[str, Json]

_NUMBER = r"-?[0-9]+(\.[0-9]+|/[1-9][0-9]*)?"
_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z"
_KINDS = {dict: "an object", list: "a list", bool: "true or false", type(None): "null"}


class Mismatch(Exception):
    """A stored value that is not of the type that is read: every problem in it, each with the way to it."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        self.problems = problems
        super().__init__(*problems)

    def under(self, step: str) -> list[tuple[str, str]]:
        """The problems, seen from a value of which this one is a part."""
        return [(step + way, message) for way, message in self.problems]


@frozen(eq=False)
class Shape:
    """How the values of one type are written as JSON values, read from them (raises Mismatch) and described by a schema."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    describe: Callable[[Definitions], Json]


def unlike(value: object, expected: str) -> Mismatch:
    """The problem of a value in the place of another."""
    shown = _KINDS.get(type(value)) or (f"'{value[:40]}'" if isinstance(value, str) else str(value)[:40])
    return Mismatch(("", f"{shown} where {expected} is expected"))


def _same(value: Any) -> Any:
    return value


def _scalar(kind: type, name: str, expected: str) -> Shape:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise unlike(value, expected)
        return value

    return Shape(_same, read, lambda _: {"type": name})


def _text(pattern: str, expected: str, write: Callable[[Any], str], read_text: Callable[[str], Any]) -> Shape:
    matches = re.compile(pattern).fullmatch

    def read(value: Any) -> Any:
        try:
            if type(value) is str and matches(value):
                return read_text(value)
        except ValueError:  # a date that there is not, or more digits than a number can have
            pass
        raise unlike(value, expected)

    return Shape(write, read, lambda _: {"type": "string", "pattern": f"^{pattern}$"})


def _say_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


SCALARS: dict[Any, Shape] = {
    str: _scalar(str, "string", "a text"),
    int: _scalar(int, "integer", "a whole number"),
    bool: _scalar(bool, "boolean", "true or false"),
    float: _scalar(float, "number", "a number with a decimal point"),
    type(None): _scalar(type(None), "null", "null"),
    Fraction: _text(_NUMBER, "a number as text, such as '1.5' or '1/3',", lambda value: say_number(exact(value)), Fraction),
    datetime: _text(_MOMENT, "a time in UTC, such as '2026-01-31T09:30:00Z',", _say_moment, datetime.fromisoformat),
}  # fmt: skip


def word(words: tuple[Any, ...]) -> Shape:
    """One of a few texts."""
    expected = f"one of {', '.join(repr(word) for word in words)}"

    def read(value: Any) -> Any:
        if type(value) is not str or value not in words:
            raise unlike(value, expected)
        return value

    return Shape(_same, read, lambda _: {"enum": list(words)})
