"""From what was reported at a visit to what counts: units become canonical, bad readings are refused, repeats are settled.

A refused or contradictory reading makes its input unknown; the visit is still decided. Within one time of observation a
reading recorded later corrects one recorded earlier; of several times of observation the latest counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from attrs import evolve, frozen

from protocol.errors import NotationError, VisitError
from protocol.model.course import Observation, Visit
from protocol.model.decision import Refusal
from protocol.model.input import Choice, Grade, Input, Number, YesNo
from protocol.model.quantity import convert, exact, say_number
from protocol.model.quick import quickly
from protocol.model.state import Held, Interval, State
from protocol.model.time import say_time
from protocol.semantics.prepared import Prepared
from protocol.semantics.remembered import corrected, in_order_of_name, looked_back, narrowed
from protocol.semantics.repeats import one_of

CENSORED = ("", "<", "<=", ">", ">=")


@frozen
class Accepted:
    """The readings after a visit, the inputs that were read at it, and what was refused."""

    readings: tuple[Held, ...]
    measured: frozenset[str]
    refused: tuple[Refusal, ...]
    baseline: tuple[Held, ...] = ()
    history: tuple[Held, ...] = ()
    refused_last: tuple[Held, ...] = ()

    def into(self, state: State, time: int | None = None) -> State:
        """The state with these readings in place, at a time if that is another one."""
        return state.moved(
            readings=self.readings,
            baseline=self.baseline,
            history=self.history,
            refused_last=self.refused_last,
            time=state.time if time is None else time,
        )


_Held, _Accepted = quickly(Held), quickly(Accepted)


def accept(prepared: Prepared, state: State, visit: Visit) -> Accepted:
    """The readings that count after the observations of a visit; raises VisitError for an input the protocol does not have."""
    readings = {held.input: held for held in state.readings}
    refused: list[Refusal] = []
    measured: set[str] = set()
    kept = {held.input: held for held in state.baseline}
    last = {held.input: held for held in state.refused_last}
    by_input = _by_input(visit)
    for name, observations in by_input.items():
        item, before = prepared.inputs.get(name), readings.get(name)
        if name in prepared.numbers or name in prepared.scores:
            raise VisitError(f"'{name}' is computed by {prepared.protocol.name}", "Report what it is computed from.")
        if item is None:
            raise VisitError(f"'{name}' is not an input of {prepared.protocol.name}", prepared.instead_of(name))
        held, turned_down = _settle(item, before, observations, visit)
        if turned_down:  # Mostly nothing is.
            refused += turned_down
        if name in prepared.defaulted and (held is None or held is not before):
            last.pop(name, None)
            if held is None and turned_down and _was_value(observations, visit):
                last[name] = Held(name, None, visit.time, "")
        if held is not None:
            if held is not before:
                measured.add(name)
            readings[name] = held
        elif before is not None:
            if before.value is not None and state.started is None and name in prepared.baselines:
                kept[name] = before
            readings[name] = evolve(before, value=None)
    # A dict keeps its order, so only a new name has to be put into its place.
    in_order = readings if len(readings) == len(state.readings) else sorted(readings)
    ordered = tuple([readings[name] for name in in_order])
    if not (kept or prepared.reach):
        return _Accepted(ordered, frozenset(measured), tuple(refused), (), (), in_order_of_name(last))
    told = {name: _told(observations, visit) for name, observations in by_input.items()}
    baseline, history = (corrected(past, readings, told) for past in (in_order_of_name(kept), state.history))
    history = looked_back(prepared, history, readings, measured, visit.time)
    return _Accepted(ordered, frozenset(measured), tuple(refused), baseline, history, in_order_of_name(last))


def _by_input(visit: Visit) -> dict[str, tuple[Observation, ...]]:
    """The observations of each input; mostly there is one."""
    found: dict[str, tuple[Observation, ...]] = {observation.input: (observation,) for observation in visit.observations}
    if len(found) == len(visit.observations):
        return found
    return {name: tuple(one for one in visit.observations if one.input == name) for name in found}


Settled = tuple[Held | None, Sequence[Refusal]]


def _settle(item: Input, before: Held | None, observations: tuple[Observation, ...], visit: Visit) -> Settled:
    """The reading that counts after these observations of one input, and the refusals."""
    first = observations[0]
    is_now = first.observed is None and len(observations) == 1 and not item.fixed
    if is_now and (before is None or before.observed <= visit.time):
        # The usual case: one observation, made at this visit, so that there is nothing to choose between.
        try:
            return read_one(item, first, visit), ()
        except NotationError as error:
            return None, (Refusal(first, str(error)),)
    current, refused = _current(observations, visit)
    if item.fixed and before is not None and before.value is not None and _observed(current[0], visit) != before.observed:
        return _fixed(item, before, current, visit, refused)
    if before is not None and _observed(current[0], visit) < before.observed:
        why = f"observed before the reading of {say_time(before.observed)} that is in force"
        return before, refused + [Refusal(observation, why) for observation in current]
    read: list[tuple[Observation, Held | None]] = []
    for observation in current:
        try:
            read.append((observation, read_one(item, observation, visit)))
        except NotationError as error:
            refused.append(Refusal(observation, str(error)))
    if len(read) < len(current):
        return None, refused
    held, repeated = one_of(item, read)
    return held, refused + repeated


def _fixed(item: Input, fixed: Held, current: list[Observation], visit: Visit, refused: list[Refusal]) -> Settled:
    """The value that stands for ever, more exact where it was only a bound; what cannot be it is refused."""
    for observation in current:
        try:
            read = read_one(item, observation, visit)
        except NotationError as error:
            refused.append(Refusal(observation, str(error)))
            continue
        both = fixed if read is None else narrowed(fixed, read)
        if both is None:
            stands = f"the fixed value of {say_time(fixed.observed)}, {fixed.text}"
            refused.append(Refusal(observation, f"differs from {stands}; correct the earlier record if that one is wrong"))
        fixed = both or fixed
    return fixed, refused


def _was_value(observations: Sequence[Observation], visit: Visit) -> bool:
    """Whether the last thing reported was a value, and not that it was ``not done``."""
    seen = [item for item in observations if _observed(item, visit) <= visit.time]
    return any(item.value is not None for item in (_current(seen, visit)[0] if seen else observations))


def _told(observations: Sequence[Observation], visit: Visit) -> int:
    """When what the visit says of an input was observed."""
    return max((time for item in observations if (time := _observed(item, visit)) <= visit.time), default=visit.time)


def _current(observations: Sequence[Observation], visit: Visit) -> tuple[list[Observation], list[Refusal]]:
    """The observations of the latest time, corrections applied, and refusals of those the visit cannot have seen."""
    refused = [Refusal(item, "observed after the visit") for item in observations if _observed(item, visit) > visit.time]
    seen = [item for item in observations if _observed(item, visit) <= visit.time]
    if not seen:
        return [evolve(observations[0], value=None, observed=None)], refused
    latest = max(_observed(item, visit) for item in seen)
    older = [Refusal(item, "an older reading of the same visit") for item in seen if _observed(item, visit) < latest]
    newest = [item for item in seen if _observed(item, visit) == latest]
    recorded = max(_recorded(item, visit) for item in newest)
    corrected = [Refusal(item, "corrected later") for item in newest if _recorded(item, visit) < recorded]
    return [item for item in newest if _recorded(item, visit) == recorded], refused + older + corrected


def _observed(observation: Observation, visit: Visit) -> int:
    return visit.time if observation.observed is None else observation.observed


def _recorded(observation: Observation, visit: Visit) -> int:
    return _observed(observation, visit) if observation.recorded is None else observation.recorded


def read_one(item: Input, observation: Observation, visit: Visit) -> Held | None:
    """One observation as a reading in the declared unit; None for ``not done``; raises NotationError if it is no such value."""
    said = observation.value
    if said is None:
        return None
    value, text, lower, upper = _understood(
        item,
        said if isinstance(said, str) else said.as_integer_ratio(),
        observation.unit,
        observation.censored,
        observation.lower,
        observation.upper,
    )
    return _Held(item.name, value, visit.time if observation.observed is None else observation.observed, text, lower, upper)


# Laboratories round, so the same few hundred values come again and again. To hash a fraction takes as long as all the rest.
@lru_cache(maxsize=8_192)
def _understood(
    item: Input, said: str | tuple[int, int], unit: str, censored: str, lower: Fraction | str | None, upper: Fraction | str | None
) -> tuple[Interval | str, str, Fraction | None, Fraction | None]:
    """What an observation says whenever it was made: the value, its text as reported, and the limits of normal."""
    value = said if isinstance(said, str) else Fraction(*said)
    if censored not in CENSORED:
        raise NotationError(f"'{censored}' is not a sign of a censored value", f"Signs: {' '.join(CENSORED[1:])}.")
    observation = Observation(item.name, value, unit, censored, lower, upper)
    text = _as_reported(observation)
    match item.kind:
        case Choice(options):
            return _option(observation, options), text, None, None
        case YesNo():
            return _option(observation, ("yes", "no")), text, None, None
        case Grade():
            return _grade(observation), text, None, None
        case Number() as kind:
            limits = _limits(kind, observation)
            return _interval(kind, observation), text, *limits


def _as_reported(observation: Observation) -> str:
    value = observation.value
    shown = say_number(value) if isinstance(value, Fraction) else str(value)
    return f"{observation.censored}{shown} {observation.unit}".strip()


def _option(observation: Observation, options: tuple[str, ...]) -> str:
    text = str(observation.value).strip()
    if text not in options:
        raise NotationError(f"'{text}' is not an option of {observation.input}", f"Options: {', '.join(options)}.")
    return text


def _grade(observation: Observation) -> Interval:
    """A grade, or a range of grades such as ``<=1``: whole numbers from 0 to 5."""
    value = exact(_number(observation))
    whole = Number("", Fraction(0), Fraction(5))
    # "1 and 3" is read as 1 with the unit "and 3"; a grade has none.
    if value.denominator != 1 or not 0 <= value <= 5 or observation.unit not in ("", "grade"):
        raise NotationError(
            f"'{_as_reported(observation)}' is not a grade", "A grade is a whole number from 0 to 5, and no more."
        )
    return _bounded(whole, observation, value)


def _number(observation: Observation) -> Fraction | str:
    assert observation.value is not None
    return observation.value


def _interval(kind: Number, observation: Observation) -> Interval:
    value = _converted(kind, observation, _number(observation))
    if not kind.low <= value <= kind.high:
        raise NotationError(
            f"{_as_reported(observation)} is not plausible for {observation.input}",
            f"Plausible: {say_number(kind.low)} to {say_number(kind.high)} {kind.unit}.",
        )
    return _bounded(kind, observation, value)


def _bounded(kind: Number, observation: Observation, value: Fraction) -> Interval:
    """The values that the observation leaves: one, or those on one side of a censored value."""
    match observation.censored:
        case "":
            return Interval(value, value)
        case "<" | "<=":
            interval = Interval(kind.low, value, open_high=observation.censored == "<")
        case _:
            interval = Interval(value, kind.high, open_low=observation.censored == ">")
    if interval.low == interval.high and (interval.open_low or interval.open_high):
        raise NotationError(f"no plausible value is {_as_reported(observation)}", "Check the bound of the censored value.")
    return interval


def _limits(kind: Number, observation: Observation) -> tuple[Fraction | None, Fraction | None]:
    lower, upper = _limit(kind, observation, "lower"), _limit(kind, observation, "upper")
    if lower is not None and upper is not None and lower > upper:
        why = f"the limits of normal of {observation.input} are the wrong way round"
        raise NotationError(why, "Write the lower one first.")
    return lower, upper


def _limit(kind: Number, observation: Observation, side: str) -> Fraction | None:
    reported = getattr(observation, side)
    if reported is None:
        return None
    limit = _converted(kind, observation, reported)
    # Laboratories print 0 as a lower limit, also of what is never 0.
    lowest = min(kind.low, Fraction(0)) if side == "lower" else kind.low
    if not lowest <= limit <= kind.high or (side == "upper" and limit == 0):
        raise NotationError(f"{say_number(limit)} is not a limit of normal of {observation.input}", "Leave it empty if unknown.")
    return limit


def _converted(kind: Number, observation: Observation, value: Fraction | str) -> Fraction:
    number = exact(value)
    return number if observation.unit in ("", kind.unit) else convert(number, observation.unit, kind.unit)
