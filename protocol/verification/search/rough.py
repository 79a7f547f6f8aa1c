"""What can a free clock or tracker be at a visit, in view of what is kept of the patient? Less than everything.

A dose was raised no earlier than treatment began. Of a tracker that is followed roughly it is known whether its condition ever
was so, and whether it is now: the state says that with dates, and how old they are does not matter.
"""

from __future__ import annotations

from attrs import evolve, frozen

from protocol.model.guard import Clock, Term, Tracked
from protocol.model.input import Tracker
from protocol.model.state import Lasting, Memory, Since
from protocol.semantics.trackers import first_memory
from protocol.verification.search.abstraction import DATES, Abstraction
from protocol.verification.search.axes import Axis, Letter
from protocol.verification.search.kept import Kept

NO_EARLIER = ("dose change", "dose raised")
"""Clocks of what the first dose does as well, so that it never was before it."""
_BEFORE = -2
"""A date before the visit; nobody asks how long."""

Costs = tuple[int | None, ...]


def meanwhile(tracker: Tracker, held: Memory) -> Memory:
    """What a tracker that is followed roughly can hold before the next readings: some of the last ones may have lapsed."""
    return held if tracker.measured_only or not isinstance(held, Lasting | Since) else evolve(held, possible=_BEFORE)


def begun(abstraction: Abstraction, memory: tuple[Memory, ...], *, started: bool, anew: bool) -> tuple[Memory, ...]:
    """What the trackers that are followed roughly hold after a visit, which all of them looked at.

    Before treatment most hold nothing. What a visit shows that begins it goes on to be so: also with those that begin there.
    """
    found = list(memory)
    for place in abstraction.roughly.values():
        held, tracker = memory[place], abstraction.trackers[place]
        if isinstance(held, Lasting | Since) and anew:
            found[place] = evolve(held, definite=_now(held.definite), possible=_now(held.possible))
        elif not started and not tracker.from_baseline:
            found[place] = first_memory(tracker)
    return tuple(found)


def _now(date: int | None) -> int | None:
    return date if date == 0 else None


def limited(abstraction: Abstraction, kept: Kept, costs: tuple[Costs, ...]) -> tuple[Costs, ...]:
    """The costs of the letters, without those that what is free cannot have at the visit."""
    found = list(costs)
    for place, term in abstraction.free.items():
        axis, fits = abstraction.axes[place], _fitting(abstraction, kept, place, term)
        found[place] = tuple(cost if fits.fits(axis, one) else None for cost, one in zip(costs[place], axis.letters, strict=True))
    return tuple(found)


@frozen
class Fitting:
    """Bounds of the least that something can be, and of the most: pieces by number, and an age that neither is above.

    ``least`` and ``most`` are the one piece that it is in, None where it can be any.
    """

    least: int | None = None
    most: int | None = None
    bound: int | None = None
    bounds_most: bool = True

    def fits(self, axis: Axis, letter: Letter) -> bool:
        """Whether what is free can be what a letter says."""
        low, high = (letter.among[0], letter.among[-1]) if letter.among else (letter.cell, letter.cell)
        if self.least not in (None, low) or self.most not in (None, high):
            return False
        return self.bound is None or _begins(axis, high if self.bounds_most else low) <= self.bound


def _fitting(abstraction: Abstraction, kept: Kept, place: int, term: Term) -> Fitting:
    last, started = len(abstraction.axes[place].cells) - 1, kept.dates[DATES.index("started")]
    bound = started if started is not None and started < abstraction.caps.get("started", 0) else None
    if isinstance(term, Clock):
        return (Fitting(last, last) if started is None else Fitting(bound=bound)) if term.name in NO_EARLIER else Fitting()
    assert isinstance(term, Tracked)
    tracker = abstraction.protocol.tracker(term.tracker)
    bound = None if tracker.from_baseline else bound
    if started is None and not tracker.from_baseline:
        first = last if tracker.kind == "since" else 0
        return Fitting(first, first)
    held = kept.memory[abstraction.roughly[place]] if place in abstraction.roughly else None
    match held:
        case Since(definite, possible):
            return Fitting(
                _piece(possible, last), _piece(definite, last), None if possible is None else bound, definite is not None
            )
        case Lasting(definite, possible):
            return Fitting(_piece(definite, 0), _piece(possible, 0), bound)
        case _:
            return Fitting(bound=bound, bounds_most=tracker.kind == "duration") if tracker.kind == "duration" else Fitting()


def _piece(date: int | None, never: int) -> int | None:
    """The piece of an age: of what never was, of what is now so, or any."""
    return never if date is None else 0 if date == 0 else None


def _begins(axis: Axis, piece: int) -> int:
    """The least minutes in a piece. Pieces are, in turn, what lies between two constants and a constant."""
    values = [cell.value for cell in axis.cells]
    is_constant = piece % 2 == (0 if values[0] == 0 else 1)
    if is_constant:
        return int(values[piece])
    return 0 if piece == 0 else int(values[piece - 1]) + 1
