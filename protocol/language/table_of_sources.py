"""What a protocol rests on: its sources with their rules, its open questions, and all in it that is unverified."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.language.page import Block, Heading, Items, Paragraph, Table, code, plain, sentence
from protocol.language.to_text import duration_trackers, say_guard
from protocol.model.protocol import Citation, Interpretation, Protocol, Reading, Source


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
    """The rules by the place that they name; each place once."""
    places: dict[str, list[str]] = {}
    for rule in protocol.rules:
        if rule.source and rule.source.source == source.name:
            places.setdefault(rule.source.place, []).append(code(rule.name))
    return (
        "; ".join(f"{plain(place)}: {', '.join(rules)}" if place else ", ".join(rules) for place, rules in places.items())
        or "none"
    )


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


def unverified(protocol: Protocol) -> Iterator[Block]:
    """Everything that may not be relied on, and why: rules, properties, sources, readings."""
    rows = (
        *_unverified_rules(protocol),
        *_unverified_properties(protocol),
        *_unverified_sources(protocol),
        *_unverified_readings(protocol),
    )
    yield Heading(2, "Unverified")
    if rows:
        yield Table(("What", "Name", "Why", "In force"), rows, name=1)
    else:
        yield Paragraph("Nothing in the protocol is marked unverified.")


Row = tuple[str, ...]


def _unverified_rules(protocol: Protocol) -> Iterator[Row]:
    chosen = {rule.name for rule in protocol.in_force()}
    for rule in protocol.rules:
        if rule.unverified:
            yield "rule", code(rule.name), plain(rule.unverified), _yes(rule.name in chosen)


def _unverified_properties(protocol: Protocol) -> Iterator[Row]:
    return (("property", code(item.name), plain(item.unverified), "yes") for item in protocol.properties if item.unverified)


def _unverified_sources(protocol: Protocol) -> Iterator[Row]:
    for source in protocol.sources:
        if source.unverified:
            resting = [rule.name for rule in protocol.in_force() if rule.source and rule.source.source == source.name]
            rules = f"yes: {', '.join(code(name) for name in resting)}" if resting else "no"
            yield "source", code(source.name), plain(source.unverified), rules


def _unverified_readings(protocol: Protocol) -> Iterator[Row]:
    for item in protocol.interpretations:
        for reading in item.readings:
            if reading.unverified:
                yield (
                    "reading",
                    code(f"{item.name}: {reading.name}"),
                    plain(reading.unverified),
                    _yes(reading.name == item.chosen),
                )


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
