"""How often what is measured, where that depends on where the patient is: the entries in their order."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.language.page import Block, Heading, Items, Paragraph, Table, code, plain, sentence
from protocol.language.table_of_sources import say_citation
from protocol.language.to_text import duration_trackers, say_guard, say_schedule, say_where
from protocol.model.guard import Always
from protocol.model.monitoring import Monitoring
from protocol.model.protocol import Protocol

_HOW_TO_READ = (
    "It counts where a decision leads. For each input the first line that holds says how often it is measured; where a missing "
    "value leaves open which one holds, the one that measures most often does."
)
_HOLE = "Where none of the lines on {} holds, nothing is said about how often that is measured, and nothing is due."


def monitoring(protocol: Protocol) -> Iterator[Block]:
    """The entries in their order, what is said of each, and of which inputs none may hold."""
    if not protocol.monitoring:
        return
    yield Heading(2, "Monitoring")
    yield Paragraph(_HOW_TO_READ)
    rows = tuple(_row(protocol, entry) for entry in protocol.monitoring)
    yield Table(("Entry", "Input", "How often", "Where", "When", "Source"), rows)
    remarks = tuple(f"{code(entry.name)}: {said}" for entry in protocol.monitoring if (said := " ".join(_said(entry))))
    if remarks:
        yield Items(remarks)
    everywhere = {entry.input for entry in protocol.monitoring if entry.when == Always() and not entry.where}
    named = dict.fromkeys(entry.input for entry in protocol.monitoring)
    if holes := [code(name) for name in named if name not in everywhere]:
        yield Paragraph(_HOLE.format(" or on ".join(holes)))


def _row(protocol: Protocol, entry: Monitoring) -> tuple[str, ...]:
    after = " after a reading or a later change of dose" if entry.origin == "dose change" else ""
    how_often = f"{say_schedule(entry.schedule)}{after}" if after else f"every {say_schedule(entry.schedule).removeprefix('1 ')}"
    doubtful = {source.name for source in protocol.sources if source.unverified}
    source = "" if entry.source is None else say_citation(entry.source)
    is_doubtful = entry.unverified or (entry.source and entry.source.source in doubtful)
    return (
        code(entry.name),
        code(entry.input),
        how_often,
        plain("; ".join(say_where(where) for where in entry.where)) or "until stopped",
        code(say_guard(entry.when, duration_trackers(protocol))),
        source + (" (**unverified**)" if is_doubtful else ""),
    )


def _said(entry: Monitoring) -> Iterator[str]:
    yield from (sentence(text) for text in (entry.says, entry.note) if text)
    if entry.unverified:
        yield f"**Unverified:** {sentence(entry.unverified)}"
