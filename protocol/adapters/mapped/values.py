"""What the cells of one row say of one input: a value as the protocol has it, or why it is refused.

What is refused is handed on as it was reported, so that the protocol refuses it as well: the input is then unknown, and no
earlier value is carried past it.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import Factory, evolve, frozen

from protocol.adapters.cells import Default, observations
from protocol.adapters.mapped.account import Wrong
from protocol.adapters.problems import Cell, Problems, quoted
from protocol.errors import NotationError
from protocol.model.course import Observation
from protocol.model.input import Grade, Input, Number
from protocol.model.mapping import Reading
from protocol.model.quantity import convert, exact, say_number, unit

NO_UNIT = "(no unit)"
"""What stands for a unit that is missing; it is no unit, so that the reading is refused wherever it goes."""


@frozen
class Reported:
    """The cells of a row that belong to one value, as texts. ``undone``: another cell says that it was not measured."""

    value: str
    unit: str = ""
    lower: str = ""
    upper: str = ""
    undone: bool = False


@frozen
class Value:
    """What the cells say: observations (none where they are empty), and what is to be said of them."""

    observations: tuple[Observation, ...] = ()
    wrong: Wrong | None = None
    limits: Wrong | None = None
    renamed: str = ""
    converted: tuple[str, str] | None = None


@frozen
class Reader:
    """Reads the values of one reading of a mapping; the same cells are read once."""

    input: Input
    reading: Reading
    units: dict[str, str]
    _known: dict[Reported, Value] = Factory(dict)

    def read(self, reported: Reported) -> Value:
        """What the cells of a value say."""
        if reported not in self._known:
            self._known[reported] = self._read(reported)
        return self._known[reported]

    def _read(self, reported: Reported) -> Value:
        text = reported.value
        if reported.undone:
            return Value((Observation(self.input.name, None),))
        if not text:
            return Value()
        if self.reading.values is not None:
            word = self.reading.values.of(text)
            if word is None:
                what = f"'values' has no word for {quoted(text)}"
                return self._refused(
                    text, Wrong("S030", what, f"Add it to 'values' of '{self.input.name}', or 'otherwise: ...'.")
                )
            text = word
        lower, upper, limits = self._limits(reported)
        renamed, unit = self._unit(reported)
        value = self._observed(text, Default(unit, lower=lower, upper=upper))
        return evolve(value, limits=limits if value.wrong is None else None, renamed=renamed)

    def _observed(self, text: str, default: Default) -> Value:
        problems = Problems("", (text,))
        found = observations(Cell(text, 1, 1), self.input, default, problems)
        if problems.found:
            first = problems.found[0]
            return self._refused(text, Wrong(first.code, first.message, first.hint))
        wrong = next((why for one in found if (why := self._unfit(one))), None)
        return Value(found, wrong, converted=None if wrong else self._converted(found))

    def _refused(self, text: str, wrong: Wrong) -> Value:
        # A text that is no value of the input; the protocol refuses it too.
        return Value((Observation(self.input.name, text or "?", NO_UNIT if isinstance(self.input.kind, Number) else ""),), wrong)

    def _unit(self, reported: Reported) -> tuple[str, str]:
        """What a unit was renamed to, where it was, and the unit."""
        kind = self.input.kind
        if not isinstance(kind, Number):
            return "", ""
        if self.reading.in_unit:
            return "", self.reading.in_unit
        if self.reading.unit is None:
            return "", ""
        meant = self.units.get(reported.unit, reported.unit)
        renamed = f"{reported.unit or 'no unit'} is {meant}" if meant != reported.unit else ""
        return renamed, meant or ("" if kind.unit == "1" else NO_UNIT)

    def _limits(self, reported: Reported) -> tuple[Fraction | None, Fraction | None, Wrong | None]:
        try:
            lower, upper = (exact(text) if text else None for text in (reported.lower, reported.upper))
        except NotationError as error:
            return None, None, Wrong("C032", error.message, error.hint)
        if lower is not None and upper is not None and lower > upper:
            hint = "The lower one comes first."
            return None, None, Wrong("C032", f"the limits of normal {reported.lower} to {reported.upper} go down", hint)
        return lower, upper, None

    def _unfit(self, one: Observation) -> Wrong | None:
        """Why the protocol will refuse the reading of a number; None where it will not."""
        kind = self.input.kind
        if isinstance(kind, Grade) and one.value is not None:
            return _no_grade(one)
        if not isinstance(kind, Number) or one.value is None:
            return None
        if one.unit == NO_UNIT:
            return Wrong("S031", "a value without a unit", f"'{self.input.name}' is declared in {kind.unit}.")
        try:
            value, lower, upper = (
                None if part is None else _in(kind, one, exact(part)) for part in (one.value, one.lower, one.upper)
            )
        except NotationError as error:
            return Wrong("S032", error.message, error.hint)
        assert value is not None
        if not kind.low <= value <= kind.high:
            plausible = f"Plausible: {say_number(kind.low)} to {say_number(kind.high)} {kind.unit}."
            return Wrong("S033", f"{_shown(one)} is not plausible for '{self.input.name}'", plausible)
        beyond = [limit for limit in (lower, upper) if limit is not None and not _is_limit(kind, limit, limit is upper)]
        if beyond:
            return Wrong("S033", f"{say_number(beyond[0])} is no limit of normal of '{self.input.name}'", "Leave it out.")
        return _no_value_left(kind, one, value)

    def _converted(self, found: tuple[Observation, ...]) -> tuple[str, str] | None:
        kind = self.input.kind
        if not isinstance(kind, Number) or not found or found[0].value is None or not found[0].unit:
            return None
        given = unit(found[0].unit).name
        if given == kind.unit:
            return None
        return f"{given} to {kind.unit}", f"{_shown(found[0])} is {say_number(_in(kind, found[0], exact(found[0].value)))}"


def _in(kind: Number, one: Observation, value: Fraction) -> Fraction:
    return value if one.unit in ("", kind.unit) else convert(value, one.unit, kind.unit)


def _is_limit(kind: Number, limit: Fraction, is_upper: bool) -> bool:
    lowest = kind.low if is_upper else min(kind.low, Fraction(0))
    return lowest <= limit <= kind.high and not (is_upper and limit == 0)


def _no_grade(one: Observation) -> Wrong | None:
    """Why a reading is no grade; None where it is one."""
    assert one.value is not None
    value = exact(one.value)
    if value.denominator != 1 or not 0 <= value <= 5 or one.unit:
        return Wrong("S033", f"{_shown(one)} is not a grade", "A grade is a whole number from 0 to 5.")
    return _no_value_left(Number("1", Fraction(0), Fraction(5)), one, value)


def _no_value_left(kind: Number, one: Observation, value: Fraction) -> Wrong | None:
    """A bound beyond which nothing is plausible."""
    end = {"<": kind.low, ">": kind.high}.get(one.censored)
    return Wrong("S033", f"nothing plausible is {_shown(one)}", "Check the bound.") if value == end else None


def _shown(one: Observation) -> str:
    value = say_number(one.value) if isinstance(one.value, Fraction) else str(one.value)
    return f"{one.censored}{value} {one.unit}".strip()


def as_value(item: Input, text: str) -> Fraction | str:
    """A text of the mapping that is always the same, as a value of an input."""
    return exact(text) if isinstance(item.kind, Number | Grade) else text
