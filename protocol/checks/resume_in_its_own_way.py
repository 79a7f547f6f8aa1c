"""F020: a resumption that comes due by itself while the reading that ordered its hold still stands in its way."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.asked import clocks_in, inputs_in
from protocol.checks.finding import Finding, check
from protocol.checks.places import answers, holds
from protocol.model.guard import Guard, Known, Named, nodes
from protocol.model.protocol import Protocol


@check(
    "F020",
    "a resumption that its own hold stands in the way of",
    "The protocol acts between visits, and this rule is to resume when time has passed. But drug is not resumed while a hold "
    "rule is true or unknown, and without a new reading the one that ordered the hold is still counted, or unknown once it has "
    "lapsed: nothing would happen at the moment meant. Let one reading hold once, by 'again: no', or let the hold rule ask for a "
    "fresh reading, as in 'bleeding and within(bleeding, 30 minutes)', with a time shorter than the one on hold.",
)
def resume_in_its_own_way(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each resume rule that waits for time only, and each hold it answers on readings that go on counting."""
    rules = protocol.in_force() if protocol.between_visits == "act" else ()
    for resume in rules:
        if resume.action.kind == "resume" and _waits_for_time_only(protocol, resume.when):
            for hold in rules:
                if holds(protocol, hold) and answers(resume, hold.name) and not hold.once and _lasts(protocol, hold.when):
                    message = f"'{resume.name}' resumes when time has passed, and '{hold.name}' still stands in its way then"
                    hint = f"Add 'again: no' to '{hold.name}': then one reading holds once."
                    yield Finding("F020", message, resume.name, hint)


def _waits_for_time_only(protocol: Protocol, guard: Guard) -> bool:
    return not inputs_in(protocol, guard) and bool({"hold", "state"} & set(clocks_in(protocol, guard)))


def _lasts(protocol: Protocol, guard: Guard) -> bool:
    """Whether the guard asks inputs and does not ask how fresh they are."""
    return bool(inputs_in(protocol, guard)) and not _asks_within(protocol, guard)


def _asks_within(protocol: Protocol, guard: Guard) -> bool:
    return any(
        (isinstance(node, Known) and node.within is not None)
        or (isinstance(node, Named) and _asks_within(protocol, protocol.definition(node.name)))
        for node in nodes(guard)
    )
