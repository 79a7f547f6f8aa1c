"""As which rows does a compiled protocol take the visits of a patient, from a course or from the columns of a table of visits?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from attrs import Factory, frozen

from protocol.executors.compiled.coding import Coder, Update
from protocol.executors.compiled.frame import Frame
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.dose_text import dose_written
from protocol.model.input import Input
from protocol.model.protocol import Protocol

Columns = Mapping[str, Sequence[Any]]
"""A table of visits as plain columns."""


class Row(NamedTuple):
    """One visit: what was observed, and the code of what was given. ``dose_only``: nobody was seen, only the dose changed.

    ``raw`` are the observations of which something is computed.
    """

    time: int
    updates: Sequence[Update] = ()
    given: int = 0
    dose_only: bool = False
    raw: tuple[Observation, ...] = ()


class Texts(dict[str | None, int]):
    """The code of each dose as a table has it; one that is new is read."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader = reader

    def __missing__(self, text: str | None) -> int:
        given = dose_written((text or "").strip(), self._reader.frame.protocol)
        found = self[text] = self._reader.given(given)
        return found


@frozen(eq=False)
class Reader:
    """Reads visits of one protocol. ``givens`` are those of its tree; a given that is new gets the next code."""

    frame: Frame
    coders: tuple[Coder, ...]
    givens: list[Given | None]
    given_codes: dict[Given, int] = Factory(dict)
    texts: Texts = Factory(lambda self: Texts(self), takes_self=True)

    def given(self, given: Given | None) -> int:
        """The code of what was given; 0 where nobody knows."""
        if given is None or given.kind == "unknown":
            return 0
        code = self.given_codes.get(given)
        if code is None:
            code = self.given_codes[given] = len(self.givens)
            self.givens.append(given)
        return code

    # A course

    def of_course(self, course: Course) -> list[Row] | None:
        """The rows of a course; None where it has doses between visits, dates that are ranges, or readings of another time."""
        if course.exposures or any(before.time >= after.time for before, after in pairwise(course.visits)):
            return None
        if not all(self._fits(visit) for visit in course.visits):
            return None
        return [self._row(visit) for visit in course.visits]

    def _fits(self, visit: Visit) -> bool:
        names = {one.input for one in visit.observations}
        once = len(names) == len(visit.observations) and all(_is_of(visit, one) for one in visit.observations)
        measured = {item.name for item in self.frame.protocol.inputs}
        return once and visit.latest is None and names <= measured

    def _row(self, visit: Visit) -> Row:
        raw = tuple(one for one in visit.observations if one.input in self.frame.kept)
        updates = []
        for one in visit.observations:
            coder = self.coders[self.frame.numbers[one.input]]
            updates.append(coder.update(coder.codes_of(one)))
        return Row(visit.time, updates, self.given(visit.given), False, raw)

    # A table of visits

    def of_columns(self, columns: Columns, follow: str = "given") -> list[Row]:
        """The rows of a table of visits that was checked, given as plain columns."""
        times = columns["elapsed"]
        asked = [
            self.coders[number].column(*of_input(item.name, columns, len(times)))
            for number, item in enumerate(self.frame.protocol.inputs)
            if item.name in columns or f"{item.name}.not done" in columns
        ]
        updates = [list(filter(None, cells)) for cells in zip(*asked, strict=True)] if asked else [()] * len(times)
        givens = columns.get("given") if follow == "given" else None
        codes = [0] * len(times) if givens is None else list(map(self.texts.__getitem__, givens))
        only = [bool(one) for one in columns.get("dose only", ())] or [False] * len(times)
        return list(map(Row._make, zip(times, updates, codes, only, self._kept(columns, len(times)), strict=True)))

    def _kept(self, columns: Columns, length: int) -> Sequence[tuple[Observation, ...]]:
        """For each row the observations of which something is computed, as they were reported."""
        names = [name for name in self.frame.kept if name in columns or f"{name}.not done" in columns]
        if not names:
            return [()] * length
        return [tuple(one for name in names if (one := observation(name, columns, number))) for number in range(length)]


def of_input(name: str, columns: Columns, length: int) -> tuple[Sequence[Any], list[Sequence[Any]]]:
    """The values and, where the table has any of them, whether each was not done, the sign of a bound, and both limits."""
    nothing, has_parts = (None,) * length, any(f"{name}.{part}" in columns for part in _PARTS)
    parts = [columns.get(f"{name}.{part}", nothing) for part in _PARTS if has_parts]
    return columns.get(name, nothing), parts


def observation(name: str, columns: Columns, number: int) -> Observation | None:
    """What a row says of an input; None where it says nothing."""
    not_done, censored, lower, upper = (
        columns[f"{name}.{part}"][number] if f"{name}.{part}" in columns else None for part in _PARTS
    )
    value = columns[name][number] if name in columns else None
    if not_done:
        return Observation(name, None)
    return None if value is None else Observation(name, value, censored=censored or "", lower=lower, upper=upper)


def visit_of(protocol: Protocol, columns: Columns, number: int, follow: str) -> Visit:
    """A row of a table of visits as a visit of a course."""
    observed = (observation(item.name, columns, number) for item in protocol.inputs)
    text = columns["given"][number] if follow == "given" and "given" in columns else None
    return Visit(columns["elapsed"][number], tuple(one for one in observed if one), dose_written((text or "").strip(), protocol))


_PARTS = ("not done", "censored", "lower", "upper")


def _is_of(visit: Visit, one: Observation) -> bool:
    return one.observed in (None, visit.time) and (one.recorded is None or one.recorded <= visit.time)


def coders(frame: Frame) -> tuple[Coder, ...]:
    """A coder for each input."""
    return tuple(_coder(frame, number, item) for number, item in enumerate(frame.inputs))


def _coder(frame: Frame, number: int, item: Input) -> Coder:
    """The coder of an input; nobody reads how many times its baseline a value is."""
    terms = tuple(term for term in frame.terms.values() if term.input == number and term.limit != "baseline")
    return Coder(item, terms, number, frame.observed(item.name), frame.begins[number])
