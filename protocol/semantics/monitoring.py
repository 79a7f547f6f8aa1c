"""How often inputs are measured after a visit: of the entries of an input the first that holds counts.

It is asked of the state after the visit: after what was given, where that is known, else where the recommendation leads. On a
hold that begins at this visit the schedule of the hold counts already, and where drug that was only permitted is given, as in a
new patient, that of a new patient. Where it is not settled which entry holds, the one that measures most often of those that
could hold counts. So for a given state the interval with a value missing is never longer than it is for any value of what is
missing.
"""

from __future__ import annotations

from itertools import islice

from protocol.model.input import Input
from protocol.model.monitoring import Monitored, Monitoring
from protocol.model.rule import Where
from protocol.model.state import State
from protocol.semantics.missing import what_if
from protocol.semantics.scene import Scene
from protocol.semantics.schedule import last_measured, span
from protocol.semantics.truth import World, completions

MOST_PARTS = 1_000
"""Parts of the completions that are told apart for one input. With more, every entry is taken to be possible."""


def monitored(scene: Scene) -> tuple[Monitored, ...]:
    """For each input with entries the one that counts in this state; an input of which no entry can hold is left out."""
    found = (_monitored(scene, item, entries) for item, entries in scene.prepared.monitoring)
    return tuple(one for one in found if one is not None)


def _monitored(scene: Scene, item: Input, entries: tuple[Monitoring, ...]) -> Monitored | None:
    here = tuple(entry for entry in entries if is_here(entry, scene.state))
    possible, needs = _possible(scene, here)
    chosen = min((entry for entry in here if entry.name in possible), key=interval, default=None)
    if chosen is None:
        return None
    since, latest = _span(scene, item, chosen)
    open_still = possible if len(possible) > 1 else ()
    return Monitored(item.name, chosen.name, chosen.schedule, since, latest, open_still, needs)


def interval(entry: Monitoring) -> tuple[int, int, bool]:
    """What orders entries, the one that measures most often first; of equals the first in the file comes first."""
    return entry.schedule.latest, entry.schedule.earliest, entry.origin == "dose change"


def is_here(entry: Monitoring, state: State) -> bool:
    """Whether the entry is one for this control state, level and hold; without a place it is one for all but stopped."""
    if not entry.where:
        return state.control.kind != "stopped"
    return any(_is_at(where, state) for where in entry.where)


def _is_at(where: Where, state: State) -> bool:
    at_level = not where.levels or (state.level.kind == "level" and state.level.name in where.levels)
    by = state.reasons if state.control.kind == "held" else {state.control.by}
    return where.control == state.control.kind and at_level and (not where.by or not by.isdisjoint(where.by))


def _possible(scene: Scene, here: tuple[Monitoring, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The entries that could be the first that holds, in order, with an empty text for none; and on what that depends."""
    answers = list(islice(completions(scene, lambda world: _first(world, here)), MOST_PARTS + 1))
    names = tuple(entry.name for entry in here)
    if len(answers) > MOST_PARTS:
        return (*names, ""), ()
    found = {answer for _, answer in answers}
    possible = tuple(name for name in (*names, "") if name in found)
    return possible, tuple(one.name for one in what_if(scene, answers)) if len(possible) > 1 else ()


def _first(world: World, here: tuple[Monitoring, ...]) -> str:
    return next((entry.name for entry in here if world.holds(entry.when)), "")


def _span(scene: Scene, item: Input, entry: Monitoring) -> tuple[int | None, int | None]:
    """From when on and until when the next one is due."""
    last, changed = last_measured(scene, item.name), scene.state.changed
    if entry.origin == "dose change" and last is not None and changed is not None:
        last = max(last, changed)
    return span(last, entry.schedule)
