"""Whether a guard, an input or a tracker means the same in two protocols: itself, and everything that it names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from protocol.model.protocol import Interpretation, Protocol

# What may differ between two declarations without changing what a reading of one says under the other.
_WORDS = frozenset({"label", "note", "loinc", "schedule", "repeats", "worse", "name", "means", "unverified", "question"})
_OTHER_PARTS = frozenset({"rules", "levels", "sources", "monitoring"})


def same_meaning(old: Protocol, one: object, new: Protocol, other: object) -> bool:
    """Whether the two, and all that they name, are the same in both protocols. How a thing is labelled does not count."""
    return _bare(one) == _bare(other) and _named(old, one) == _named(new, other)


def _named(protocol: Protocol, thing: object) -> dict[str, object]:
    """Every declared thing that is named in this one, or in what it names."""
    declared = {item.name: item for item in _declared(protocol)}
    found: dict[str, object] = {}
    waiting = [_bare(thing)]
    while waiting:
        for name in _texts(waiting.pop()):
            if name in declared and name not in found:
                found[name] = _bare(declared[name])
                waiting.append(found[name])
    return found


def _declared(protocol: Protocol) -> Iterator[Any]:
    for part in attrs.fields(Protocol):
        items = getattr(protocol, part.name)
        if isinstance(items, tuple) and part.name not in _OTHER_PARTS:
            yield from (item for item in items if hasattr(item, "name"))


def _bare(thing: Any) -> object:
    """A value without its words, as nested tuples; of an interpretation only the reading that was chosen counts."""
    if isinstance(thing, Interpretation):
        return _bare(thing.reading().guard)
    if attrs.has(type(thing)):
        fields = (
            (part.name, _bare(getattr(thing, part.name))) for part in attrs.fields(type(thing)) if _counts(thing, part.name)
        )
        return (type(thing).__name__, *fields)
    return tuple(_bare(one) for one in thing) if isinstance(thing, tuple) else thing


def _counts(thing: object, name: str) -> bool:
    """A name is only a word in a declaration; in a guard it says what is asked."""
    return name not in _WORDS or (name == "name" and not hasattr(thing, "note") and not hasattr(thing, "kind"))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
