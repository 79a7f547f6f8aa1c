"""What a protocol may ask about a patient: inputs of four kinds, inputs derived from them, scores, and trackers over time."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from protocol.model.formula import Formula
from protocol.model.guard import Always, Guard
from protocol.model.quantity import exact


@frozen
class Number:
    """A measured quantity; values outside ``low`` to ``high`` (in ``unit``) are implausible and refused."""

    unit: str
    low: Fraction = field(converter=exact)
    high: Fraction = field(converter=exact)


@frozen
class Grade:
    """A toxicity grade, 0 to 5, by the criteria named (with their version)."""

    criteria: str


@frozen
class Choice:
    """One of a few options, in the order of the declaration (for ``repeats: worst``, the last is the worst)."""

    options: tuple[str, ...]


@frozen
class YesNo:
    """A finding that is there or not."""


InputKind = Number | Grade | Choice | YesNo


@frozen
class Schedule:
    """How often an input is to be measured: due ``earliest`` minutes after the last time, overdue after ``latest``."""

    earliest: int
    latest: int

    def dates(self, begun: int | None) -> tuple[int, int] | tuple[None, None]:
        """From when on the next one is due, and after when it is overdue, counted from the last; None if that never was."""
        return (None, None) if begun is None else (begun + self.earliest, begun + self.latest)


@frozen(cache_hash=True)
class Input:
    """Something that the protocol may ask about a patient.

    A reading is valid for ``valid_for`` minutes; None means for ever (a mutation, a finding at baseline). Of a ``fixed``
    input the first accepted value stands for ever: a later one makes a bound more exact, and one that differs is refused.
    ``graded_by`` names the criteria and term, such as ``("CTC 2.0", "platelets")``, by which ``grade(input)`` is meant.
    ``worse`` says which end of a number is the worse one, for ``repeats: worst``.
    """

    name: str
    kind: InputKind
    valid_for: int | None
    schedule: Schedule | None = None
    repeats: Literal["refuse", "last", "worst"] = "refuse"
    worse: Literal["low", "high", ""] = ""
    graded_by: tuple[str, str] | None = None
    loinc: str = ""
    label: str = ""
    note: str = ""
    fixed: bool = False


@frozen
class Derived:
    """A yes-or-no input computed from others at each visit; it is unknown where its guard is."""

    name: str
    when: Guard
    label: str = ""
    note: str = ""


@frozen
class DerivedNumber:
    """A number computed from others when it is asked, in the unit of ``kind`` and from their values in theirs.

    It is unknown where a part of it is, unless ``defaults`` names a value that stands in for that input while it is missing;
    nothing stands in for a reading that was refused. A result outside
    the plausible range of ``kind`` is refused. ``window`` is how many minutes before and after its time an earlier reading
    may have been observed; None where the formula asks for none.
    """

    name: str
    value: Formula
    kind: Number
    defaults: tuple[tuple[str, Fraction], ...] = ()
    window: tuple[int, int] | None = None
    label: str = ""
    note: str = ""


@frozen
class Case:
    """So many points where ``when`` is true."""

    when: Guard
    points: int


@frozen
class Item:
    """An item of a score: the points of the first of its cases that holds, or ``otherwise`` where none does.

    ``unknown`` are its points where what is missing leaves open how many it has.
    """

    name: str
    cases: tuple[Case, ...]
    otherwise: int
    unknown: int

    def points(self) -> tuple[int, ...]:
        """All points that it can have."""
        return (*(case.points for case in self.cases), self.otherwise, self.unknown)


@frozen
class Score:
    """A whole number that is the sum of the points of its items, computed when it is asked; it is always known."""

    name: str
    items: tuple[Item, ...]
    label: str = ""
    note: str = ""

    @property
    def kind(self) -> Number:
        """What it can be: from the least points of all items to the most."""
        low, high = (sum(pick(item.points()) for item in self.items) for pick in (min, max))
        return Number("1", Fraction(low), Fraction(high))

    def guards(self) -> Iterator[Guard]:
        """The conditions of its items, in order."""
        return (case.when for item in self.items for case in item.cases)


@frozen
class Tracker:
    """Memory over what was observed, with bounds for what was not.

    - ``episodes``: how often ``when`` has become true; an episode ends when ``until`` is true.
    - ``consecutive``: findings in a row with ``when`` true.
    - ``duration``: minutes for which ``when`` has been true without a break.
    - ``since``: minutes since ``when`` was last true; none while it is, and more than any number if it never was. With
      ``until`` the same of the phase that begins when ``when`` becomes true and ends when ``until`` is true.
    - ``lowest``, ``highest``: of the values of the number ``input``, measured or derived.

    ``limit`` is the largest count kept (counts saturate there); ``measured_only`` passes over what is not measured.
    """

    name: str
    kind: Literal["episodes", "consecutive", "duration", "since", "lowest", "highest"]
    when: Guard = Always()
    until: Guard | None = None
    input: str = ""
    measured_only: bool = False
    from_baseline: bool = False
