"""F014: an input that is measured on time and still unknown before the next measurement."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.model.protocol import Protocol
from protocol.model.time import say_duration


@check(
    "F014",
    "a value that lapses before the next one is due",
    "'every' says when the input is measured again at the latest, 'valid for' how long a value counts. If the validity is the "
    "shorter of the two, a patient measured right on schedule has no value for a time, and decisions in it are undecided for no "
    "fault of anybody's. Let the validity be at least the longest interval of the schedule, better a little more.",
)
def validity_below_schedule(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each input that is valid for less than the longest interval of its schedule."""
    for item in protocol.inputs:
        if item.schedule is not None and item.valid_for is not None and item.valid_for < item.schedule.latest:
            lapses, due = say_duration(item.valid_for), say_duration(item.schedule.latest)
            message = f"'{item.name}' counts for {lapses} and is measured up to {due} apart"
            hint = f"Write 'valid for: {due}' or longer, or shorten 'every'."
            yield Finding("F014", message, item.name, hint)
