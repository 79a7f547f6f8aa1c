"""Which properties of a protocol hold on all courses, and on which shortest course does each other one fail?"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from time import monotonic

from attrs import evolve

from protocol.model.property import Property
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.quantity import how_many
from protocol.model.verification import INTERRUPTED, Grid, Report, Seen, Verdict
from protocol.verification.arguments import checked
from protocol.verification.properties.built_in import ALL
from protocol.verification.properties.judge import judge
from protocol.verification.properties.judging import Judging
from protocol.verification.search.abstraction import abstraction
from protocol.verification.search.bounds import MOST_SECONDS, MOST_STATES, Bounds, Ended
from protocol.verification.search.breadth_first import BreadthFirst
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.freed import NOTHING, Free
from protocol.verification.search.garbage import seldom_collected
from protocol.verification.search.grids import visit_grid
from protocol.verification.search.left_out import left_out
from protocol.verification.search.levels import carried_over, levels, open_names, said_of, sliced
from protocol.verification.search.reached import reached, unreached
from protocol.verification.search.size import largest_parts, most_megabytes, said_letters
from protocol.verification.search.speaking_of import SpeakingOf
from protocol.verification.verdicts import Search, asked, of_built_in, of_property

SOON = 10.0
"""Seconds in which it is asked what a search found that somebody interrupted."""

Progress = Callable[[str], None]
Task = Callable[[Ended], Verdict]
"""Judges something until it is ended."""


def verify(
    protocol: Protocol,
    *,
    only: Iterable[str] = (),
    every: int | None = None,
    any_dose: bool = False,
    states: int = MOST_STATES,
    seconds: float = MOST_SECONDS,
    memory: int | None = None,
    progress: Progress | None = None,
    clock: Callable[[], float] = monotonic,
) -> Report:
    """The verdict on each property of the protocol, and on those that every dosing protocol should have.

    ``every`` is minutes between two visits; None: as the protocol schedules them. ``only`` names properties; none are all.
    ``any_dose``: at each visit any dose may be given, whatever is ordered. After so many ``states`` or ``seconds``, or with so
    many MB of ``memory`` in use (None: most_megabytes()), it ends, wherever it is, with two thirds of the time for the search
    through the states; what was not refuted by then is unfinished. ``clock`` says the time, ``progress`` what is done.
    """
    names, say = checked(protocol, only, every, states, seconds, memory), progress or (lambda text: None)
    bounds = Bounds(states, seconds, most_megabytes() if memory is None else memory, clock)
    grid = visit_grid(protocol) if every is None else every
    with seldom_collected():
        return _level_by_level(protocol, names, grid, bounds, say, any_dose=any_dose)


def _level_by_level(
    protocol: Protocol, names: frozenset[str], grid: int, bounds: Bounds, say: Progress, *, any_dose: bool
) -> Report:
    """The verdicts with as much of the history free as can be; what is not confirmed so is asked again with less of it free."""
    free, *more = levels(protocol)
    made = searched(protocol, grid, bounds, say, any_dose=any_dose, free=free)
    found, speaking = _judged(made, names, bounds, say), SpeakingOf(protocol, free)
    for level in more:
        if not _goes_on(found, made):
            return found
        if not (wanted := speaking.worth(level, open_names(found))):
            continue
        free = level
        del made  # so that its memory can be had, also of what stands in a circle
        gc.collect()
        made = searched(sliced(protocol, wanted), grid, bounds, say, any_dose=any_dose, free=free)
        found = _refined(found, made, f"where that was not confirmed, {said_of(free)}", wanted, bounds, say)
    kept = carried_over(made.search.abstraction)
    if free or not kept or not _goes_on(found, made):
        return found
    del made
    return _remembering(found, protocol, grid, kept, bounds, say, any_dose=any_dose)


def _remembering(
    found: Report, protocol: Protocol, grid: int, kept: tuple[str, ...], bounds: Bounds, say: Progress, *, any_dose: bool
) -> Report:
    """The report in which what was not confirmed is judged again where the last reading of some inputs is kept."""
    gc.collect()
    again = searched(protocol, grid, bounds, say, any_dose=any_dose, remembered=kept)
    why = f"where a failure was not confirmed, the last reading was kept of {', '.join(kept)}"
    return _refined(found, again, why, open_names(found), bounds, say)


def _goes_on(found: Report, made: Search) -> bool:
    """Whether something was not confirmed in a search that saw everything."""
    return bool(open_names(found)) and not made.explored.ended and not found.is_interrupted


def _refined(found: Report, again: Search, said: str, names: frozenset[str], bounds: Bounds, say: Progress) -> Report:
    """The report in which some of what was not confirmed is judged again where more is followed; ``said`` says how.

    Where that search does not confirm it either it stays as it was. What a part of it shows is shown.
    """
    why = again.explored.ended[0] if again.explored.ended else ""
    judged = _judged(again, names, bounds, say)
    sure = {one.of: one for one in judged.verdicts if one.outcome in ("holds", "fails")}
    why = INTERRUPTED if judged.is_interrupted else why
    verdicts = tuple(sure.get(one.of, one) if one.name in names else one for one in found.verdicts)
    note = f"{said}: {how_many(len(again.explored.states), 'state')}{f', which are not all: {why}' if why else ''}"
    seen = tuple(evolve(one, complete=False, why=why) for one in found.seen) if why == INTERRUPTED else found.seen
    return evolve(found, verdicts=verdicts, seen=seen, notes=(*found.notes, note))


def _judged(made: Search, wanted: frozenset[str], bounds: Bounds, say: Progress) -> Report:
    """The verdicts on the properties that are wanted, all where none are named; those that somebody ends are unfinished."""
    protocol, verdicts, tasks = made.search.abstraction.protocol, list[Verdict](), tuple(_tasks(made, wanted))
    interrupted = made.explored.ended[:1] == [INTERRUPTED]
    shares = (bounds.sooner(SOON) if interrupted else bounds).shares(len(tasks))
    try:
        for (name, task), ended in zip(tasks, shares, strict=True):
            say(f"{protocol.name}: {name}")
            verdicts.append(task(ended))
    except KeyboardInterrupt:
        interrupted = True
        verdicts += [_unfinished(task) for _, task in tasks[len(verdicts) :]]
    return Report(
        protocol.name, protocol.version, fingerprint(protocol), tuple(verdicts), (_seen(made, interrupted),), tuple(notes(made))
    )


def _tasks(made: Search, wanted: frozenset[str]) -> Iterator[tuple[str, Task]]:
    """What is judged, by name, until it is ended."""
    protocol, judging = made.search.abstraction.protocol, Judging(made.search)
    for item in protocol.properties:
        if not wanted or item.name in wanted:
            yield item.name, partial(_of_property, made, judging, item)
    for one in (one for built_in in ALL for one in asked(built_in, protocol.expectations)):
        if not wanted or one.item.name in wanted:
            yield one.item.name, partial(of_built_in, made, judging, one)


def _of_property(made: Search, judging: Judging, item: Property, ended: Ended) -> Verdict:
    return of_property(made, item, judge(judging, made.explored, item, ended), ended)


def _unfinished(task: Task) -> Verdict:
    """The verdict on what was not judged when somebody ended it; what was worked out half by then proves nothing."""
    found = task(lambda count: INTERRUPTED)
    return evolve(found, outcome="unfinished", why=INTERRUPTED, counterexample=None, vacuous=False, unseen="")


def searched(
    protocol: Protocol, every: int, bounds: Bounds, say: Progress, *, any_dose: bool = False, remembered: Iterable[str] = (),
    free: Free = NOTHING,
) -> Search:  # fmt: skip
    """All states of a protocol on a grid, as far as the bounds let the search go; of some inputs the last reading is kept, and
    some of the history can be ``free``."""
    began = monotonic()
    say(f"{protocol.name}: searching")
    search = Exploring(abstraction(protocol, every, remembered, free, settled=True), (every,), any_dose=any_dose)
    explored = BreadthFirst(search).explore(bounds.for_states(), lambda found: say(f"{protocol.name}: {found:,} states"))
    return Search(search, explored, Grid(every), monotonic() - began)


def notes(made: Search) -> Iterator[str]:
    """What a reader has to know of how far the answers go."""
    protocol, places = made.search.abstraction.protocol, made.search.abstraction.places
    free = [*(one.name for one in protocol.numbers), *(one.name for one in protocol.scores)]
    settled = {made.search.abstraction.axes[base.place].name for base in made.search.abstraction.bases}
    settled |= {one.score.name for one in made.search.abstraction.scores.values()}
    asked = [name for name in free if name in places and name not in settled]
    if made.explored.ended:
        if largest := "; ".join(largest_parts(made.search.abstraction, made.explored.states)):
            yield f"what has the most values in the states that were found: {largest}"
        yield f"what can be told apart at one visit: {said_letters(made.search.abstraction)}"
    if made.search.abstraction.free:
        yield said_of(made.search.abstraction.freedom)
    if asked:
        yield f"computed values can be anything at each visit, whatever they are computed from: {', '.join(asked)}"
    yield from left_out(protocol)


def _seen(made: Search, interrupted: bool) -> Seen:
    explored = made.explored
    letters = sum(len(options.outcomes) for _, _, options in explored.visits)
    why = INTERRUPTED if interrupted else explored.ended[0] if explored.ended else ""
    seen = reached(made.search.abstraction.prepared, explored)
    return Seen(
        made.grid,
        len(explored.states),
        letters,
        explored.transitions[0],
        max(explored.depth),
        made.seconds,
        not why,
        why,
        tuple(unreached(made.search.abstraction.prepared, seen)) if not why else (),
        tuple(sorted(seen)),
    )
