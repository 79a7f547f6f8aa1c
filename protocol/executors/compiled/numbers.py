"""What is a number that is computed from readings, as codes? Exact, and computed once for the same readings, whoever has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from attrs import Factory, frozen

from protocol.executors.compiled.terms import Term
from protocol.model.formula import Current, Earlier, Part, parts
from protocol.model.input import DerivedNumber
from protocol.model.state import Held, Interval, State
from protocol.semantics.computed import computed, reading_of
from protocol.semantics.prepared import Prepared

_MOST = 20_000
"""Values of the parts for which it is remembered what comes of them; with more all is forgotten."""


@frozen(eq=False)
class Found:
    """A number as it was computed: the codes of its terms, whether it is known, and whether it cannot be and is refused."""

    codes: tuple[int, ...]
    is_known: bool
    is_refused: bool


@frozen(eq=False)
class OfNumber:
    """A derived number: its registers (the time if it is known, its date) and those of its terms.

    ``known`` has what came of values of the parts, by their identity, and these values, so that they stay what they are: what is
    written alike in a table is read as one value.
    """

    number: DerivedNumber
    place: int
    valid: int
    date: int
    terms: tuple[tuple[Term, int], ...]
    known: dict[Any, tuple[Found, tuple[object, ...]]] = Factory(dict)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What its formula asks."""
        return parts(self.number.value)

    @cached_property
    def measured(self) -> frozenset[str]:
        """The inputs that are measured anew when the number is."""
        return frozenset(part.input for part in self.parts if isinstance(part, Current))

    def at(self, prepared: Prepared, state: State, time: int) -> tuple[Found, int | None]:
        """What it is at a time, and its date: that of its newest part, or when a part that is missing could be of."""
        held = [self._reading(prepared, state, part, time) for part in self.parts]
        stand_in = self._stand_in(state)
        found = self.found(prepared, state, held, stand_in, time)
        return found, self.date_of(found, held, stand_in, time)

    def date_of(self, found: Found, held: Sequence[Held | None], stand_in: frozenset[str], time: int) -> int | None:
        """Its date at a time: that of its newest part, or when a part that is missing could be of."""
        dates = [one.observed for one in held if one is not None]
        if not found.is_known and len(dates) < len(held):
            dates += self._possible_dates(held, stand_in, time)
        return max(dates, default=None)

    def _reading(self, prepared: Prepared, state: State, part: Part, time: int) -> Held | None:
        """The reading of a part; of several earlier ones the nearest to the time that is named, of two as near the older one."""
        if not isinstance(part, Earlier):
            return reading_of(prepared, state, self.number, part, time)
        (before, after), named, best, least = self.number.window or (0, 0), time - part.ago, None, 0
        for held in state.history:
            if held.input == part.input and -before <= held.observed - named <= after:
                away = abs(held.observed - named)
                if best is None or (away, held.observed) < (least, best.observed):
                    best, least = held, away
        return best

    def _stand_in(self, state: State) -> frozenset[str]:
        """The inputs for which something stands in where they are missing; not where they were refused."""
        if not self.number.defaults:
            return frozenset()
        refused = {one.input for one in state.refused_last}
        return frozenset(name for name, _ in self.number.defaults if name not in refused)

    def _possible_dates(self, held: Sequence[Held | None], stand_in: frozenset[str], time: int) -> Iterator[int]:
        """When parts that are missing could be of; a baseline is never newer than the start."""
        before = self.number.window[1] if self.number.window else 0
        for part, one in zip(self.parts, held, strict=True):
            if one is None and isinstance(part, Earlier):
                yield time - part.ago + before
            elif one is None and isinstance(part, Current) and part.input not in stand_in:
                yield time

    def found(self, prepared: Prepared, state: State, held: Sequence[Held | None], stand_in: frozenset[str], time: int) -> Found:
        """What comes of these readings of its parts, which are those of a state."""
        if self._asks_computed(prepared):
            return self._computed(prepared, state, time)
        key = self.key(held, stand_in)
        known = self.known.get(key)
        if known is None:
            if len(self.known) >= _MOST:
                self.known.clear()
            values = tuple([None if one is None else one.value for one in held])
            known = self.known[key] = self._computed(prepared, state, time), values
        return known[0]

    def key(self, held: Sequence[Held | None], stand_in: frozenset[str]) -> tuple[object, ...]:
        """By what it is remembered what came of values."""
        return stand_in, *[0 if one is None else id(one.value) for one in held]

    def _asks_computed(self, prepared: Prepared) -> bool:
        """Whether a part is computed itself, so that it is another value each time."""
        return not (self.measured.isdisjoint(prepared.numbers) and self.measured.isdisjoint(prepared.scores))

    def _computed(self, prepared: Prepared, state: State, time: int) -> Found:
        """What comes of its parts."""
        result = computed(prepared, state, self.number, time)
        value = result.plausible()
        kind = self.number.kind
        span = value or Interval(kind.low, kind.high)
        closed = Interval(span.low, span.high)
        codes = tuple(term.code(*term.cells.range_of(closed if term.limit else span)) for term, _ in self.terms)
        is_refused = result.complete and result.value is not None and value is None
        return Found(codes, result.complete and value is not None, is_refused)
