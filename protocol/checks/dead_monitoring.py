"""F022: an entry of monitoring that never counts, because its guard contradicts itself or those above it leave nothing over."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.checks.shadowed_rule import within
from protocol.model.guard import And, Not
from protocol.model.monitoring import Monitoring
from protocol.model.protocol import Protocol
from protocol.model.rule import CONTROLS, Where
from protocol.semantics.freed import freed
from protocol.semantics.truth import truth


@check(
    "F022",
    "a monitoring entry that never counts",
    "For each input the first entry that holds counts. This one can never hold, or wherever it stands entries above it hold "
    "whenever it does, so nobody is ever measured by it. Move it up, narrow those above, or remove it.",
)
def dead_monitoring(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each entry that cannot be the first that holds. Clocks and counts are taken as free."""
    for place, entry in enumerate(protocol.monitoring):
        if truth(*freed(protocol, entry.when)) is False:
            message = f"the guard of monitoring '{entry.name}' is never true"
            yield Finding("F022", message, entry.name, "Correct it; nothing can satisfy all of it at once.")
            continue
        above = [one for one in protocol.monitoring[:place] if one.input == entry.input and _covers(one, entry)]
        shadows = next((ones for ones in (*([one] for one in above), above) if _shadow(protocol, ones, entry)), None)
        if shadows:
            names = " and ".join(f"'{one.name}'" for one in shadows)
            message = f"monitoring '{entry.name}' never counts: {names} above it already {_hold(shadows)} whenever it does"
            yield Finding("F022", message, entry.name, f"Move '{entry.name}' up, or narrow what stands above it.")


def _hold(entries: list[Monitoring]) -> str:
    return "holds" if len(entries) == 1 else "hold"


def _shadow(protocol: Protocol, above: list[Monitoring], entry: Monitoring) -> bool:
    """Whether one of them holds whenever the entry does."""
    left = And((entry.when, *(Not(one.when) for one in above)))
    return bool(above) and truth(*freed(protocol, left)) is False


def _covers(above: Monitoring, entry: Monitoring) -> bool:
    return all(any(within(where, place) for place in _places(above)) for where in _places(entry))


def _places(entry: Monitoring) -> tuple[Where, ...]:
    return entry.where or tuple(Where(control) for control in CONTROLS if control != "stopped")
