"""Where is a patient after a visit that was followed in one of its ways?"""

from __future__ import annotations

from attrs import evolve

from protocol.model.guard import Clock
from protocol.model.state import Taken
from protocol.semantics.taken import with_supplement
from protocol.verification.search.abstraction import DATES, Abstraction
from protocol.verification.search.kept import NEWER_THAN_HOLD, NEWER_THAN_STEP, Kept, acted_on, first
from protocol.verification.search.outcomes import Way
from protocol.verification.search.rough import begun

_NAMES = {name: place for place, name in enumerate(DATES)}


def settled(abstraction: Abstraction, kept: Kept, way: Way) -> Kept:
    """The state after a visit that was followed this way."""
    resets = way.resets & abstraction.dated
    dates = tuple([0 if name in resets else age for name, age in zip(DATES, kept.dates, strict=True)])
    after = kept._replace(place=way.place, dates=dates, taken=_taken(abstraction, kept, way))
    if kept.bases and after.age("started") is None:
        after = after._replace(bases=(None,) * len(kept.bases))
    if abstraction.roughly:
        started, anew = after.age("started") is not None, "anew" in way.resets
        after = after._replace(memory=begun(abstraction, after.memory, started=started, anew=anew))
    at_once = 0
    for name, due in abstraction.due_at_once.items():
        at_once |= due if name in resets else 0
    if "anew" in way.resets:
        after = acted_on(after, NEWER_THAN_STEP)
        begin, rough = first(abstraction), abstraction.roughly.values()
        no_longer = _NAMES["lowered"]
        return after._replace(
            dates=(*dates[:no_longer], None, *dates[no_longer + 1 :]), watch=0, due=0, moved=0, moved_hold=0,
            due_hold=after.due_hold & _since_hold(abstraction) | at_once if abstraction.holds_once else 0,
            memory=tuple(after.memory[place] if place in rough else one for place, one in enumerate(begin.memory)),
            taken=begin.taken,
        )  # fmt: skip
    if at_once:
        after = after._replace(due=after.due | at_once, due_hold=after.due_hold | at_once if abstraction.holds_once else 0)
    if "stepped" in way.resets:
        after = acted_on(after._replace(due=0, moved=0), NEWER_THAN_STEP)
    if "hold_began" in way.resets:
        after = acted_on(after._replace(due_hold=0, moved_hold=0), NEWER_THAN_HOLD)
    return after


def _since_hold(abstraction: Abstraction) -> int:
    """The comparisons of how long ago the last hold began, which a new patient still has behind."""
    return sum(1 << number for number, atom in enumerate(abstraction.due) if atom.term == Clock("hold"))


def _taken(abstraction: Abstraction, kept: Kept, way: Way) -> Taken | None:
    taken = kept.taken
    if taken is None:
        return None
    taken = evolve(taken, at_step=taken.amount) if "stepped" in way.resets else taken
    taken = evolve(taken, at_hold=taken.amount) if "hold_began" in way.resets else taken
    return with_supplement(abstraction.prepared, taken, way.effect.supplement)
