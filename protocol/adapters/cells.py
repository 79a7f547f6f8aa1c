"""How one cell of an input or of a dose is written: ``<3.42 mg/dL (0-5); not done``, ``100 mg every day``."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal, cast

from attrs import frozen

from protocol.adapters.problems import Cell, Problems, did_you_mean, quoted
from protocol.errors import NotationError
from protocol.model.course import Given, Observation
from protocol.model.dose_text import dose_written
from protocol.model.input import Choice, Grade, Input, YesNo
from protocol.model.ladder import folded
from protocol.model.protocol import Protocol
from protocol.model.quantity import exact

NOT_DONE = "not done"

_LIMITS = re.compile(r"(?P<rest>.*?)\s*\((?P<limits>[^()]*)\)")
_DIGITS = r"[+-]?[0-9.,]+(?:[eE][+-]?[0-9]{1,3})?"
_TWO = re.compile(rf"\s*(?P<lower>{_DIGITS})?\s*(?:-|\u2013|to)\s*(?P<upper>{_DIGITS})?\s*")
_BOUND = re.compile(r"(?P<sign><=|>=|<|>|)\s*(?P<rest>.*)", re.DOTALL)
_NUMBER_THEN_UNIT = re.compile(rf"(?P<number>{_DIGITS})(?P<unit>(?![eE][+-]?[0-9])[a-zA-Z%/\u00b5\u03bc\u00b0].*)")
_TYPED = {"\u2264": "<=", "\u2265": ">="}
_YES = {"y": "yes", "true": "yes", "1": "yes", "+": "yes", "n": "no", "false": "no", "0": "no"}
# How tables elsewhere write that there is no value; here that is said in one of two ways, because they do not mean the same.
_NO_VALUE = {"n/a", "na", "n.a.", "n.a", "nan", "nd", "n/d", "n.d.", "null", "missing", "unknown", "?", ".",
             "-", "--", "---", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212"}  # fmt: skip
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}

_MOST_NAMES = 20
"""More levels than these are not listed one by one."""

Sign = Literal["", "<", "<=", ">", ">="]


@frozen
class Default:
    """What a cell's observations have from their row and column."""

    unit: str = ""
    recorded: int | None = None
    row: str = ""
    lower: Fraction | None = None
    upper: Fraction | None = None


def observations(cell: Cell, of: Input, default: Default, problems: Problems) -> tuple[Observation, ...]:
    """The observations in a cell of an input; none if it is empty. What cannot be read is reported."""
    pieces = [piece for piece in cell.text.split(";") if piece.strip()]
    found = (_observation(cell.part(piece.strip()), of, default, problems) for piece in pieces)
    return tuple(item for item in found if item is not None)


def _observation(cell: Cell, of: Input, default: Default, problems: Problems) -> Observation | None:
    if cell.text.lower() == NOT_DONE:
        return Observation(of.name, None, recorded=default.recorded, row=default.row)
    if isinstance(of.kind, Choice):
        return _option(cell, of.name, of.kind.options, default, problems)
    if isinstance(of.kind, YesNo):
        return _option(cell, of.name, ("yes", "no"), default, problems)
    return _number(cell, of, default, problems)


def _option(cell: Cell, name: str, options: tuple[str, ...], default: Default, problems: Problems) -> Observation | None:
    by_case = {option.lower(): option for option in options}
    option = by_case.get(cell.text.lower())
    if option is None and cell.text.lower() in _NO_VALUE:
        _report_no_value("C031", cell, name, problems)
        return None
    if option is None:
        meant = _YES.get(cell.text.lower()) if options == ("yes", "no") else None
        hint = f"write '{meant}'" if meant else did_you_mean(cell.text, (*options, NOT_DONE), "Options")
        problems.report("C031", cell, f"{quoted(cell.text)} is not an option of '{name}'", hint)
        return None
    return Observation(name, option, recorded=default.recorded, row=default.row)


