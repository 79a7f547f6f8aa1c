"""How it is said what is dispensed of a dose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protocol.model.dispensing import say_units
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number

if TYPE_CHECKING:  # `protocol check` says no decision, and starts faster without them
    from protocol.model.dispensing import Dispensed, Dispensing

_ROUNDED = {"nearest": "rounded to the nearest", "up": "rounded up", "down": "rounded down"}


def say_dispensed(dispensed: Dispensed) -> str:
    """``dispense 1650 mg (3 x 500 mg, 1 x 150 mg)``; what is missing, where nobody can say."""
    if dispensed.amount is None:
        return f"what is dispensed depends on {dispensed.missing}"
    if dispensed.rounded is None:
        return f"{dispensed.amount} would be too many units"
    return f"dispense {dispensed}" if dispensed.units else f"nothing is dispensed: {dispensed.amount} rounds to no unit"


def dispensing_lines(dispensed: Dispensed | None, protocol: Protocol) -> Iterator[str]:
    """The exact amount of one administration and how it was found; then what is dispensed of it."""
    if dispensed is None or protocol.dispensing is None:
        return
    if dispensed.amount is not None:
        size = "" if dispensed.size is None else f", with {protocol.dispensing.size} {_of_size(dispensed, protocol)}"
        yield f"One administration is {dispensed.amount}{size}, {_ROUNDED[protocol.dispensing.round]}{_most(protocol.dispensing)}"
    said = say_dispensed(dispensed)
    yield f"{said[0].upper()}{said[1:]}"


def _most(dispensing: Dispensing) -> str:
    return "" if dispensing.most is None else f", in at most {say_units(dispensing.most)}"


def _of_size(dispensed: Dispensed, protocol: Protocol) -> str:
    unit = protocol.unit_of(protocol.dispensing.size) if protocol.dispensing else ""
    return f"{say_number(dispensed.size)} {unit}" if dispensed.size is not None else ""
