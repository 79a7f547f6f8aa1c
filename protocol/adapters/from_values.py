"""A visit from plain values, as forms and JSON have them, in the notations that the tables of courses have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TypeVar

from protocol.adapters.problems import did_you_mean
from protocol.adapters.typed import dose_typed, time_typed, value_typed
from protocol.errors import InputError, NotationError, Problem, told, unfit
from protocol.model.course import Given, Observation, Visit
from protocol.model.input import Grade, Input, Number, YesNo
from protocol.model.protocol import Protocol
from protocol.model.quantity import exact, say_number

Found = TypeVar("Found")
Plain = str | int | float | Decimal | Fraction | bool | None


def visit(protocol: Protocol, time: Plain, readings: Mapping[str, Plain], given: Given | str | None = None) -> Visit:
    """The visit at a time with these readings, each under the name of its input, and what was given if that is known.

    ``time`` is a number in the protocol's unit or a text such as ``"4 weeks"``. A reading is a number in the declared unit,
    True or False for a yes or no, or a text as in a cell of a table: ``"0.8"``, ``"<0.5"``, ``"800 /uL"``, ``"61 (0-50)"``,
    ``"not done"``; an empty text says nothing. ``given`` is the name of a level, a regimen such as ``"100 mg every day"``,
    ``"none"``, ``"stopped"`` or ``"unknown"``.

    Raises InputError with the problems of all fields; the ``place`` of each is the name of its field.
    """
    problems: list[Problem] = []
    minutes = _field("time", problems, lambda: _time(time, protocol))
    found = _field("readings", problems, lambda: tuple(_all_read(protocol, readings, problems)))
    dose = _field("given", problems, lambda: _given(given, protocol))
    if problems or minutes is None or found is None:
        raise InputError(tuple(problems))
    return Visit(minutes, found, given=dose)


def _field(name: str, problems: list[Problem], read: Callable[[], Found]) -> Found | None:
    """What a field says; None after its problems were noted."""
    try:
        return read()
    except InputError as error:
        problems += [Problem(one.code, one.message, one.hint, name) for one in error.problems]
    except NotationError as error:
        problems.append(Problem(_CODES.get(name, "C030"), error.message, error.hint, name))
    return None


_CODES = {"time": "C020", "given": "C033", "readings": "C035"}


def _time(time: Plain, protocol: Protocol) -> int:
    if isinstance(time, bool) or not isinstance(time, str | int | float | Decimal | Fraction):
        raise unfit("the time", time, f"{protocol.resolution} since the first dose, or a text such as '2 weeks'")
    found = time_typed(_text(time), protocol)
    if found is None:
        raise NotationError("the time is empty", f"Give {protocol.resolution} since the first dose, or a text such as '2 weeks'.")
    return found


def _all_read(protocol: Protocol, readings: Mapping[str, Plain], problems: list[Problem]) -> Iterator[Observation]:
    if not isinstance(readings, Mapping):
        raise unfit("the value", readings, "an object with a value for each input, such as {'anc': 0.8}")
    inputs = {item.name: item for item in protocol.inputs}
    for name, value in readings.items():
        if name in inputs:
            yield from _field(str(name), problems, partial(_reading, inputs[name], value)) or ()
        else:
            hint = did_you_mean(str(name), inputs, "Inputs")
            problems.append(Problem("C035", f"{told(name)} is not an input of {protocol.name}", hint, str(name)))


def _reading(item: Input, value: Plain) -> tuple[Observation, ...]:
    match value:
        case None:
            # In a form nothing typed, in a data base not measured: the two do not mean the same, so neither is assumed.
            raise NotationError(f"'{item.name}' has no value", "Give 'not done' if it was not measured, or leave it out.")
        case bool() if isinstance(item.kind, YesNo):
            return (Observation(item.name, value),)
        case bool():
            raise unfit(f"'{item.name}'", value, "a value of it; True and False are for a yes or no")
        case str():
            return value_typed(value, item)
        case int() | float() | Decimal() | Fraction() if isinstance(item.kind, Number | Grade):
            return (Observation(item.name, exact(value)),)
        case int() | float() | Decimal() | Fraction():
            return value_typed(_text(value), item)
    raise unfit(f"'{item.name}'", value, "a number or a text, such as 0.8, '<0.5' or 'not done'")


def _text(value: str | int | float | Decimal | Fraction) -> str:
    return value if isinstance(value, str) else say_number(exact(value))


def _given(given: Given | str | None, protocol: Protocol) -> Given | None:
    if given is None or isinstance(given, Given):
        return given
    if not isinstance(given, str):
        raise unfit("what was given", given, "a level, a regimen such as '100 mg every day', 'none', 'stopped' or 'unknown'")
    return dose_typed(given, protocol)