def _number(cell: Cell, of: Input, default: Default, problems: Problems) -> Observation | None:
    rest, lower, upper = _without_limits(cell, default, problems)
    for typed, sign in _TYPED.items():
        rest = rest.replace(typed, sign)
    bound = _BOUND.fullmatch(rest)
    assert bound is not None  # the pattern matches every text
    if bound["rest"].lower() in _NO_VALUE:
        _report_no_value("C030", cell, of.name, problems)
        return None
    number, written = _apart(bound["rest"])
    try:
        value = exact(number)
    except NotationError as error:
        problems.report("C030", cell, _not_a_number(cell, of, error), _number_hint(number, of, error))
        return None
    return Observation(
        of.name,
        value,
        written or default.unit,
        cast(Sign, bound["sign"]),
        lower,
        upper,
        recorded=default.recorded,
        row=default.row,
    )


def _report_no_value(code: str, cell: Cell, name: str, problems: Problems) -> None:
    problems.report(code, cell, f"{quoted(cell.text)} is not a value of '{name}'", f"write '{NOT_DONE}', or leave the cell empty")


def _apart(text: str) -> tuple[str, str]:
    number, written = (*text.split(maxsplit=1), "", "")[:2]
    if match := _NUMBER_THEN_UNIT.fullmatch(number):
        return match["number"], f"{match['unit']} {written}".strip()
    return number, written.strip()


def _without_limits(cell: Cell, default: Default, problems: Problems) -> tuple[str, Fraction | None, Fraction | None]:
    match = _LIMITS.fullmatch(cell.text)
    if match is None:
        return cell.text, default.lower, default.upper
    if default.lower is not None or default.upper is not None:
        problems.report(
            "C034", cell.part(f"({match['limits']})"), "the limits of normal stand twice in this row", "Keep one pair."
        )
    return match["rest"], *limits(cell.part(match["limits"]), problems)


def limits(cell: Cell, problems: Problems) -> tuple[Fraction | None, Fraction | None]:
    """The limits of normal in ``0-50``; one side may be left out. What cannot be read is reported."""
    match = _TWO.fullmatch(cell.text)
    try:
        if match is None or not (match["lower"] or match["upper"]):
            raise NotationError(f"{quoted(cell.text)} are not limits of normal", "Write both numbers, such as (0-50).")
        lower, upper = (exact(text) if text else None for text in (match["lower"], match["upper"]))
    except NotationError as error:
        problems.report_notation("C032", cell, error)
        return None, None
    if lower is not None and upper is not None and lower > upper:
        problems.report("C032", cell, f"the limits of normal {quoted(cell.text)} go down", "Write the lower one first.")
    return lower, upper


def _not_a_number(cell: Cell, of: Input, error: NotationError) -> str:
    return f"{quoted(cell.text)} is not a value of '{of.name}'" if "comma" not in error.message else error.message


def _number_hint(number: str, of: Input, error: NotationError) -> str:
    if "comma" in error.message:
        return error.hint
    if isinstance(of.kind, Grade):
        digit = _ROMAN.get(number.lower())
        return f"write '{digit}'" if digit else f"Write the grade by {of.kind.criteria} as a number, or 'not done'."
    return "Write a number such as 1.5, '<0.5' if it is only a bound, or 'not done'."


def given(cell: Cell, protocol: Protocol, problems: Problems) -> Given | None:
    """The dose in a cell of ``given``; None if the cell is empty or was reported."""
    try:
        return dose_written(cell.text, protocol)
    except NotationError as error:
        hint = error.hint if cell.text[:1].isdigit() else _level_hint(cell.text, protocol)
        problems.report("C033", cell, f"{quoted(cell.text)} is neither a level nor a regimen", hint)
        return None


def _level_hint(text: str, protocol: Protocol) -> str:
    levels, others = [level.name for level in protocol.levels], ("none", "stopped", "unknown")
    names = (*folded(levels, levels), *others)
    few = names if len(names) <= _MOST_NAMES else (*names[:3], "...", *names[-4:])
    return did_you_mean(text, (*levels, *others), "Write a regimen such as '100 mg every day', or one of", few)
