"""Can a verification be asked that? What a caller mistypes is said, since a property that is not there fails nowhere."""

from __future__ import annotations

import math
from collections.abc import Iterable

from protocol.errors import PROTOCOL, NotationError, check_kind, told, unfit
from protocol.model.protocol import Protocol
from protocol.model.verification import BUILT_IN


def checked(protocol: object, only: object, every: object, states: object, seconds: object, memory: object) -> frozenset[str]:
    """The names of the properties that are asked; raises NotationError for what cannot be asked, or is of no property."""
    _check_bounds(every, states, seconds, memory)
    check_kind("the protocol", protocol, Protocol, PROTOCOL)
    assert isinstance(protocol, Protocol)
    if isinstance(only, str) or not isinstance(only, Iterable):
        raise unfit("'only'", only, "several names of properties, such as ('no-dead-end',)")
    names, known = tuple(only), {item.name for item in protocol.properties} | set(BUILT_IN)
    for name in names:
        if name not in known:
            raise NotationError(f"{told(name)} is no property of {protocol.name}", f"Properties: {', '.join(sorted(known))}.")
    return frozenset(names)


def _check_bounds(every: object, states: object, seconds: object, memory: object) -> None:
    if every is not None and (not _is_number(every, int) or every <= 0):  # type: ignore[operator]
        raise unfit("'every'", every, "minutes between two visits, such as 10080, or None")
    for name, bound in (("states", states), ("seconds", seconds), ("memory", memory)):
        if not (bound is None and name == "memory") and (not _is_number(bound, (int, float)) or bound < 0):  # type: ignore[operator]
            raise unfit(f"'{name}'", bound, "a number that is not below 0")


def _is_number(value: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and not (isinstance(value, float) and math.isnan(value))
