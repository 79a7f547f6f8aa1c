"""The words, numbers and signs of a guard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from protocol.language.nodes import Located
from protocol.language.report import Report, shown

# A dose per body size is one word, so that no other sign of division is ever read.
_TOKEN = re.compile(
    r"\s*(?:(?P<word>(?:mg|g|ug|U)/(?:kg|m2)(?![A-Za-z0-9_/-])|[A-Za-z][A-Za-z0-9_-]*)"
    r"|(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))"
    r"|(?P<operator><=|>=|==|!=|<(?![>])|>(?![<]))"
    r"|(?P<mark>[(),]))"
)
_SPACE = re.compile(r"\s*")

COMMA = "Write a decimal point, and no thousands separator (1.5, 1000)."

# What people write out of habit from elsewhere, and how it is written here.
_INSTEAD = {
    "=": "Write '==' for a number, and 'is' for an option.",
    "≤": "Write '<='.",
    "≥": "Write '>='.",
    "≠": "Write '!='.",
    "<": "Write '!='.",
    "×": "Write 'x', as in '3 x ULN'.",
    "*": "Write 'x', as in '3 x ULN'.",
    "&": "Write 'and'.",
    "|": "Write 'or'.",
    "!": "Write 'not'.",
    "~": "Write 'not'.",
    "[": "Write parentheses.",
    "{": "Write parentheses.",
    "'": "Write options and names without quotes.",
    '"': "Write options and names without quotes.",
    "%": "A number is in the unit of its declaration; write no unit.",
    "/": "A number is in the unit of its declaration, and has a decimal point; write no unit and no fraction.",
}


@frozen
class Token:
    """A piece of a guard, from ``start`` until before ``end`` in its text."""

    kind: Literal["word", "number", "operator", "mark", "end"]
    text: str
    start: int
    end: int


def tokens(report: Report, guard: Located) -> list[Token] | None:
    """The tokens of a guard, the last of them its end; None where there is a sign that no guard has."""
    try:
        return list(_tokens(guard.text))
    except _Strange as strange:
        sign = guard.text[strange.place]
        hint = _INSTEAD.get(sign, "A guard has names, numbers, comparisons, parentheses, and, or, not.")
        report.add("P043", f"{shown(sign)} is not a sign of the guard language", guard.at(strange.place, strange.place + 1), hint)
        return None


class _Strange(Exception):
    def __init__(self, place: int) -> None:
        self.place = place


def _tokens(text: str) -> Iterator[Token]:
    place = 0
    while match := _TOKEN.match(text, place):
        for kind in ("word", "number", "operator", "mark"):
            if match[kind] is not None:
                yield Token(kind, match[kind], match.start(kind), match.end(kind))
        place = match.end()
    rest = _SPACE.match(text, place)
    place = rest.end() if rest else place
    if place < len(text):
        raise _Strange(place)
    yield Token("end", "", place, place)
