"""How much drug has been taken: every administration at the moment at which it is due, and what was given at once with a step.

A dose is due from the moment on at which it came into force: one single dose then; ``every 12 hours`` after 0, 12, 24 hours;
a rate in proportion to the time; on days of a cycle only on these, the first of which begins when the dose came into force.
What is given at a visit counts after it, so up to a time counts what was due before that minute.

The sum is exact and only grows, while it is compared with finitely many constants: above the largest of them nothing that
anything asks can change any more, so that finitely many classes of sums are enough to tell all courses apart, and the sum of
any one course needs no end.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from attrs import evolve

from protocol.model.guard import CumulativeDose
from protocol.model.protocol import Protocol
from protocol.model.regimen import AMOUNTS, Amount, Dose, Regimen, kind_of, regimen
from protocol.model.state import Interval, State, Taken
from protocol.model.time import DAY
from protocol.semantics.prepared import Prepared

LONGEST = 10**8
"""Minutes for which it is looked ahead until an amount will have been taken; longer than any course."""


def administered(given: Regimen, minutes: int) -> Fraction:
    """How much, in its own unit, a regimen gives in so many minutes from the one on at which it came into force."""
    if minutes <= 0:
        return Fraction(0)
    if given.is_once:
        return given.amount
    if given.days is None:
        return _steadily(given, minutes)
    cycles, rest = divmod(minutes, given.days.cycle)
    run = given.days.run
    in_run = min(max(rest - (given.days.first - 1) * DAY, 0), run)
    return cycles * _steadily(given, run) + _steadily(given, in_run)


def _steadily(given: Regimen, minutes: int) -> Fraction:
    return given.amount * (Fraction(minutes, given.every) if given.rate else -(-minutes // given.every))


def counted(prepared: Prepared, state: State, time: int) -> Taken | None:
    """What has been taken before a time at or after the state's; None where the protocol does not ask it."""
    if not prepared.counts_dose:
        return None
    before = state.taken or Taken()
    given = _in_force(prepared, state.dose)
    if given is None or state.changed is None or state.time is None:
        return before
    more = administered(given, time - state.changed) - administered(given, state.time - state.changed)
    return _added(prepared, before, Amount(more, given.unit, given.per)) if more else before


def with_supplement(prepared: Prepared, taken: Taken, supplement: Amount | None) -> Taken:
    """What has been taken with what was given at once beside the dose."""
    return taken if supplement is None else _added(prepared, taken, supplement)


def _added(prepared: Prepared, taken: Taken, more: Amount) -> Taken:
    if not is_counted(prepared.protocol, more.unit, more.per):
        return evolve(taken, incomplete=True)
    return evolve(taken, amount=taken.amount + more.amount * AMOUNTS[more.unit])


def is_counted(protocol: Protocol, unit: str, per: str) -> bool:
    """Whether an amount in this unit can be added to those of the levels: a mass to masses, per the same body size."""
    drugs = (level.regimen for level in protocol.levels if not level.regimen.is_placebo)
    return all((kind_of(one.unit), one.per) == (kind_of(unit), per) for one in drugs)


def _in_force(prepared: Prepared, dose: Dose) -> Regimen | None:
    match dose.kind:
        case "level":
            return prepared.protocol.level(dose.name).regimen
        case "off ladder":
            return _written(dose.name)
        case "none":
            return None


_written = lru_cache(maxsize=256)(regimen)


def cumulative(prepared: Prepared, state: State, term: CumulativeDose, time: int) -> Interval:
    """The dose taken before a time, in the unit of the term; at least so much where drug in other units was taken besides."""
    taken = counted(prepared, state, time) or Taken()
    low = in_unit(taken.amount, term)
    beyond = max((low, *prepared.constants.get(term, ()))) + 1
    return Interval(low, beyond if taken.incomplete else low)


def in_unit(amount: Fraction, term: CumulativeDose) -> Fraction:
    """An amount of a state in the unit of a term."""
    return amount / AMOUNTS[term.unit]


def taken_moments(prepared: Prepared, state: State, term: CumulativeDose, after: int) -> Iterator[int]:
    """The minutes after a time from which on, with the dose in force, a constant is reached, and is exceeded."""
    given, now = _in_force(prepared, state.dose), counted(prepared, state, after)
    if given is None or now is None or state.changed is None or not is_counted(prepared.protocol, given.unit, given.per):
        return
    begun = administered(given, after - state.changed)
    for constant in prepared.constants[term]:
        missing = (constant * AMOUNTS[term.unit] - now.amount) / AMOUNTS[given.unit]
        for strictly in (False, True):
            minutes = _until(given, begun + missing, strictly, after - state.changed)
            if minutes is not None:
                yield state.changed + minutes


def sum_changes(prepared: Prepared, state: State, longest: int) -> Iterator[int]:
    """Minutes of each level, up to ``longest``, after which another dose has been given, or at a rate a constant is reached."""
    if not prepared.counts_dose:
        return
    now = (state.taken or Taken()).amount
    constants = [value * AMOUNTS[term.unit] for term, values in _amounts(prepared) for value in values]
    for given in (level.regimen for level in prepared.protocol.levels):
        if given.rate:
            yield from (int((one - now) / (given.amount * AMOUNTS[given.unit]) * given.every) for one in constants if one > now)
        elif given.every:
            days, runs = given.days, range(0, longest + 1, given.days.cycle if given.days else longest + 1)
            start, run = ((days.first - 1) * DAY, days.run) if days else (0, longest)
            yield from (begun + start + due for begun in runs for due in range(0, run + 1, given.every))


def _amounts(prepared: Prepared) -> Iterator[tuple[CumulativeDose, tuple[Fraction, ...]]]:
    return ((term, values) for term, values in prepared.constants.items() if isinstance(term, CumulativeDose))


def _until(given: Regimen, amount: Fraction, strictly: bool, after: int) -> int | None:
    """The first number of minutes after ``after`` in which a regimen gives so much, or more; None if it never does."""

    def enough(minutes: int) -> bool:
        so_far = administered(given, minutes)
        return so_far > amount if strictly else so_far >= amount

    if enough(after) or not enough(LONGEST):
        return None
    low, high = after, LONGEST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
