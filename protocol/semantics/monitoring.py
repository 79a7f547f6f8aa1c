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
from protocol.model.state import Awaited, State
from protocol.semantics.applying import is_in_place
from protocol.semantics.missing import what_if
from protocol.semantics.moments import moments
from protocol.semantics.observing import passing
from protocol.semantics.prepared import Prepared
from protocol.semantics.scene import Scene
from protocol.semantics.truth import World, completions

MOST_PARTS = 1_000
"""Parts of the completions that are told apart for one input. With more, every entry is taken to be possible."""


def monitored(scene: Scene, before: tuple[Awaited, ...] = ()) -> tuple[Monitored, ...]:
    """For each input with entries the one that counts in this state; an input of which no entry can hold is left out.

    ``before`` is what was awaited up to now, from which it is dated; without it no entry is taken to have held before.
    """
    known = {one.input: one for one in before}
    found = (_monitored(scene, item, entries, known.get(item.name)) for item, entries in scene.prepared.monitoring)
    return tuple(one for one in found if one is not None)


def awaited(scene: Scene, often: tuple[Monitored, ...]) -> tuple[Awaited, ...]:
    """What is awaited from now on of the inputs that are monitored."""
    return tuple(Awaited(one.input, one.entry, scene.state.measured(one.input), one.since, one.latest) for one in often)


def awaited_by(prepared: Prepared, state: State, time: int) -> tuple[Awaited, ...]:
    """What is awaited at a time after the last visit, when nothing was observed and nobody did anything since.

    Which entry holds can change by time alone: a value lapses, a clock comes due. Each such minute is looked at, and the first
    one after treatment began, from which on trackers follow what is known.
    """
    found = state.awaited
    if state.time is None:
        return found
    guards = [entry.when for _, entries in prepared.monitoring for entry in entries]
    begun = [state.time + 1] if state.started == state.time and state.time + 1 < time else []
    for moment in sorted({*begun, *moments(prepared, state, state.time, time, guards)}):
        scene = Scene(prepared, passing(prepared, state, moment), moment)
        found = awaited(scene, monitored(scene, found))
    return found


def _monitored(scene: Scene, item: Input, entries: tuple[Monitoring, ...], before: Awaited | None) -> Monitored | None:
    here = tuple(entry for entry in entries if is_here(entry, scene.state))
    possible, needs = _possible(scene, here)
    chosen = min((entry for entry in here if entry.name in possible), key=interval, default=None)
    if chosen is None:
        return None
    since, latest = _dated(scene, chosen, before)
    open_still = possible if len(possible) > 1 else ()
    last = scene.state.reading(item.name)
    lapsed = last.observed if last is not None and scene.valid(item.name) is None else None
    return Monitored(item.name, chosen.name, chosen.schedule, since, latest, open_still, needs, lapsed)


def interval(entry: Monitoring) -> tuple[int, int, bool]:
    """What orders entries, the one that measures most often first; of equals the first in the file comes first."""
    return entry.schedule.latest, entry.schedule.earliest, entry.origin == "dose change"


def is_here(entry: Monitoring, state: State) -> bool:
    """Whether the entry is one for this control state, level and hold; without a place it is one for all but stopped."""
    if not entry.where:
        return state.control.kind != "stopped"
    return any(is_in_place(where, state) for where in entry.where)


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


def _dated(scene: Scene, entry: Monitoring, before: Awaited | None) -> tuple[int | None, int | None]:
    """From when on and until when the next one is due.

    That counts from the last one. A date that has passed then cannot be earlier than the entry could hold: it is the date by
    which it was due or overdue before, if it has been so without a break since, and else now, when the entry begins to hold.
    """
    measured = scene.state.measured(entry.input)
    since, latest = entry.schedule.dates(_begun(scene, entry, measured))
    if since is None or latest is None or (before and before.entry == entry.name and before.measured != measured):
        return since, latest
    known = (before.since, before.latest) if before and before.measured == measured else (None, None)
    return _not_before(since, known[0], scene.time), _not_before(latest, known[1], scene.time)


def _begun(scene: Scene, entry: Monitoring, measured: int | None) -> int | None:
    changed = scene.state.changed
    if entry.origin == "reading" or measured is None or changed is None:
        return measured
    return max(measured, changed)


def _not_before(date: int, known: int | None, now: int) -> int:
    return date if date >= now else now if known is None else min(known, now)
