"""What is raised: the caller's mistakes, each with where, what, and what would be right."""

from __future__ import annotations

from typing import Any

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
        return "\n".join(visible(line) for line in (self._headline(), *self._excerpt(), *self._advice()))

    @property
    def place(self) -> str:
        """Where it is: ``protocol.yaml:31:11``, or the field of a form; empty where it has no place."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)

    def as_dict(self) -> dict[str, str]:
        """The problem for a message to a program."""
        return {"code": self.code, "place": self.place, "message": self.message, "hint": self.hint}

    def _headline(self) -> str:
        return f"{self.place}: error {self.code}: {self.message}" if self.place else f"error {self.code}: {self.message}"

    def _excerpt(self) -> tuple[str, ...]:
        if not self.text or not self.line:
            return ()
        gutter = f"{self.line} | "
        # A tab before the caret would shift it, so the excerpt is shown with single spaces.
        caret = " " * (len(gutter) - 2) + "| " + " " * (self.column - 1) + "^" * max(1, self.length)
        return (gutter + self.text.replace("\t", " "), caret)

    def _advice(self) -> tuple[str, ...]:
        return (f"  = {self.hint}",) if self.hint else ()


def visible(text: str) -> str:
    """The text with a sign in the place of each one that a terminal would obey or not show; its length stays."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else _picture(sign) for sign in text)


def _picture(sign: str) -> str:
    """The picture that Unicode has of a control character, or the sign for one that cannot be shown."""
    return chr(0x2400 + ord(sign)) if ord(sign) < 0x20 else "\ufffd"


@frozen
class Code:
    """A stable code: one line that names it, and a paragraph that says what it means and what would be right."""

    code: str
    title: str
    meaning: str


class ProtocolError(Exception):
    """The base of everything that this package raises on purpose; ``code`` is empty where no page explains it."""

    code = ""
    message = ""
    hint = ""
    problems: tuple[object, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The error for a message to a program: one shape for all; ``problems`` lists what there is more than one of."""
        listed = [one.as_dict() if isinstance(one, Problem) else {"message": str(one)} for one in self.problems]
        return {"error": type(self).__name__, "code": self.code, "message": self.message, "hint": self.hint, "problems": listed}


class InputError(ProtocolError):
    """Text that cannot be used: a protocol, a course or a table. Carries every problem found."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n\n".join(str(problem) for problem in problems))
        self.code = problems[0].code if problems else ""
        self.message = "; ".join(f"{one.place}: {one.message}" if one.place else one.message for one in problems)
        self.hint = problems[0].hint if len(problems) == 1 else ""


class StoredError(InputError):
    """A stored document that cannot be loaded: the text is damaged, or a protocol is missing. Nobody at a form can mend it."""


class NotationError(ProtocolError, ValueError):
    """One value that is not in the notation (a duration, a unit, a regimen) or of another type; ``hint`` says what would be."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}. {hint}" if hint else message)
        self.message, self.hint = message, hint


def unfit(what: str, value: object, right: str) -> NotationError:
    """What to raise for a value of the wrong type: which one it is, what was given, and what would be right."""
    return NotationError(f"{what} is {told(value)}", f"Give {right}.")


PROTOCOL = "a Protocol, such as protocol.load('imatinib-hes')"
STATE = "a State, as protocol.initial(protocol) and a step have it"
VISIT = "a Visit, as protocol.visit(protocol, 28, {...}) makes one"
COURSE = "a Course, as protocol.courses('courses.md', protocol) reads them"


def check_kind(what: str, value: object, kind: type | tuple[type, ...], right: str) -> None:
    """Raises NotationError for a value of the wrong type."""
    if not isinstance(value, kind):
        raise unfit(what, value, right)


def told(value: object) -> str:
    """A value of whatever type in a few words: ``None``, ``the text 'x'``, ``the number 5``, ``a list``."""
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return f"the text '{visible(value[:40])}'"
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**20):
        return f"the number {value}"
    if isinstance(value, int):
        return "a number of very many digits"
    return f"a value of the type {type(value).__name__}"


class VisitError(ProtocolError, ValueError):
    """A visit that cannot be stepped: earlier than the last one, or naming an input that the protocol does not have.

    ``problems`` holds each reading that cannot be used, where that is why.
    """

    def __init__(self, message: str, hint: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(f"{message}. {hint}" if hint else message)
        self.message, self.hint, self.problems = message, hint, problems


class CommitError(ProtocolError):
    """What a live course refuses to record; the course is as it was before. ``code`` is explained by ``protocol explain``."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(str(Problem(code, message, hint)))
        self.code, self.message, self.hint = code, message, hint


class Unsigned(CommitError, ValueError):
    """Who, when, under which request id, at which version or why is missing or cannot be used."""


class RequestReused(CommitError):
    """The request id stands in the journal already, with other content."""


class StaleVersion(CommitError):
    """The course has moved on since it was loaded. ``expected`` is the caller's version, ``current`` that of the course."""

    def __init__(self, code: str, message: str, hint: str, expected: int, current: int) -> None:
        super().__init__(code, message, hint)
        self.expected, self.current = expected, current


class NotDecidedHere(CommitError):
    """The step is not what this course decides at this version."""


class NeedsReason(CommitError):
    """What is to be recorded goes against the protocol, or changes what was recorded, and says not why."""


class RefusedVisit(CommitError, VisitError):
    """A visit that a live course does not take: its date is a range, or there is one at that time already or later."""


class NoSuchVisit(CommitError, VisitError):
    """There is no visit at that time."""


class MigrationError(CommitError):
    """A state that cannot be carried over to the new protocol. ``problems`` names all that is not mapped."""

    def __init__(self, code: str, message: str, hint: str, problems: tuple[str, ...]) -> None:
        super().__init__(code, message, hint)
        self.problems: tuple[str, ...] = problems


class Busy(CommitError):
    """Something is being recorded at this moment: by a callback of it, or by another thread."""


class Unrestorable(CommitError):
    """Stored entries that are no journal of the protocols that came with them."""


class ExtraMissing(ProtocolError):
    """What was asked for needs a library of an extra that is not installed; the message says what to install."""

    def __init__(self, what: str, library: str, extra: str) -> None:
        self.message = f"{what} needs {library}, which is not installed"
        self.hint = f"pip install 'dose-protocol[{extra}]'"
        super().__init__(f"{self.message}: {self.hint}")


class SolverMissing(ProtocolError):
    """A proof was asked for that needs a solver which is not installed; the message says what to install."""
