"""As which rows does a compiled protocol take the visits of a patient, from a course or from the columns of a table of visits?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from attrs import define, field, frozen

from protocol.executors.compiled.coding import Coder, Codes
from protocol.executors.compiled.frame import Frame
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.dose_text import dose_written
from protocol.model.protocol import Protocol

Columns = Mapping[str, Sequence[Any]]
"""A table of visits as plain columns."""
Update = tuple[int, Codes]
"""The number of an input, and its codes."""


@define
class Row:
    """One visit: what was observed, and the code of what was given. ``dose_only``: nobody was seen, only the dose changed.

    ``raw`` are the observations of which something is computed.
    """

    time: int
    updates: list[Update] = field(factory=list)
    given: int = 0
    dose_only: bool = False
    raw: tuple[Observation, ...] = ()


@frozen(eq=False)
class Reader:
    """Reads visits of one protocol. ``givens`` are those of its tree; a given that is new gets the next code."""

    frame: Frame
    coders: tuple[Coder, ...]
    givens: list[Given | None]
    given_codes: dict[Given, int] = field(factory=dict)
    texts: dict[str, int] = field(factory=dict)

    def given(self, given: Given | None) -> int:
        """The code of what was given; 0 where nobody knows."""
        if given is None or given.kind == "unknown":
            return 0
        code = self.given_codes.get(given)
        if code is None:
            code = self.given_codes[given] = len(self.givens)
            self.givens.append(given)
        return code

    def written(self, text: str | None) -> int:
        """The code of what was given as a table has it."""
        code = self.texts.get(text or "")
        if code is None:
            code = self.texts[text or ""] = self.given(dose_written((text or "").strip(), self.frame.protocol))
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
        row = Row(visit.time, given=self.given(visit.given), raw=raw)
        for one in visit.observations:
            number = self.frame.numbers[one.input]
            row.updates.append((number, self.coders[number].codes_of(one)))
        return row

    # A table of visits

    def of_columns(self, columns: Columns, follow: str = "given") -> list[Row]:
        """The rows of a table of visits that was checked, given as plain columns."""
        rows = [Row(time) for time in columns["elapsed"]]
        for number, item in enumerate(self.frame.protocol.inputs):
            if item.name in columns or f"{item.name}.not done" in columns:
                codes = self.coders[number].column(*_of_input(item.name, columns, len(rows)))
                for row, found in zip(rows, codes, strict=True):
                    if found is not None:
                        row.updates.append((number, found))
                if item.name in self.frame.kept:
                    _keep(rows, item.name, columns)
        if follow == "given" and "given" in columns:
            for row, text in zip(rows, columns["given"], strict=True):
                row.given = self.written(text)
        for row, only in zip(rows, columns.get("dose only", ()), strict=False):
            row.dose_only = bool(only)
        return rows


def _of_input(name: str, columns: Columns, length: int) -> tuple[Sequence[Any], list[Sequence[Any]]]:
    """The values and, where the table has any of them, whether each was not done, the sign of a bound, and both limits."""
    nothing, has_parts = (None,) * length, any(f"{name}.{part}" in columns for part in _PARTS)
    parts = [columns.get(f"{name}.{part}", nothing) for part in _PARTS if has_parts]
    return columns.get(name, nothing), parts


def _keep(rows: list[Row], name: str, columns: Columns) -> None:
    """The observations of an input, as they were reported."""
    for number, row in enumerate(rows):
        one = _observation(name, columns, number)
        if one is not None:
            row.raw = (*row.raw, one)


def _observation(name: str, columns: Columns, number: int) -> Observation | None:
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
    observed = (_observation(item.name, columns, number) for item in protocol.inputs)
    text = columns["given"][number] if follow == "given" and "given" in columns else None
    return Visit(columns["elapsed"][number], tuple(one for one in observed if one), dose_written((text or "").strip(), protocol))


_PARTS = ("not done", "censored", "lower", "upper")


def _is_of(visit: Visit, one: Observation) -> bool:
    return one.observed in (None, visit.time) and (one.recorded is None or one.recorded <= visit.time)


def coders(frame: Frame) -> tuple[Coder, ...]:
    """A coder for each input."""
    return tuple(
        Coder(item, tuple(term for term in frame.terms.values() if term.input == number and term.limit != "baseline"))
        for number, item in enumerate(frame.inputs)
    )
