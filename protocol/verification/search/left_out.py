"""Which records does a search not look at, although a file can have them?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.guard import Ratio
from protocol.model.input import Number
from protocol.model.protocol import Protocol
from protocol.verification.search.asked import asked_by


def left_out(*protocols: Protocol) -> Iterator[str]:
    """One sentence on what of the records that these protocols ask is not looked at; none where nothing is left out."""
    asked = tuple(map(asked_by, protocols))
    numbers = {item.name for protocol in protocols for item in protocol.inputs if isinstance(item.kind, Number)}
    if not any(numbers.intersection(one.inputs()) for one in asked):
        return
    ratios = {term for one in asked for term in one.terms() if isinstance(term, Ratio)}
    both = [name for name in sorted(numbers) if {Ratio(name, "ULN"), Ratio(name, "LLN")} <= ratios]
    limits = f"; of {', '.join(both)} a record has both limits of normal, or neither" if both else ""
    yield f"a value is exact or unknown, and not known only as a bound such as <1.5{limits}"
