"""What a protocol rests on: its sources with their rules, its open questions, and all in it that is unverified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from protocol.language.page import Block, Heading, Items, Paragraph, Table, code, plain, sentence
from protocol.language.to_text import duration_trackers, say_guard
from protocol.model.dispensing import Dispensing
from protocol.model.expectation import Expectation
from protocol.model.monitoring import Monitoring
from protocol.model.property import Property
from protocol.model.protocol import Interpretation, Protocol, Reading, Source
from protocol.model.rule import Citation, Rule
from protocol.model.table import entries


def sources(protocol: Protocol) -> Iterator[Block]:
    """Every source, with the rules that rest on it and the place of each."""
    if not protocol.sources:
        return
    yield Heading(2, "Sources")
    rows = ((code(source.name), _cite(source), _resting(protocol, source)) for source in protocol.sources)
    yield Table(("Source", "What it is", "Rules"), tuple(rows))


def _cite(source: Source) -> str:
    return plain(source.cite) + (f" **Unverified:** {sentence(source.unverified)}" if source.unverified else "")


def _resting(protocol: Protocol, source: Source) -> str:
    """The rules and monitoring entries by the place that they name; each place once."""
    places: dict[str, list[str]] = {}
    cited: tuple[Rule | Monitoring, ...] = (*entries(protocol.rules), *protocol.monitoring)
    for rule in cited:
        if rule.source and rule.source.source == source.name:
            places.setdefault(rule.source.place, []).append(code(rule.name))
    if protocol.dispensing and protocol.dispensing.source and _cites(protocol.dispensing, source):
        places.setdefault(protocol.dispensing.source.place, []).append("dispensing")
    return (
        "; ".join(f"{plain(place)}: {', '.join(rules)}" if place else ", ".join(rules) for place, rules in places.items())
        or "none"
    )


def _cites(dispensing: Dispensing | None, source: Source) -> bool:
    return bool(dispensing and dispensing.source and dispensing.source.source == source.name)


def say_citation(citation: Citation) -> str:
    """The source and the place in it."""
    return plain(f"{citation.source}, {citation.place}" if citation.place else citation.source)


def open_questions(protocol: Protocol) -> Iterator[Block]:
    """Every question that the sources leave open, with its readings; the chosen one is marked."""
    if not protocol.interpretations:
        return
    yield Heading(2, "Open questions")
    durations = duration_trackers(protocol)
    for item in protocol.interpretations:
        yield Paragraph(f"{code(item.name)}: {plain(item.question)}")
        yield Items(tuple(_reading(item, reading, durations) for reading in item.readings))


def _reading(item: Interpretation, reading: Reading, durations: frozenset[str]) -> str:
    chosen = "**chosen** " if reading.name == item.chosen else ""
    guard = f" {code(say_guard(reading.guard, durations))}." if reading.guard is not None else ""
    unverified = f" **Unverified:** {sentence(reading.unverified)}" if reading.unverified else ""
    return f"{chosen}{code(reading.name)}: {sentence(reading.means)}{guard}{unverified}"


@frozen
class Doubt:
    """Something that may not be relied on, and why; ``rules`` are the rules and properties in force that it bears on."""

    what: Literal["rule", "monitoring", "property", "source", "reading", "ladder end", "dispensing"]
    name: str
    why: str
    in_force: bool
    rules: tuple[str, ...] = ()


def doubts(protocol: Protocol) -> Iterator[Doubt]:
    """Everything that may not be relied on: rules, monitoring, properties, sources, readings, ends of the ladder."""
    chosen = entries(protocol.in_force())
    names = {rule.name for rule in chosen}
    written = entries(protocol.rules)
    yield from (Doubt("rule", rule.name, rule.unverified, rule.name in names) for rule in written if rule.unverified)
    if protocol.dispensing and protocol.dispensing.unverified:
        yield Doubt("dispensing", "dispensing", protocol.dispensing.unverified, True)
    yield from (Doubt("monitoring", one.name, one.unverified, True) for one in protocol.monitoring if one.unverified)
    yield from (Doubt("property", item.name, item.unverified, True) for item in protocol.claimed() if item.unverified)
    for source in protocol.sources:
        if source.unverified:
            cited: tuple[Rule | Monitoring | Property | Expectation, ...] = (*chosen, *protocol.monitoring, *protocol.claimed())
            resting = tuple(one.name for one in cited if one.source and one.source.source == source.name)
            resting = (*resting, *(["dispensing"] if _cites(protocol.dispensing, source) else []))
            yield Doubt("source", source.name, source.unverified, bool(resting), resting)
    for item in protocol.interpretations:
        for reading in item.readings:
            if reading.unverified:
                yield Doubt("reading", f"{item.name}: {reading.name}", reading.unverified, reading.name == item.chosen)
    ends = {"lowest": protocol.ladder_ends.lowest, "highest": protocol.ladder_ends.highest}
    why = "ours: the source does not print that the ladder ends there"
    yield from (Doubt("ladder end", name, why, True) for name, end in ends.items() if end == "ours")


def unverified(protocol: Protocol) -> Iterator[Block]:
    """Everything that may not be relied on, as a table."""
    rows = tuple((one.what, code(one.name), plain(one.why), _in_force(one)) for one in doubts(protocol))
    yield Heading(2, "Unverified")
    if rows:
        yield Table(("What", "Name", "Why", "In force"), rows, name=1)
    else:
        yield Paragraph("Nothing in the protocol is marked unverified.")


def _in_force(one: Doubt) -> str:
    if not one.in_force:
        return "no" if one.what != "source" else "no rule in force and no property cites it"
    return f"yes: {', '.join(code(name) for name in one.rules)}" if one.rules else "yes"
