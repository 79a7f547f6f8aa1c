"""Visits and courses of a protocol, with values and times at and around its thresholds, and with everything that data can be."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from attrs import evolve
from hypothesis import strategies as st

from protocol.model.course import Course, Exposure, Given, Observation, Visit
from protocol.model.guard import (
    Limit,
    Ratio,
    Term,
    Value,
)  # fmt: skip
from protocol.model.input import Choice, Grade, Input, Number, YesNo
from protocol.model.protocol import (
    Protocol,
)
from protocol.model.regimen import regimen
from protocol.model.time import DAY, WEEK
from protocol.testing.choosing import Choose, drawing
from protocol.testing.thresholds import gaps, thresholds

_NEAR = Fraction(1, 100)
_LIMITS: tuple[Limit, ...] = ("ULN", "LLN", "baseline")
_BESIDE = (regimen("300 mg every day"), regimen("50 mg every 3 days"), regimen("9 U/kg/h"))


@lru_cache(maxsize=256)
def _observations(protocol: Protocol) -> tuple[tuple[Observation | None, ...], ...]:
    """For each input, what a visit may say of it, the ordinary first."""
    constants = thresholds(protocol)
    return tuple((None, None, *_of_input(item, constants)) for item in protocol.inputs)


def _of_input(item: Input, constants: dict[Term, tuple[Fraction, ...]]) -> tuple[Observation, ...]:
    name, missing = item.name, Observation(item.name, None)
    match item.kind:
        case Choice(options):
            return (*(Observation(name, option) for option in options), missing, Observation(name, "maybe"))
        case YesNo():
            return (Observation(name, "no"), Observation(name, "yes"), missing)
        case Grade():
            grades = tuple(Observation(name, Fraction(grade)) for grade in range(6))
            return (*grades, missing, Observation(name, Fraction(6)), Observation(name, Fraction(2), censored=">="))
        case Number(unit, low, high):
            cuts = constants.get(Value(name), (Fraction(1),))
            near = tuple(value for cut in cuts for value in (cut - _NEAR, cut, cut + _NEAR))
            plain = [Observation(name, value) for value in dict.fromkeys((*near, low, high)) if low <= value <= high]
            limited = [_with_limits(item, quotient) for quotient in _quotients(item, constants)]
            odd = [Observation(name, cuts[0], censored=sign) for sign in ("<", "<=", ">", ">=")]
            return (*plain, *limited, *plain, missing, *odd, *_refused(name, unit, low, high))


def _quotients(item: Input, constants: dict[Term, tuple[Fraction, ...]]) -> tuple[Fraction, ...]:
    cuts = tuple(cut for limit in _LIMITS for cut in constants.get(Ratio(item.name, limit), ()))
    same = (Fraction(1),) if (Ratio(item.name, "baseline")) in constants else ()
    return (*same, *(value for cut in cuts for value in (cut - _NEAR, cut, cut + _NEAR)))


def _with_limits(item: Input, quotient: Fraction) -> Observation:
    lower, upper = Fraction(4), Fraction(20)
    return Observation(item.name, max(Fraction(0), quotient) * upper, lower=lower, upper=upper)


def _refused(name: str, unit: str, low: Fraction, high: Fraction) -> tuple[Observation, ...]:
    """A unit of something else, values that cannot be, and, for counts, a unit that has to be converted."""
    other = (Observation(name, low + 1, unit="kg"), Observation(name, high + 1), Observation(name, low - 1))
    return (*other, Observation(name, 900, unit="/uL")) if unit == "10*9/L" else other


@lru_cache(maxsize=256)
def _givens(protocol: Protocol) -> tuple[Given | None, ...]:
    named = (Given("regimen", level.regimen, level.name) for level in protocol.levels if level.regimen.is_once)
    levels = (*(Given("regimen", level.regimen) for level in protocol.levels), *named)
    if any(rule.action.anew for rule in protocol.rules):
        levels += tuple(Given("regimen", level.regimen, anew=True) for level in protocol.levels)
    others = (Given("none"), *(Given("regimen", dose) for dose in _BESIDE), Given("unknown"), Given("stopped"))
    return ((None,) * 12 + levels * 2) + others


def any_visit(choose: Choose, protocol: Protocol, time: int, *, given: bool = True) -> Visit:
    """One visit at ``time`` with values of the protocol's inputs at and around their thresholds, some of them missing or odd."""
    found = [chosen for options in _observations(protocol) if (chosen := choose(options)) is not None]
    if found:
        found[-1] = evolve(found[-1], **_timing(choose, protocol.input(found[-1].input), time))
    twice = choose(_observations(protocol)[0]) if choose((False,) * 7 + (True,)) else None
    dose = choose(_givens(protocol)) if given else None
    return Visit(time, (*found, twice) if twice else tuple(found), dose)


