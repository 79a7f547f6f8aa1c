"""What verification says of a protocol: a verdict for each property, each failure as the shortest course that shows it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Literal

from attrs import frozen

from protocol.model.course import Course

Outcome = Literal["holds", "fails", "not confirmed", "unfinished"]
Origin = Literal["spec", "built in"]
Family = Literal["must not", "must act", "only if", "frame"]
"""The four families of properties: what is never done, what is done in time, what every change rests on, what stays as it is."""

CODE_OF: dict[Family, str] = {"must not": "V101", "must act": "V102", "only if": "V103", "frame": "V104"}
"""The code of a property that is written in the spec, by its family."""

BUILT_IN: dict[str, str] = {
    "dose-on-the-ladder": "V201",
    "no-escalation-while-held": "V202",
    "no-escalation-while-unknown": "V203",
    "stopped-is-final": "V204",
    "every-hold-has-a-way-out": "V205",
    "no-dead-end": "V206",
    "no-silent-visit": "V207",
    "no-conflict": "V208",
    "never-better-never-more": "V209",
    "missing-never-raises": "V210",
    "missing-never-holds-back": "V211",
    "missing-never-ends": "V212",
}
"""The properties that every dosing protocol should have, by name, each with its code."""

INTERRUPTED = "interrupted"
"""Why a search was not finished that somebody ended."""


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
    what happens in words, one sentence a visit. Where two patients are compared ``beside`` is the other one, who differs in one
    finding at that visit, ``beside_says`` what is decided of that one, and ``beside_rules`` by which rule, or why that one is
    held; who reports fills them in.
    ``against`` is the rule that is true there as well, or may be, where it fails because of that; ``against_is_true``: it is,
    whatever is missing. ``near_says`` is what would be decided there of the nearest findings that the protocol answers, where it
    is silent; ``waits_says`` what a hold waits for where the course ends in one; who reports fills these in.
    """

    course: Course
    time: int
    certain: bool
    rule: str = ""
    source: str = ""
    story: tuple[str, ...] = ()
    beside: Course | None = None
    beside_says: str = ""
    beside_rules: tuple[str, ...] = ()
    against: str = ""
    against_is_true: bool = False
    near_says: str = ""
    waits_says: str = ""


@frozen
class Verdict:
    """What is so of one property on one grid.

    ``holds``: on all courses. ``fails``: the counterexample shows it. ``not confirmed``: the abstraction has a course on which it
    fails, and no concrete one was found that does. ``unfinished``: the search was ended before all courses were seen; ``why``.
    ``code`` is stable, such as ``V101``; ``key`` is a fingerprint of protocol name, property and what goes wrong, for baselines.
    ``vacuous``: it holds because what it is about never happens. ``unseen``: it holds, and this is its window, in which only
    the first visit falls, so that no later one was looked at. ``expected``, ``waiver``: as the property says.
    ``named``: of a built-in property of which the file names visits, the number of the claim at whose visits it was asked, and
    ``where`` is that claim, which who reports fills in; 0 is everywhere else, or everywhere.
    ``by`` is what proved it: ``exploration``, ``spacer``, or ``spacer, checked by cvc5``. ``file`` and ``line`` are where a
    property of the spec is written; who reports fills them in.
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
    unseen: str = ""
    expected: Literal["holds", "fails"] = "holds"
    waiver: str = ""
    why: str = ""
    named: int = 0
    where: str = ""
    key: str = ""
    file: str = ""
    line: int = 0

    @property
    def of(self) -> tuple[Origin, str, int]:
        """What it is a verdict on."""
        return self.origin, self.name, self.named

    @property
    def called(self) -> str:
        """``no-silent-visit``, or ``no-silent-visit where anc < 1``."""
        return f"{self.name} where {self.where or f'it is named ({self.named})'}" if self.named else self.name

    @property
    def is_as_expected(self) -> bool:
        """Whether nobody has to look: it holds and was proved to, fails as the file expects, or does not hold and is waived with
        a reason. Where the file says that it fails, need not hold or fails at these visits, it must not hold."""
        match self.outcome:
            case "unfinished":
                return False
            case "holds":
                return not self.is_said_not_to_hold
            case _:
                return bool(self.waiver) or (self.expected == "fails" and self.outcome == "fails")

    @property
    def is_said_not_to_hold(self) -> bool:
        """Whether the file expects it to fail, waives it, or names visits at which it fails."""
        return self.expected == "fails" or bool(self.waiver) or bool(self.named)


@frozen
class Seen:
    """What the exploration of one grid came to.

    ``states`` and ``letters`` (classes of visits told apart) are counts, ``transitions`` those followed. ``unreached`` are the
    rules, cells, levels, states and statuses that no course reaches, each with the word for what it is: ``level escalated``.
    ``complete`` is False where it was ended before the end, and ``why`` says by what, and what of the protocol makes it large;
    INTERRUPTED where somebody ended it.
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
    def is_interrupted(self) -> bool:
        """Whether somebody ended the search, so that this is what had been found until then."""
        return any(one.why == INTERRUPTED for one in self.seen)

    @property
    def failing(self) -> tuple[Verdict, ...]:
        """Of each property at which somebody has to look, what says most of it."""
        return tuple(one for one in map(worst, self.by_property) if not one.is_as_expected)

    @property
    def by_property(self) -> tuple[tuple[Verdict, ...], ...]:
        """The verdicts on each property, on one grid after the other."""
        found: dict[tuple[Origin, str, int], list[Verdict]] = {}
        for one in self.verdicts:
            found.setdefault(one.of, []).append(one)
        return tuple(tuple(verdicts) for verdicts in found.values())


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """What says most of one property: the first that fails, else is not finished, else not confirmed; a property holds if it
    holds on every grid."""
    return min(verdicts, key=lambda one: _WORST_FIRST.index(one.outcome))


_WORST_FIRST: tuple[Outcome, ...] = ("fails", "unfinished", "not confirmed", "holds")


def key_of(protocol: str, verdict: Verdict) -> str:
    """The fingerprint of a finding: the same as long as this property of this protocol goes wrong by the same rule."""
    rule = verdict.counterexample.rule if verdict.counterexample else ""
    where = (verdict.where or str(verdict.named),) if verdict.named else ()
    said = "\n".join((protocol, verdict.origin, verdict.name, verdict.code, rule, *where))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
