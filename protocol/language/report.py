"""The problems found in a file and in those that it amends, each with its place, so that all of them can be told at once."""

from __future__ import annotations

import re
from bisect import bisect_right

from attrs import define, field, frozen

from protocol.errors import InputError, Problem

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # would move the cursor, were it shown

LONGEST_EXCERPT = 240
"""A line longer than this is not shown below a message; its place still is."""

MOST_PROBLEMS = 1000
"""After so many problems the rest of the file is not read; it is another file, or an attack."""


@frozen
class Span:
    """A piece of the text: the place of its first character, counted from 0, and how many characters it has.

    Where several files are read together, their texts follow each other and places count on.
    """

    start: int
    length: int = 1


FILE = Span(-1, 0)
"""The span of what is wrong with the file as a whole, that is, with the one that is read first."""


def shown(text: str) -> str:
    """The text in quotes as it appears in a message, on one line and not too long."""
    line = " ".join(text.split()) if text.isprintable() else text.encode("unicode_escape").decode()
    return f"'{line}'" if len(line) <= 60 else f"'{line[:57]}...'"


def with_line_feeds(text: str) -> str:
    """The text of a file with line feeds as its only line breaks."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


@frozen
class Part:
    """One file of those that are read together: its text, its name, its ``number`` from 0 on, and its place in the whole."""

    text: str
    file: str
    start: int = 0
    number: int = 0
    _starts: list[int] = field(init=False)

    @_starts.default
    def _line_starts(self) -> list[int]:
        return [0, *(place + 1 for place, sign in enumerate(self.text) if sign == "\n")]

    @property
    def whole(self) -> Span:
        """The span of what is wrong with this file as a whole."""
        return Span(FILE.start - self.number, 0)

    def line(self, place: int) -> int:
        """The number of the line, counted from 1, that holds a place of the whole."""
        return bisect_right(self._starts, place - self.start)

    def column(self, place: int) -> int:
        """The number of the column, counted from 1, of a place of the whole."""
        return place - self.start - self._starts[self.line(place) - 1] + 1

    def line_text(self, line: int) -> str:
        """The text of a line as it can be shown."""
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return _CONTROL.sub("\ufffd", self.text[self._starts[line - 1] : end])


@define
class Report:
    """Collects problems; ``text``, that of all files one after the other, has only line feeds as line breaks."""

    text: str
    file: str = ""
    parts: list[Part] = field(init=False)
    _found: list[tuple[int, Problem]] = field(factory=list, init=False)

    @parts.default
    def _first(self) -> list[Part]:
        return [Part(self.text, self.file)]

    def begin(self, text: str, file: str) -> Part:
        """Goes on with the text of another file."""
        part = Part(text, file, len(self.text) + 1, len(self.parts))
        self.text = f"{self.text}\n{text}"
        self.parts.append(part)
        return part

    def add(self, code: str, message: str, at: Span, hint: str = "") -> None:
        """Notes one problem; a second one of the same code at the same place is the same mistake."""
        number, problem = self._problem(code, message, at, hint)
        if len(self._found) >= MOST_PROBLEMS:
            self.fail_if_any()
        place = (number, code, problem.line, problem.column)
        if not any((other, known.code, known.line, known.column) == place for other, known in self._found[-20:]):
            self._found.append((number, problem))

    def line(self, at: Span, seen_from: Span) -> str:
        """``line 12``: the line in which a span begins, with its file where it is another one than that from which it is seen."""
        part = self._part(at)
        other = f" of {part.file}" if part is not self._part(seen_from) else ""
        return f"line {part.line(at.start)}{other}"

    def place(self, at: Span) -> tuple[str, int]:
        """The file and the line in which a span begins."""
        part = self._part(at)
        return part.file, part.line(at.start)

    def position(self, at: Span) -> tuple[int, int]:
        """The line and the column, counted from 1, in which a span begins."""
        part = self._part(at)
        return part.line(at.start), part.column(at.start)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems found, file by file, in the order of each."""
        found = sorted(self._found, key=lambda found: (found[0], found[1].line, found[1].column))
        return tuple(problem for _, problem in found)

    def fail_if_any(self) -> None:
        """Raises InputError with everything found, if anything was."""
        if self._found:
            raise InputError(self.problems)

    def _part(self, at: Span) -> Part:
        if at.start < 0:
            return self.parts[FILE.start - at.start]
        return next(part for part in reversed(self.parts) if part.start <= at.start)

    def _problem(self, code: str, message: str, at: Span, hint: str) -> tuple[int, Problem]:
        part = self._part(at)
        if at.start < 0:
            return part.number, Problem(code, message, hint, part.file)
        line, column = part.line(at.start), part.column(at.start)
        text = part.line_text(line)
        length = max(1, min(at.length, len(text) - column + 1))
        shown_text = text if len(text) <= LONGEST_EXCERPT else ""
        return part.number, Problem(code, message, hint, part.file, line, column, length, shown_text)
