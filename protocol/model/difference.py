"""What makes two protocols different: patients whom they treat differently, and what only one of them declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from protocol.model.course import Course
from protocol.model.decision import Step
from protocol.model.giving import Giving
from protocol.model.verification import INTERRUPTED, Grid
from protocol.model.waiting import Waiting

Meaning = Literal[
    "stops", "no longer stops", "asks for review", "no longer asks for review", "holds", "no longer holds", "starts",
    "no longer starts", "starts at another level", "resumes", "no longer resumes", "resumes at another level", "reduces",
    "no longer reduces", "reduces to another level", "escalates", "no longer escalates", "escalates to another level",
    "begins anew", "no longer begins anew", "gives another amount at once", "leads elsewhere", "now undecided", "now decided",
    "now provisional", "no longer provisional", "silent now", "no longer silent", "contradicts itself now",
    "no longer contradicts itself", "permits more", "permits less", "permits something else",
]  # fmt: skip
"""What the new protocol does at a visit at which the old one does not, in clinical terms."""


@frozen
class Look:
    """What somebody sees of a decision: nothing of it depends on the names of levels and rules.

    ``was`` and ``now`` are the control states before and after it, ``on`` and ``dose`` what is given before and after, empty
    for no drug. ``permitted`` is what is permitted beside.
    """

    status: str
    was: str
    on: str
    now: str
    dose: str
    at_once: str = ""
    anew: bool = False
    permitted: frozenset[Giving] = frozenset()
    silent: bool = False
    conflict: bool = False


@frozen
class Unruled:
    """What there is at a visit where no rule is followed; nothing where one is.

    ``possible`` are the rules that are followed for some values of what is missing, ``or_none`` says that for others none is.
    ``waiting``: the reasons of a hold that goes on, and the rules that answer them.
    """

    possible: tuple[str, ...] = ()
    or_none: bool = False
    waiting: tuple[Waiting, ...] = ()


RULED = Unruled()
"""Where a rule is followed, or nothing more is known."""


@frozen
class Different:
    """A course at whose last visit two protocols decide differently, as the reference replays it in both.

    ``old`` and ``new`` are what they decide at its visits. ``later``: so many minutes later, with the same findings, the
    other one does the same; ``by`` is the one that is late. ``others`` counts further kinds of the same meaning between the same
    doses, that differ in what stands beside. ``is_shortest``: it is proved that no course of fewer visits shows it.
    ``old_unruled`` and ``new_unruled`` say of its last visit what there is where no rule is followed.
    """

    meaning: Meaning
    course: Course
    old: tuple[Step, ...]
    new: tuple[Step, ...]
    later: int = 0
    by: Literal["old", "new", ""] = ""
    others: int = 0
    is_shortest: bool = True
    old_unruled: Unruled = RULED
    new_unruled: Unruled = RULED


@frozen
class Unconfirmed:
    """A kind of difference that the search found, for which no course was found that shows it in both protocols."""

    meaning: Meaning
    old: Look
    new: Look
    visits: int


Definition = Literal["condition", "number", "score", "tracker", "reading"]
"""What a protocol defines beside its inputs and doses; of an open question it is the chosen reading."""


@frozen
class Declared:
    """Something that both declare or define differently, or only one of them; None where it does not."""

    what: Literal["input", "dose"] | Definition
    name: str
    aspect: str
    old: str | None
    new: str | None


@frozen
class Difference:
    """How two protocols differ. ``pairs`` are the pairs of states that were reached on the grid.

    ``kinds`` has one course for each clinical meaning between the same doses; ``all_kinds`` one for each kind, where that was
    asked for. ``ended`` says why not all courses were seen, ``limits`` what the courses that were looked at leave out, ``notes``
    what of a patient's history was left free in them.
    """

    old: str
    new: str
    grid: Grid
    pairs: int
    seconds: float
    kinds: tuple[Different, ...] = ()
    unconfirmed: tuple[Unconfirmed, ...] = ()
    declared: tuple[Declared, ...] = ()
    limits: tuple[str, ...] = ()
    ended: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_equivalent(self) -> bool:
        """Whether it is proved that both decide the same of every course."""
        return not (self.kinds or self.unconfirmed or self.ended or self.limits)

    @property
    def is_interrupted(self) -> bool:
        """Whether somebody ended the search."""
        return self.ended == INTERRUPTED

    def by_meaning(self) -> Iterator[tuple[Meaning, tuple[Different, ...]]]:
        """The courses of each meaning, the most serious first."""
        for meaning in Meaning.__args__:  # type: ignore[attr-defined]
            found = tuple(one for one in self.kinds if one.meaning == meaning)
            if found:
                yield meaning, found


@frozen
class Treated:
    """A patient of a data set who would be treated differently: the first visit at which both decide differently."""

    course: str
    meaning: Meaning
    old: Step
    new: Step


@frozen
class Apart:
    """A visit of a data set at which two protocols differ; None where only one of them acts by itself at that time.

    ``decided``: they decide otherwise, and ``meaning`` says how. ``judged``: what was given is permitted, or deviates, otherwise.
    Neither: they only name another rule.
    """

    time: int
    old: Step | None
    new: Step | None
    meaning: Meaning | None
    decided: bool
    judged: bool


@frozen
class Compared:
    """A course of a data set in two protocols: of how many visits, at which they differ; or why one of them refuses it."""

    course: str
    visits: int
    apart: tuple[Apart, ...]
    refused: str = ""

    @property
    def differs(self) -> bool:
        """Whether it is decided or judged otherwise at some visit."""
        return any(one.decided or one.judged for one in self.apart)
