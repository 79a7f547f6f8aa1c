"""What is raised: the caller's mistakes, each with where, what, and what would be right."""

from __future__ import annotations

from attrs import frozen


@frozen
class Problem:
    """One thing wrong with a piece of input text, and what would be right.

    ``line`` and ``column`` count from 1; 0 means that the problem has no place in the text.
    ``length`` is the number of characters that the caret underlines.
    """

    code: str
    message: str
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    length: int = 1
    text: str = ""

    def __str__(self) -> str:
        return "\n".join((self._headline(), *self._excerpt(), *self._advice()))

    def _headline(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: error {self.code}: {self.message}" if place else f"error {self.code}: {self.message}"

    def _excerpt(self) -> tuple[str, ...]:
        if not self.text or not self.line:
            return ()
        gutter = f"{self.line} | "
        # A tab before the caret would shift it, so the excerpt is shown with single spaces.
        caret = " " * (len(gutter) - 2) + "| " + " " * (self.column - 1) + "^" * max(1, self.length)
        return (gutter + self.text.replace("\t", " "), caret)

    def _advice(self) -> tuple[str, ...]:
        return (f"  = {self.hint}",) if self.hint else ()


@frozen
class Code:
    """A stable code: one line that names it, and a paragraph that says what it means and what would be right."""

    code: str
    title: str
    meaning: str


class ProtocolError(Exception):
    """The base of everything that this package raises on purpose."""


class InputError(ProtocolError):
    """Text that cannot be used: a protocol, a course or a table. Carries every problem found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n\n".join(str(problem) for problem in problems))


class NotationError(ProtocolError, ValueError):
    """One scalar (a duration, a number, a unit, a regimen) that is not in the notation; ``hint`` says what would be."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = message, hint
        super().__init__(f"{message}. {hint}" if hint else message)


class VisitError(ProtocolError, ValueError):
    """A visit that cannot be stepped: earlier than the last one, or naming an input that the protocol does not have."""
