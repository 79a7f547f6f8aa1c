"""The problems found in one file, each with its place, so that all of them can be told at once."""

from __future__ import annotations

import re
from bisect import bisect_right

from attrs import field, frozen

from protocol.errors import InputError, Problem

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # would move the cursor, were it shown

LONGEST_EXCERPT = 240
"""A line longer than this is not shown below a message; its place still is."""

MOST_PROBLEMS = 1000
"""After so many problems the rest of the file is not read; it is another file, or an attack."""


@frozen
class Span:
    """A piece of the file: the place of its first character, counted from 0, and how many characters it has."""

    start: int
    length: int = 1


FILE = Span(-1, 0)
"""The span of what is wrong with the file as a whole."""


def shown(text: str) -> str:
    """The text in quotes as it appears in a message, on one line and not too long."""
    line = " ".join(text.split()) if text.isprintable() else text.encode("unicode_escape").decode()
    return f"'{line}'" if len(line) <= 60 else f"'{line[:57]}...'"


@frozen
class Report:
    """Collects problems; ``text`` has only line feeds as line breaks."""

    text: str
    file: str = ""
    _found: list[Problem] = field(factory=list)
    _starts: list[int] = field()

    @_starts.default
    def _line_starts(self) -> list[int]:
        return [0, *(place + 1 for place, sign in enumerate(self.text) if sign == "\n")]

    def add(self, code: str, message: str, at: Span, hint: str = "") -> None:
        """Notes one problem; a second one of the same code at the same place is the same mistake."""
        problem = self._problem(code, message, at, hint)
        if len(self._found) >= MOST_PROBLEMS:
            self.fail_if_any()
        if not any((known.code, known.line, known.column) == (code, problem.line, problem.column) for known in self._found[-20:]):
            self._found.append(problem)

    def line(self, at: Span) -> int:
        """The number of the line in which a span begins, counted from 1."""
        return bisect_right(self._starts, at.start)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems found, in the order of the file."""
        return tuple(sorted(self._found, key=lambda problem: (problem.line, problem.column)))

    def fail_if_any(self) -> None:
        """Raises InputError with everything found, if anything was."""
        if self._found:
            raise InputError(self.problems)

    def _problem(self, code: str, message: str, at: Span, hint: str) -> Problem:
        if at.start < 0:
            return Problem(code, message, hint, self.file)
        line = self.line(at)
        column = at.start - self._starts[line - 1] + 1
        text = self._line_text(line)
        length = max(1, min(at.length, len(text) - column + 1))
        return Problem(code, message, hint, self.file, line, column, length, text if len(text) <= LONGEST_EXCERPT else "")

    def _line_text(self, line: int) -> str:
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return _CONTROL.sub("\ufffd", self.text[self._starts[line - 1] : end])
