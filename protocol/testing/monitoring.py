"""Random entries of monitoring for a random protocol: ordered, of inputs that can be measured again, on guards of its own."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from protocol.model.guard import Always, Guard
from protocol.model.input import Schedule
from protocol.model.monitoring import Monitoring
from protocol.model.protocol import Protocol
from protocol.model.rule import Citation, Where
from protocol.model.time import DAY, WEEK
from protocol.testing.choosing import Choose
from protocol.testing.tables import of_kind

_SCHEDULES = (
    Schedule(DAY, DAY), Schedule(2 * DAY, 3 * DAY), Schedule(WEEK, WEEK), Schedule(DAY, 3 * DAY), Schedule(4 * WEEK, 5 * WEEK),
)  # fmt: skip


def with_monitoring(choose: Choose, protocol: Protocol, guard: Callable[[], Guard]) -> Protocol:
    """The protocol, sometimes with entries for its first inputs that can be measured again; these have no schedule then."""
    again = tuple(item.name for item in protocol.inputs if not item.fixed)[:2]
    count = choose((0, 0, 2, 3, 4)) if again else 0
    entries = tuple(_entry(choose, protocol, number, choose(again), guard) for number in range(count))
    named = {entry.input for entry in entries}
    inputs = tuple(evolve(item, schedule=None) if item.name in named else item for item in protocol.inputs)
    return evolve(protocol, inputs=inputs, monitoring=entries) if entries else protocol


def _entry(choose: Choose, protocol: Protocol, number: int, name: str, guard: Callable[[], Guard]) -> Monitoring:
    return Monitoring(
        f"often-{number}",
        name,
        choose(_SCHEDULES),
        Always() if choose((False, False, False, True)) else guard(),
        choose(_places(protocol)),
        choose(("reading", "reading", "dose change")),
        choose((None, Citation("paper", "p. 2"))),
        says=choose(("", "as the text says")),
        unverified=choose(("", "", "", "not looked up")),
    )


def _places(protocol: Protocol) -> tuple[tuple[Where, ...], ...]:
    """Everywhere until stopped, or a few places of each kind."""
    level, holds, reviews = protocol.levels[0].name, of_kind(protocol, "hold", 1), of_kind(protocol, "review", 1)
    return (
        (),
        (),
        (Where("on treatment"), Where("held", by=holds)),
        (Where("on treatment", (level,)),),
        (Where("before treatment"), Where("in review", by=reviews), Where("stopped")),
    )
