"""What is the smallest protocol and course of which something is still wrong?

Parts are left out one after another, as long as what is left is a protocol that can be printed and read, and is still wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import attrs
from attrs import evolve

from protocol.language.from_yaml import parse
from protocol.language.to_yaml import print_protocol
from protocol.model.course import Visit
from protocol.model.guard import And, Named, Not, Or
from protocol.model.protocol import Protocol

Visits = tuple[Visit, ...]
Wrong = Callable[[Protocol, Visits], bool]
Value = TypeVar("Value")


def reduced(protocol: Protocol, visits: Visits, wrong: Wrong) -> tuple[Protocol, Visits]:
    """The smallest protocol and visits to which leaving out one thing after another leads."""
    before = None
    while before != (protocol, visits):
        before = protocol, visits
        visits = _least(visits, partial(_still, wrong, protocol))
        protocol = _least(protocol, partial(_still_of, wrong, visits))
    return protocol, visits


def _still(wrong: Wrong, protocol: Protocol, visits: Visits) -> bool:
    try:
        return wrong(protocol, visits) and parse(print_protocol(protocol)) is not None
    except Exception:
        return False  # what is left is no protocol, or another thing is wrong with it


def _still_of(wrong: Wrong, visits: Visits, protocol: Protocol) -> bool:
    return _still(wrong, protocol, visits)


def _least(value: Value, still: Callable[[Value], bool]) -> Value:
    """Takes the first smaller value that will do, until there is none."""
    found: Value | None = value
    while found is not None:
        value = found
        found = next((one for one in smaller(value) if still(one)), None)
    return value


def smaller(value: Any) -> Iterator[Any]:
    """The same with one thing left out, the largest things first."""
    if isinstance(value, tuple):
        half = len(value) // 2
        if half > 1:
            yield from (value[half:], value[:half])
        yield from (value[:place] + value[place + 1 :] for place in range(len(value)))
        for place, part in enumerate(value):
            yield from ((*value[:place], one, *value[place + 1 :]) for one in smaller(part))
    elif isinstance(value, Not):
        yield from (value.part, *map(Not, smaller(value.part)))
    elif isinstance(value, And | Or):
        yield from value.parts
        yield from (type(value)(parts) for parts in smaller(value.parts) if len(parts) > 1)
    elif attrs.has(type(value)) and not isinstance(value, Named):
        for item in attrs.fields(type(value)):
            yield from _with_less_of(value, item)


def _with_less_of(value: Any, item: attrs.Attribute[Any]) -> Iterator[Any]:
    held, usual = getattr(value, item.name), item.default
    simple = [] if usual is attrs.NOTHING or isinstance(usual, attrs.Factory) or held == usual else [usual]  # type: ignore[arg-type]
    for one in (*simple, *smaller(held)):
        try:
            yield evolve(value, **{item.name: one})
        except (ValueError, KeyError):
            continue  # parts that belong together: both are left out with what holds them
