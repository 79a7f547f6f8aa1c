"""Which readings give a score the points that a letter says? One after the other is changed, that which brings it nearest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import frozen

from protocol.model.course import Given, Observation, Visit
from protocol.model.formula import Current, parts
from protocol.model.guard import Ratio, Value
from protocol.model.input import Choice, Grade, Number, Score, YesNo
from protocol.model.protocol import Protocol
from protocol.model.state import Interval, State
from protocol.semantics.arriving import arrive
from protocol.semantics.cells import cells
from protocol.semantics.prepared import Prepared
from protocol.semantics.scores import scored
from protocol.semantics.step import initial, step
from protocol.verification.patients.readable import LIMITS, Piece, in_few_digits
from protocol.verification.search.ordinary import ordinary_limits

Said = Mapping[str, Observation]


@frozen(eq=False)
class Scoring:
    """A score at a visit: the state before it, and the inputs of which the path leaves open what they are."""

    prepared: Prepared
    score: Score
    state: State
    time: int
    free: tuple[str, ...]

    def filled(self, said: Said, wanted: Piece) -> Said | None:
        """What is said of the visit and more, so that the score is in the piece; None where that was not found."""
        found, off = said, self._off(said, wanted)
        while off:
            tries = [{**found, name: one} for name in self.free for one in self._options(name) if found.get(name) != one]
            nearest = min(((self._off(one, wanted), number) for number, one in enumerate(tries)), default=(off, 0))
            if nearest[0] >= off:
                return None
            found, off = tries[nearest[1]], nearest[0]
        return found

    def _off(self, said: Said, wanted: Piece) -> Fraction:
        """How many points the score is away from the piece."""
        scene, _ = arrive(self.prepared, self.state, Visit(self.time, tuple(said.values())))
        value = scored(self.prepared, scene.state, self.score, self.time).value
        assert isinstance(value, Interval)
        if wanted.holds(value.low):
            return Fraction(0)
        ends = (wanted.low, wanted.low if wanted.high is None else wanted.high)
        return min(abs(value.low - end) for end in ends) or Fraction(1, 2)

    def _options(self, name: str) -> Iterator[Observation]:
        """A reading of each piece into which everything that is asked cuts an input."""
        constants = self.prepared.constants
        match self.prepared.inputs[name].kind:
            case Choice(options):
                yield from (Observation(name, option) for option in options)
            case YesNo():
                yield from (Observation(name, answer) for answer in ("no", "yes"))
            case Grade():
                yield from (Observation(name, grade) for grade in range(6))
            case Number(_, low, high):
                for value in cells(Interval(low, high), constants.get(Value(name), ())):
                    yield Observation(name, next((one for one in in_few_digits(value) if one == value), value))
                ratios = constants.get(Ratio(name, "ULN"), ())
                for ratio in cells(Interval(Fraction(0), max(ratios) + 1), ratios) if ratios else ():
                    lower, upper = ordinary_limits(self.prepared.inputs[name]) or (None, LIMITS[0])
                    if low <= ratio * upper <= high:
                        yield Observation(name, ratio * upper, lower=lower, upper=upper)


def behind(prepared: Prepared, score: Score) -> tuple[str, ...]:
    """The inputs that are measured on which a score rests, those of computed numbers too."""
    found: dict[str, None] = {}
    for name in prepared.inputs_behind(score):
        number = prepared.numbers.get(name)
        names = [name] if number is None else [part.input for part in parts(number.value) if isinstance(part, Current)]
        found |= dict.fromkeys(names)
    return tuple(found)


def state_before(
    protocol: Protocol, times: Sequence[int], said: Sequence[Said], given: Sequence[Given | None], visit: int
) -> State:
    """The state after the visits before this one."""
    state = initial(protocol)
    for earlier in range(visit):
        state = step(protocol, state, Visit(times[earlier], tuple(said[earlier].values()), given[earlier])).state
    return state
