"""F014: an input that is measured on time and still unknown before the next measurement."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.model.input import Input
from protocol.model.protocol import Protocol
from protocol.model.time import say_duration


@check(
    "F014",
    "a value that lapses before the next one is due",
    "'every', of the input or of an entry under 'monitoring', says when it is measured again at the latest, 'valid for' how long "
    "a value counts. If the validity is the shorter of the two, a patient measured right on schedule has no value for a time, "
    "and decisions in it are undecided for no fault of anybody's. Let the validity be at least the longest interval of the "
    "schedules, better a little more.",
)
def validity_below_schedule(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each input that is valid for less than the longest interval of its schedules."""
    for item in protocol.inputs:
        longest = max(_intervals(protocol, item), default=0)
        if item.valid_for is not None and item.valid_for < longest:
            lapses, due = say_duration(item.valid_for), say_duration(longest)
            message = f"'{item.name}' counts for {lapses} and is measured up to {due} apart"
            hint = f"Write 'valid for: {due}' or longer, or shorten 'every'."
            yield Finding("F014", message, item.name, hint)


def _intervals(protocol: Protocol, item: Input) -> Iterator[int]:
    """Minutes within which each schedule of the input, its own and those of its monitoring, lets it be measured again."""
    if item.schedule is not None:
        yield item.schedule.latest
    yield from (entry.schedule.latest for entry in protocol.monitoring if entry.input == item.name)
