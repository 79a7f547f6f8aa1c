"""What becomes of a protocol whose grades are meant by other criteria: what it asks otherwise, what stays, and why."""

from __future__ import annotations

from attrs import frozen

from protocol.model.guard import Compare, Guard, Operator
from protocol.model.protocol import Protocol


@frozen
class AsGrade:
    """What a comparison of a value is as one of its grade. ``exact`` is False if it is that but for a value on the bound."""

    criteria: str
    term: str
    operator: Operator
    grade: int
    exact: bool = True


@frozen
class Threshold:
    """A comparison of a graded value with a number or a limit of normal: where it is asked, and which grade it is, if any."""

    place: str
    input: str
    asks: Compare
    grade: AsGrade | None = None


@frozen
class Regraded:
    """A condition that is a grade. ``before`` and ``after`` are what it asks by the old and by the new criteria."""

    place: str
    asks: Compare
    grade: AsGrade
    before: Guard
    after: Guard

    @property
    def is_same(self) -> bool:
        """Whether the new criteria ask the same."""
        return self.before == self.after


@frozen
class Kept:
    """A condition that is asked as before, and why; without ``asks`` it is all that is asked of an input.

    ``is_grade``: it is a grade of which the new criteria cannot say what it is, so that what they would change is open.
    """

    place: str
    why: str
    asks: Compare | None = None
    is_grade: bool = False


@frozen
class Regrading:
    """A ``protocol`` whose grades are meant by other ``criteria``.

    ``conditions`` are those that are grades, also where the criteria do not differ. ``kept`` are those that could not be, or
    are not, regraded. ``reported`` are the inputs that are grades as somebody reports them. ``added`` are inputs that the
    criteria need and the protocol did not have: what the baseline was. ``unverified`` says why the criteria may not be relied on.
    """

    protocol: Protocol
    criteria: str
    conditions: tuple[Regraded, ...] = ()
    kept: tuple[Kept, ...] = ()
    reported: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    unverified: str = ""

    @property
    def changed(self) -> tuple[Regraded, ...]:
        """The conditions that ask something else now."""
        return tuple(one for one in self.conditions if not one.is_same)

    @property
    def open(self) -> tuple[Kept, ...]:
        """The grades that the new criteria do not have, or cannot tell from a value."""
        return tuple(one for one in self.kept if one.is_grade)
