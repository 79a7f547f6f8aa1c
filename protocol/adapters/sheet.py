"""What a file of courses holds: the courses, what each visit is expected to give, and how many rows were read."""

from __future__ import annotations

from attrs import frozen

from protocol.model.course import Course


@frozen
class Expectation:
    """What one cell of an ``expect`` column says, and where it stands (counted from 1)."""

    column: str
    value: str
    line: int
    position: int


@frozen
class Example:
    """A course, and for each of its visits what is expected of the decision there. ``line`` is that of its heading.

    ``generated``: it was made from the protocol itself, and so says nothing of what the protocol ought to do.
    """

    course: Course
    expectations: tuple[tuple[Expectation, ...], ...]
    line: int
    note: str = ""
    generated: bool = False


@frozen
class Counts:
    """What became of every row: ``rows`` = ``used`` + ``blank``. ``sections`` are headings without a table (Markdown)."""

    rows: int
    used: int
    blank: int
    sections: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.rows + other.rows, self.used + other.used, self.blank + other.blank, self.sections + other.sections)

    def line(self) -> str:
        """The numbers as a sentence."""
        return (
            f"Rows read: {self.rows}, of them {self.used} used and {self.blank} blank; headings without a table: {self.sections}."
        )


@frozen
class Sheet:
    """A file of courses. ``readings`` are the (interpretation, reading) pairs that its preamble asks for."""

    examples: tuple[Example, ...]
    counts: Counts
    readings: tuple[tuple[str, str], ...] = ()
