"""The same visits in the reference and in the search, one after the other: do both come to the same, and hold the same?

A visit in the reference is a letter in the search: of each input whether it was measured now, carried over, or is unknown, in
which cell, and how old. The letters are read off the reference, so that only what the search makes of them is in question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from random import Random

from attrs import evolve, frozen

from protocol import initial, step
from protocol.model.course import Observation, Visit
from protocol.model.decision import Step
from protocol.model.guard import Is, Tracked, Value
from protocol.model.protocol import Protocol
from protocol.model.state import Held, Interval, State
from protocol.semantics.arriving import arrive
from protocol.semantics.prepared import prepare
from protocol.semantics.scene import Scene
from protocol.verification.search.asked import asked_by
from protocol.verification.search.axes import BETWEEN, NEW, OLD, Axis, Cell, is_true
from protocol.verification.search.diagrams import value_at
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.followed import settled
from protocol.verification.search.kept import Kept, first
from protocol.verification.search.outcomes import Outcome
from tests.oracle.explore import BEGIN, values_of


@frozen
class Both:
    """What one visit comes to in the reference and in the search; None where the search has no such letter."""

    taken: Step
    letters: tuple[str, ...]
    outcome: Outcome | None

    def agree(self) -> bool:
        """Whether both decide the same and come to the same place."""
        decision, after, outcome = self.taken.decision, self.taken.state, self.outcome
        if outcome is None:
            return False
        said = (decision.status, decision.after, decision.silent) == (outcome.status, outcome.effect, outcome.silent)
        place = outcome.ways[0].place
        here = (after.control, after.level, after.dose, after.withheld, after.reasons)
        return said and here == (place.control, place.level, place.dose, place.withheld, place.reasons)


def lockstep(exploring: Exploring, visits: Sequence[Visit]) -> list[Both]:
    """Each visit in both, up to the first on which they disagree; the times are all of the search's grid."""
    asked = exploring.abstraction
    state, all_kept, found = initial(asked.protocol), [first(asked)], list[Both]()
    for visit in visits:
        taken = step(asked.protocol, state, visit)
        scene, accepted = arrive(prepare(asked.protocol), state, visit)
        choices = {place: _letter(exploring, axis, scene, accepted.measured) for place, axis in enumerate(asked.axes)}
        gap = 0 if state.time is None else visit.time - state.time
        names = tuple(f"{axis.name}: {_said(axis, choices[place])}" for place, axis in enumerate(asked.axes))
        # What a letter leaves open, the search follows both ways: one of them has to be that of the reference.
        ways = [way for kept in all_kept for way in _followed(exploring, kept, gap, choices, begins=state.time is None)]
        agreeing = [(outcome, after) for outcome, after in ways if Both(taken, names, outcome).agree()]
        found.append(Both(taken, names, next((outcome for outcome, _ in agreeing or ways), None)))
        if not agreeing:
            return found
        state, all_kept = taken.state, list(dict.fromkeys(after for _, after in agreeing))
    return found


def _said(axis: Axis, letter: int | None) -> str:
    return (
        "no letter" if letter is None else f"{axis.letters[letter].kind} {axis.letters[letter].cell} {axis.letters[letter].date}"
    )


def _followed(
    exploring: Exploring, kept: Kept, gap: int, choices: dict[int, int | None], *, begins: bool
) -> Iterator[tuple[Outcome, Kept]]:
    if None in choices.values():
        return
    chosen = {place: letter for place, letter in choices.items() if letter is not None}
    for options in exploring.options(kept, gap, begins=begins):
        can = all(options.costs[place][letter] is not None for place, letter in chosen.items())
        outcome = value_at(options.node, chosen) if can else None
        if outcome is not None:
            yield outcome, settled(exploring.abstraction, options.kept, outcome.ways[0])


