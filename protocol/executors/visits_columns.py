"""Which columns can a table of visits of a protocol have, and of which types?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pyarrow
from attrs import frozen

from protocol.model.input import Choice, Grade, Input, Number, YesNo
from protocol.model.protocol import Protocol

NUMBER, WHOLE, FLAG, TEXT = pyarrow.float64(), pyarrow.int64(), pyarrow.bool_(), pyarrow.string()


@frozen
class Columns:
    """The columns that a table of visits of one protocol can have, with their types, and those that it has to have."""

    types: dict[str, Any]
    needed: tuple[str, ...] = ("patient", "elapsed")


@lru_cache(maxsize=64)
def columns(protocol: Protocol) -> Columns:
    """All columns of a table of visits of this protocol, in their order."""
    found = {"patient": TEXT, "elapsed": WHOLE}
    for item in protocol.inputs:
        found |= dict(_of_input(item))
    return Columns(found | {"given": TEXT, "dose only": FLAG, "source": TEXT, "row": WHOLE})


def _of_input(item: Input) -> Iterator[tuple[str, Any]]:
    match item.kind:
        case Number() | Grade():
            yield item.name, NUMBER
            yield f"{item.name}.censored", TEXT
        case Choice():
            yield item.name, TEXT
        case YesNo():
            yield item.name, FLAG
    if isinstance(item.kind, Number):
        yield from ((f"{item.name}.{side}", NUMBER) for side in ("lower", "upper"))
    yield f"{item.name}.not done", FLAG
