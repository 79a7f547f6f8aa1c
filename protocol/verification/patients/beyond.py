"""Which readings are each lower than all before, or higher, where a path says cells only and a tracker asks for the extreme?

A cell is many values: a lowest value that has moved within its cell is one below the lowest so far, and there is always one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from attrs import evolve

from protocol.model.course import Observation
from protocol.model.input import Number, Tracker
from protocol.verification.patients.readable import Piece, in_few_digits, piece_at
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.asked import trackers_acted_on
from protocol.verification.search.axes import Letter


def extremes_of(abstraction: Abstraction) -> tuple[Tracker, ...]:
    """The trackers of a lowest or highest reading of which it is asked whether they moved."""
    asked = trackers_acted_on(abstraction.prepared)
    numbers = {item.name for item in abstraction.protocol.inputs if isinstance(item.kind, Number)}
    return tuple(one for one in abstraction.trackers if one.name in asked and one.input in numbers)


def put_beyond(
    abstraction: Abstraction, shown: Sequence[Mapping[int, Letter]], entries: list[dict[str, Observation]], begin: int
) -> None:
    """From one visit on, puts another value of the same cell into the place of each reading that is not beyond all before it."""
    if begin >= len(entries):
        return
    for tracker in extremes_of(abstraction):
        place = abstraction.places[tracker.input]
        so_far: Fraction | None = None
        for visit, (letters, said) in enumerate(zip(shown, entries, strict=True)):
            one, letter = said.get(tracker.input), letters.get(place)
            if one is None or letter is None or not isinstance(one.value, Fraction) or (one.upper, one.lower) != (None, None):
                continue
            value = one.value
            if visit >= begin and so_far is not None and not _is_beyond(tracker, value, so_far):
                value = _beyond(tracker, piece_at(abstraction.axes[place], letter.cell), so_far) or value
                said[tracker.input] = evolve(one, value=value)
            so_far = value if so_far is None or _is_beyond(tracker, value, so_far) else so_far


def _is_beyond(tracker: Tracker, value: Fraction, so_far: Fraction) -> bool:
    return value < so_far if tracker.kind == "lowest" else value > so_far


def _beyond(tracker: Tracker, piece: Piece, so_far: Fraction) -> Fraction | None:
    """A value of the piece beyond that one, halfway to its end; None where there is none."""
    end = piece.low if tracker.kind == "lowest" else piece.high
    halfway = so_far + 1 if end is None else (so_far + end) / 2
    fitting = (one for one in (*in_few_digits(halfway), halfway) if piece.holds(one) and _is_beyond(tracker, one, so_far))
    return next(fitting, None)