def _letter(exploring: Exploring, axis: Axis, scene: Scene, measured: frozenset[str]) -> int | None:
    """The letter of an input as the reference reads it."""
    held = scene.valid(axis.name)
    if held is None:
        return _numbered(axis, "unknown", [-1], NEW, (), True)
    limits = (held.upper, held.lower) != (None, None) or not any(one.upper or one.lower for one in axis.cells)
    cells = _cells(exploring, axis, held, limits=limits)
    carries = any(letter.kind == "carried" for letter in axis.letters)
    if axis.name in measured or not carries:
        return _numbered(axis, "measured", cells, NEW, (), limits)
    within = tuple(scene.time - held.observed <= limit for limit in axis.withins)
    return _numbered(axis, "carried", cells, _date(exploring, axis, scene.state, held), within, limits)


def _numbered(axis: Axis, kind: str, cells: list[int], date: int, within: tuple[bool, ...], limits: bool) -> int | None:
    for number, one in enumerate(axis.letters):
        if one.cell in cells and (one.kind, one.date, one.within, one.limits) == (kind, date, within, limits):
            return number
    # Where no multiple of a limit makes a difference there is no letter of its own for a limit that is missing.
    return None if limits else _numbered(axis, kind, cells, date, within, True)


def _date(exploring: Exploring, axis: Axis, state: State, held: Held) -> int:
    asked = exploring.abstraction
    if axis.name not in asked.cares:
        return NEW
    dates = (state.stepped if asked.steps else None, state.hold_began if asked.holds_once else None)
    newer = [date is None or held.observed > date for date in dates]
    return NEW if all(newer) else BETWEEN if any(newer) and asked.holds_once else OLD


def _cells(exploring: Exploring, axis: Axis, held: Held, *, limits: bool) -> list[int]:
    """The cell of a reading: the nearest of which every comparison that is asked is as true as of it, apart from limits.

    What the lowest and highest values are compared with is asked of it, too.
    """
    protocol = exploring.abstraction.protocol
    asked = asked_by(protocol)
    atoms = tuple(dict.fromkeys(asked.atoms(axis.name)))
    extremes = [Tracked(one.name) for one in protocol.trackers if one.kind in ("lowest", "highest") and one.input == axis.name]
    cuts = [node.constant for node in asked.compared() if node.term in extremes]
    atoms = atoms if limits else tuple(atom for atom in atoms if isinstance(atom, Is) or isinstance(atom.term, Value))
    value = held.value.low if isinstance(held.value, Interval) else held.value
    shown = Cell(value, held.upper, held.lower)

    def told(cell: Cell) -> tuple[object, ...]:
        return (*(is_true(atom, cell) for atom in atoms), *(_side(cell.value, cut) for cut in cuts))

    wanted = told(shown)
    possible = [cell for cell, one in enumerate(axis.cells) if one.is_on_record or not limits]
    ordered = sorted(possible, key=lambda cell: _far(value, axis.cells[cell].value))
    found = [cell for cell in ordered if told(axis.cells[cell]) == wanted]
    if limits:
        return found[:1]
    return [cell for cell in found if axis.cells[cell].value == axis.cells[found[0]].value]


def _side(value: Fraction | str, cut: Fraction) -> int:
    return 0 if isinstance(value, str) else (value > cut) - (value < cut)


def _far(value: Fraction | str, other: Fraction | str) -> Fraction:
    return Fraction(0) if isinstance(value, str) or isinstance(other, str) else abs(value - other)


def grid_visits(protocol: Protocol, random: Random, count: int, every: int, *, seldom: bool = False) -> list[Visit]:
    """So many visits: every input is measured in some cell, with or without its limits, not done, or not mentioned.

    ``seldom``: most are not mentioned, so that what was read before still counts.
    """
    shown = [[None, None, Observation(item.name, None), *values_of(protocol, item)] for item in protocol.inputs]
    for options in shown:
        limited = [one for one in options if one is not None and (one.upper, one.lower) != (None, None)]
        options += [evolve(one, upper=None, lower=None) for one in limited]
    visits = []
    for number in range(count):
        said = [None if seldom and random.random() < 0.7 else random.choice(options) for options in shown]
        visits.append(Visit(BEGIN + number * every, tuple(one for one in said if one is not None)))
    return visits