def _timing(choose: Choose, item: Input, time: int) -> dict[str, int]:
    """Usually at the visit; sometimes observed at the edge of its validity, or recorded only now."""
    edge = WEEK if item.valid_for is None else item.valid_for
    before = choose((None,) * 8 + (DAY, edge, edge + 1))
    if before is None:
        return {}
    return {"observed": time - before, "recorded": choose((time - before, time))}


def any_time(choose: Choose, protocol: Protocol, after: int) -> int:
    """A time of a next visit: some threshold of time after the last one, or after the first dose."""
    later = tuple(gap for gap in gaps(protocol) if gap > after)
    return int(choose(later)) if later and choose((False, False, False, True)) else after + int(choose(gaps(protocol)))


@st.composite
def visits(draw: st.DrawFn, protocol: Protocol, time: int, *, given: bool = True, ranges: bool = False) -> Visit:
    """Visits at ``time`` (minutes since the first dose).

    Values lie at, just below and just above every constant they are compared with. They may be missing, not done, too old,
    recorded late, given twice, censored, without limits of normal, implausible, or in another unit. ``given`` False leaves out
    what was given. ``ranges`` allows a time that is known only to within a week.
    """
    visit = any_visit(drawing(draw), protocol, time, given=given)
    return evolve(visit, latest=time + draw(st.sampled_from((DAY, WEEK)))) if ranges and draw(st.booleans()) else visit


@st.composite
def courses(
    draw: st.DrawFn, protocol: Protocol, *, min_visits: int = 1, max_visits: int = 6, given: bool = True, ranges: bool = False
) -> Course:
    """Courses of ``min_visits`` to ``max_visits`` visits, one after another where validities end and clocks come due.

    ``given`` False leaves out what was given, so that the course follows the recommendations. ``ranges`` allows visits whose
    time is a range, and doses given as intervals. Some visits repeat an earlier observation with another value, recorded now.
    """
    choose = drawing(draw)
    time, found = int(choose((0, 0, -WEEK))), list[Visit]()
    for _ in range(draw(st.integers(min_visits, max_visits))):
        visit = draw(visits(protocol, time, given=given, ranges=ranges))
        found.append(_corrected(choose, protocol, visit, found[-1]) if found else visit)
        time = any_time(choose, protocol, time if visit.latest is None else visit.latest)
    exposures = _exposures(choose, protocol, found) if ranges and given else ()
    return Course("drawn", tuple(found), exposures)


def _corrected(choose: Choose, protocol: Protocol, visit: Visit, before: Visit) -> Visit:
    """Sometimes the visit also reports, only now, another value of what was observed at the visit before it."""
    if not before.observations or not choose((False,) * 5 + (True,)):
        return visit
    old = before.observations[0]
    place = next(place for place, item in enumerate(protocol.inputs) if item.name == old.input)
    new = choose([option for option in _observations(protocol)[place] if option is not None])
    observed = before.time if old.observed is None else old.observed
    return evolve(visit, observations=(*visit.observations, evolve(new, observed=observed, recorded=visit.time)))


def _exposures(choose: Choose, protocol: Protocol, found: Sequence[Visit]) -> tuple[Exposure, ...]:
    if choose((True, True, True, False)):
        return ()
    dose = Given("regimen", choose(protocol.levels).regimen)
    return (Exposure(found[0].time, choose((None, found[-1].time + DAY)), dose),)
