"""What verification says of a protocol: a verdict for each property, each failure as the shortest course that shows it."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from protocol.model.course import Course

Outcome = Literal["holds", "fails", "not confirmed", "unfinished"]
Origin = Literal["spec", "built in"]
Family = Literal["must not", "must act", "only if", "frame"]
"""The four families of properties: what is never done, what is done in time, what every change rests on, what stays as it is."""


@frozen
class Grid:
    """The visits that were looked at: one every so many minutes; with ``free``, at any time."""

    every: int
    free: bool = False


@frozen
class Counterexample:
    """The shortest course on which a property fails, as it was replayed in the reference.

    ``time`` is the visit at which it fails (minutes since the first dose); ``certain`` is False where it fails for some value of
    what is missing there. ``rule`` is the rule that was followed there, ``source`` where it comes from, ``story``
    what happens in words, one sentence a visit.
    """

    course: Course
    time: int
    certain: bool
    rule: str = ""
    source: str = ""
    story: tuple[str, ...] = ()


@frozen
class Verdict:
    """What is so of one property on one grid.

    ``holds``: on all courses. ``fails``: the counterexample shows it. ``not confirmed``: the abstraction has a course on which it
    fails, and no concrete one was found that does. ``unfinished``: the search was ended before all courses were seen; ``why``.
    ``code`` is stable, such as ``V101``; ``key`` is a fingerprint of protocol name, property and what goes wrong, for baselines.
    ``vacuous``: it holds because what it is about never happens. ``expected``, ``waiver``: as the property says.
    ``by`` is what proved it: ``exploration``, ``spacer``, or ``spacer, checked by cvc5``.
    """

    name: str
    code: str
    outcome: Outcome
    grid: Grid
    origin: Origin = "spec"
    family: Family = "must not"
    by: str = "exploration"
    says: str = ""
    counterexample: Counterexample | None = None
    vacuous: bool = False
    expected: Literal["holds", "fails"] = "holds"
    waiver: str = ""
    why: str = ""
    key: str = ""
    line: int = 0

    @property
    def is_as_expected(self) -> bool:
        """Whether nobody has to look: it holds and was proved to, fails as the file expects, or is waived with a reason."""
        if self.outcome == "unfinished":
            return False
        return bool(self.waiver) or self.outcome == ("fails" if self.expected == "fails" else "holds")


@frozen
class Seen:
    """What the exploration of one grid came to.

    ``states`` and ``letters`` (classes of visits told apart) are counts, ``transitions`` those followed. ``unreached`` are the
    rules, cells, levels, states and statuses that no course reaches. ``complete`` is False where it was ended before the end, and
    ``why`` says by what, and what of the protocol makes it large.
    """

    grid: Grid
    states: int
    letters: int
    transitions: int
    depth: int
    seconds: float
    complete: bool = True
    why: str = ""
    unreached: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()


@frozen
class Report:
    """All that verification says of one protocol. ``cached``: nothing was computed, because the same was asked before."""

    protocol: str
    version: str
    fingerprint: str
    verdicts: tuple[Verdict, ...]
    seen: tuple[Seen, ...]
    notes: tuple[str, ...] = ()
    file: str = ""
    cached: bool = False

    @property
    def unproved(self) -> tuple[Verdict, ...]:
        """Those that were neither proved nor refuted."""
        return tuple(one for one in self.verdicts if one.outcome in ("not confirmed", "unfinished"))

    @property
    def failing(self) -> tuple[Verdict, ...]:
        """Those that somebody has to look at."""
        return tuple(one for one in self.verdicts if not one.is_as_expected)
