"""From a protocol to a table of dose modification that a clinician can review: all that it says, rules as they act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protocol.language.page import Block, Heading, Paragraph, Table, code, plain, sentence
from protocol.language.table_of_inputs import asked
from protocol.language.table_of_monitoring import monitoring
from protocol.language.table_of_properties import properties
from protocol.language.table_of_rules import rules
from protocol.language.table_of_sources import open_questions, say_citation, sources
from protocol.model.dispensing import Dispensing, say_strengths
from protocol.model.ladder import runs, say_run
from protocol.model.protocol import Protocol, fingerprint

_ROUNDED = {
    "nearest": "rounded to the nearest that units make, of two to the lower one",
    "up": "rounded up to one that units make",
    "down": "rounded down to one that units make",
}


def to_table(protocol: Protocol, contradicting: Sequence[tuple[str, str]] = ()) -> tuple[Block, ...]:
    """The page: ladder, rules by control state, monitoring, open questions, properties, inputs, sources.

    ``contradicting`` are pairs of cells of one table that can order different things at one visit.
    """
    return (
        *_head(protocol),
        *_ladder(protocol),
        *rules(protocol, contradicting),
        *monitoring(protocol),
        *open_questions(protocol),
        *properties(protocol),
        *asked(protocol),
        *sources(protocol),
    )


def _head(protocol: Protocol) -> Iterator[Block]:
    yield title(protocol)
    said = (sentence(text) for text in (protocol.title, f"Drug: {protocol.drug}" if protocol.drug else "") if text)
    yield Paragraph(" ".join((*said, f"Fingerprint {fingerprint(protocol)}. Research software, not a medical device.")))
    if protocol.note:
        yield Paragraph(plain(protocol.note))


def title(protocol: Protocol) -> Heading:
    """The heading of a page on this protocol."""
    return Heading(1, plain(f"{protocol.name} {protocol.version}"))


def _ladder(protocol: Protocol) -> Iterator[Block]:
    yield Heading(2, "Dose levels, lowest first")
    yield Table(("Rung", "Level", "Dose"), tuple(_rungs(protocol)), name=1)
    ends = {"lowest": protocol.ladder_ends.lowest, "highest": protocol.ladder_ends.highest}
    if ours := " and the ".join(name for name, end in ends.items() if end == "ours"):
        yield Paragraph(
            f"The source does not print that the ladder ends there: the {ours} level is **ours**. Where a rule orders a step "
            "beyond it and does not say what happens then, the dose in force stands, and the silence is reported."
        )
    if protocol.dispensing:
        yield Paragraph(" ".join(_dispensing(protocol.dispensing)))


def _dispensing(item: Dispensing) -> Iterator[str]:
    """In which strengths and how a dose is dispensed, and what that rests on."""
    by_size = f", computed with {code(item.size)}," if item.size else ""
    source = f" ({say_citation(item.source)})" if item.source else ""
    most = "" if item.most is None else f", {item.most} at most"
    how = f"{_ROUNDED[item.round]}, in the fewest units{most}."
    yield f"Dispensed in units of {plain(say_strengths(item))}{source}: the amount of one administration{by_size} is {how}"
    if item.note:
        yield sentence(item.note)
    if item.unverified:
        yield f"**Unverified:** {sentence(item.unverified)}"


def _rungs(protocol: Protocol) -> Iterator[tuple[str, str, str]]:
    """A row for each level, and one for many in even steps."""
    rung = 1
    for run in runs(protocol.levels):
        last = rung + len(run) - 1
        names = code(run[0].name) if len(run) == 1 else f"{code(run[0].name)} ... {code(run[-1].name)}"
        yield str(rung) if len(run) == 1 else f"{rung} to {last}", names, plain(say_run(run))
        rung = last + 1
