"""What is wrong with one file, gathered while it is read, so that all of it is told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from attrs import Factory, frozen

from protocol.adapters.codes import CODES
from protocol.errors import InputError, NotationError, Problem

_LONGEST_EXCERPT = 300
_LONGEST_QUOTE = 40

MOST_PROBLEMS = 1000
"""After so many problems the rest of the file is not read; it is another file, or one column of it is wrong throughout."""


@frozen
class Cell:
    """A piece of text and where it begins, counted from 1. ``text`` is without the blanks around it."""

    text: str
    line: int
    column: int

    def part(self, text: str) -> Cell:
        """A part of this cell, where it first occurs."""
        return Cell(text, self.line, self.column + max(0, self.text.find(text)))


@frozen
class Problems:
    """The lines of one file and the problems found in it so far."""

    file: str
    lines: tuple[str, ...]
    found: list[Problem] = Factory(list)

    def report(self, code: str, cell: Cell, message: str, hint: str = "") -> None:
        """Notes one problem at a cell."""
        assert code in CODES, code
        shown = self._excerpt(cell)
        length = max(1, min(len(cell.text), len(shown) - cell.column + 1))
        self.found.append(Problem(code, message, hint, self.file, cell.line, cell.column, length, shown))
        if len(self.found) >= MOST_PROBLEMS:
            self.stop_if_any()

    def report_notation(self, code: str, cell: Cell, error: NotationError) -> None:
        """Notes what the model refused to read in a cell."""
        self.report(code, cell, error.message, error.hint)

    def stop_if_any(self) -> None:
        """Raises InputError with everything found, in the order of the file."""
        if self.found:
            raise InputError(tuple(sorted(self.found, key=lambda problem: (problem.line, problem.column))))

    def _excerpt(self, cell: Cell) -> str:
        if not 0 < cell.line <= len(self.lines) or cell.column > _LONGEST_EXCERPT:
            return ""
        # A control character in a file could otherwise act on the reader's terminal.
        return "".join(char if char.isprintable() else " " for char in self.lines[cell.line - 1][:_LONGEST_EXCERPT])


def quoted(text: str) -> str:
    """The text in quotes, shortened if it is long, for a message."""
    return f"'{text}'" if len(text) <= _LONGEST_QUOTE else f"'{text[:_LONGEST_QUOTE]}...'"


def did_you_mean(name: str, known: Iterable[str], what: str, shown: Iterable[str] = ()) -> str:
    """A hint: the nearest known name if there is one, then all of them, or those ``shown`` in their stead."""
    names = sorted(set(known))
    everything = f"{what}: {', '.join(shown or names)}" if names else f"there are no {what.lower()} here"
    close = get_close_matches(_plain(name[:_LONGEST_QUOTE]), names, n=1)
    return f"did you mean '{close[0]}'?  {everything}" if close else everything


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", "-", name.strip().lower())


def lines_of(text: str) -> tuple[str, ...]:
    """The lines as an editor counts them (not at form feeds and the like), without the byte order mark."""
    return tuple(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"))
