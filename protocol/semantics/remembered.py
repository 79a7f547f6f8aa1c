"""What is kept of the past beside the last reading of each input: the baseline, and the readings that formulas look back to.

The baseline is the last accepted reading up to the first dose, and is frozen then. What was ``not done`` or refused since
does not take it away, so before treatment the reading that counted before that is kept. A correction, which is another
reading of the same time of observation, corrects what is kept; a later reading never does. Readings are kept as far back
as a formula looks, and no further, so that a visit costs the same however long the course is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from attrs import evolve

from protocol.model.formula import Earlier, parts
from protocol.model.input import DerivedNumber
from protocol.model.state import Held, Interval, State
from protocol.semantics.arithmetic import common, divided
from protocol.semantics.prepared import Prepared


def baseline_at_start(prepared: Prepared, state: State) -> tuple[Held, ...]:
    """The baselines of a patient who gets the first dose: the last accepted reading of each input that is asked for its own."""
    count = {held.input: held for held in state.readings if held.input in prepared.baselines and held.value is not None}
    return in_order_of_name({held.input: held for held in state.baseline} | count)


def in_order_of_name(kept: dict[str, Held]) -> tuple[Held, ...]:
    """One reading of each input, in the order in which a state lists them."""
    return tuple(kept[name] for name in sorted(kept))


def corrected(kept: tuple[Held, ...], readings: dict[str, Held], told: dict[str, int]) -> tuple[Held, ...]:
    """What is kept, with each reading of a time that is told again replaced by what counts now; it goes if nothing does.

    ``told`` is the time of observation of what a visit says of each input; a later ``not done`` takes nothing back, and
    neither does an old reading that came too late to count.
    """
    now = (_now(held, readings.get(held.input)) if told.get(held.input) == held.observed else held for held in kept)
    return tuple(held for held in now if held.value is not None)


def _now(held: Held, last: Held | None) -> Held:
    return last if last is not None and last.observed == held.observed else held


def narrowed(fixed: Held, read: Held) -> Held | None:
    """A fixed value after another reading of it: what both leave, None if that is nothing."""
    if not isinstance(fixed.value, Interval) or not isinstance(read.value, Interval):
        return fixed if fixed.value == read.value else None
    both = common(fixed.value, read.value)
    if both is None:
        return None
    if both == fixed.value:
        return fixed
    text = read.text if both == read.value else f"{fixed.text} and {read.text}"
    return evolve(read, value=both, text=text)


def of_baseline(state: State, held: Held | None) -> Interval | None:
    """How many times its baseline a reading is; None if either is missing, or if the baseline may be 0 or less."""
    base = None if held is None else state.baseline_of(held.input)
    if held is None or base is None or not isinstance(held.value, Interval) or not isinstance(base.value, Interval):
        return None
    return divided(held.value, base.value) if base.value.low > 0 else None


def looked_back(
    prepared: Prepared, history: tuple[Held, ...], readings: dict[str, Held], measured: Iterable[str], time: int
) -> tuple[Held, ...]:
    """The readings that a formula may still look back to, with those of this visit."""
    kept = {(held.input, held.observed): held for held in history}
    kept |= {(name, readings[name].observed): readings[name] for name in measured if name in prepared.reach}
    return tuple(held for (name, observed), held in sorted(kept.items()) if observed >= time - prepared.reach[name])


def reference(state: State, number: DerivedNumber, part: Earlier, time: int) -> Held | None:
    """The reading nearest to the time that ``earlier`` names, within the window; of two equally near the earlier one."""
    before, after = number.window or (0, 0)
    named = time - part.ago
    inside = (held for held in state.history if held.input == part.input and -before <= held.observed - named <= after)
    return min(inside, key=lambda held: (abs(held.observed - named), held.observed), default=None)


def reference_changes(state: State, number: DerivedNumber, part: Earlier) -> Iterator[int]:
    """Every minute from which on ``earlier`` can mean another reading, or none, if nothing more is observed."""
    before, after = number.window or (0, 0)
    observed = [held.observed for held in state.history if held.input == part.input]
    for moment in observed:
        yield moment + part.ago - after
        yield moment + part.ago + before + 1
    for one, other in pairwise(observed):
        yield part.ago + (one + other) // 2 + 1


def reference_dates(prepared: Prepared, observed: Iterable[int], later: Iterable[int]) -> Iterator[int]:
    """The times of observation from which on a later visit looks back to another reading; ``observed`` are the others'."""
    others = tuple(observed)
    for number in prepared.numbers.values():
        for part in (part for part in parts(number.value) if isinstance(part, Earlier)):
            for named in (moment - part.ago for moment in later):
                before, after = number.window or (0, 0)
                yield from (named - before, named + after, *(2 * named - other for other in others))
