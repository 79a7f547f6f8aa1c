"""What a protocol holds, which of its questions are open, and what in it may not be relied on, as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from protocol.adapters.phrases import counted, listed
from protocol.model.ladder import runs, say_generated, say_run
from protocol.model.monitoring import Monitoring
from protocol.model.property import Property
from protocol.model.protocol import Interpretation, Level, Protocol, fingerprint
from protocol.model.rule import Rule
from protocol.model.said import EVERYWHERE
from protocol.model.table import entries
from protocol.model.time import say_duration


def overview(protocol: Protocol, findings: tuple[str, ...], width: int = 100, amends: tuple[str, ...] = ()) -> str:
    """The protocol's name, numbers, findings, open questions, waivers and unverified parts.

    ``amends`` is what its file amends, and what that amends in its turn.
    """
    sections = (
        ("Findings", findings),
        ("Open questions", tuple(_questions(protocol))),
        ("Waivers of a law", tuple(f"rule {rule.name}: {rule.waiver}" for rule in entries(protocol.rules) if rule.waiver)),
        ("Unverified", tuple(_unverified(protocol))),
    )
    below = (line for title, items in sections for line in _section(title, items, width))
    return "\n".join((*_head(protocol, width, amends), *_properties(protocol, width), *below))


def _head(protocol: Protocol, width: int, amends: tuple[str, ...]) -> Iterator[str]:
    yield f"{protocol.name} {protocol.version}, fingerprint {fingerprint(protocol)}"
    if protocol.title:
        yield _filled(protocol.title, width)
    if amends:
        yield _filled(f"Amends {', which amends '.join(amends)}.", width)
    trackers = [counted(len(protocol.trackers), "tracker")] if protocol.trackers else []
    parts = [_rules(protocol), counted(len(protocol.inputs), "input"), *trackers]
    yield _filled(f"{listed([*parts, counted(len(protocol.levels), 'level')])}: {_ladder(protocol)}", width)
    within = "before the next visit" if protocol.act_within is None else f"within {say_duration(protocol.act_within)}"
    yield f"  Safe side: {protocol.safe_side}; a recommendation is met {within}."


def _rules(protocol: Protocol) -> str:
    cells = sum(bool(rule.table) for rule in protocol.rules)
    tables = f" ({counted(len(protocol.tables), 'table')} with {counted(cells, 'cell')} among them)" if protocol.tables else ""
    return counted(len(entries(protocol.rules)), "rule") + tables


def _ladder(protocol: Protocol) -> str:
    if text := say_generated(protocol.levels):
        return f"{text}, named {protocol.levels[0].name} to {protocol.levels[-1].name}"
    return ", ".join(f"{_names(run)} ({say_run(run)})" for run in runs(protocol.levels))


def _names(run: tuple[Level, ...]) -> str:
    return run[0].name if len(run) == 1 else f"{run[0].name} to {run[-1].name}"


def _questions(protocol: Protocol) -> Iterator[str]:
    return (_question(item) for item in protocol.interpretations)


def _question(item: Interpretation) -> str:
    others = [reading.name for reading in item.readings if reading.name != item.chosen]
    means = item.reading().means.rstrip(".")
    return f"{item.name}: {item.question} Chosen: {item.chosen}, {means}. Not chosen: {listed(others) or 'nothing'}."


def _unverified(protocol: Protocol) -> Iterator[str]:
    for source in protocol.sources:
        if source.unverified:
            cited: tuple[Rule | Monitoring, ...] = (*entries(protocol.rules), *protocol.monitoring)
            rules = [one.name for one in cited if one.source and one.source.source == source.name]
            resting = f" (rules that rest on it: {', '.join(rules)})" if rules else ""
            yield f"source {source.name}: {source.unverified}{resting}"
    yield from (f"rule {rule.name}: {rule.unverified}" for rule in entries(protocol.rules) if rule.unverified)
    if protocol.dispensing and protocol.dispensing.unverified:
        yield f"dispensing: {protocol.dispensing.unverified}"
    yield from (f"monitoring {entry.name}: {entry.unverified}" for entry in protocol.monitoring if entry.unverified)
    yield from (f"property {item.name}: {item.unverified}" for item in protocol.claimed() if item.unverified)
    for item in protocol.interpretations:
        for reading in item.readings:
            if reading.unverified:
                chosen = " (chosen)" if reading.name == item.chosen else ""
                yield f"reading {reading.name} of {item.name}{chosen}: {reading.unverified}"
    ends = {"lowest": protocol.ladder_ends.lowest, "highest": protocol.ladder_ends.highest}
    yield from (f"the {name} end of the ladder is ours: the source prints none" for name, end in ends.items() if end == "ours")


def _properties(protocol: Protocol, width: int) -> Iterator[str]:
    """The properties by name. To read one is not to prove it, and this says so."""
    if not protocol.properties:
        yield "  Properties: none"
        return
    yield f"  Properties: {len(protocol.properties)}, read and checked for sense; none of them is proved"
    for item in protocol.claimed():
        where = "" if isinstance(item, Property) else " where the file says" if item.where else EVERYWHERE
        expected = f" (expected to fail{where})" if item.expected == "fails" else ""
        waiver = f" (need not hold{where}: {item.waiver})" if item.waiver else ""
        yield _filled(f"{item.name}{expected}{waiver}", width - 2, "    ")


def _section(title: str, items: Iterable[str], width: int) -> Iterator[str]:
    found = tuple(items)
    yield f"  {title}: {len(found)}" if found else f"  {title}: none"
    for item in found:
        yield from (_filled(line, width - 2, "    ") for line in item.split("\n"))


def _filled(text: str, width: int, indent: str = "  ") -> str:
    shown = text.strip()
    return textwrap.fill(
        shown,
        max(20, width),
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
