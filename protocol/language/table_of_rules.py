"""The rules as a clinician reviews them: by control state and in their order, and each table as its source prints it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from attrs import frozen

from protocol.language.page import Block, Heading, Items, Paragraph, Table, code, plain, sentence
from protocol.language.table_of_sources import say_citation
from protocol.language.to_text import duration_trackers, say_guard, say_where
from protocol.model import table as printed
from protocol.model.guard import Always
from protocol.model.protocol import Protocol
from protocol.model.rule import CONTROLS, ControlKind, Rule
from protocol.model.said import say_action
from protocol.model.time import say_duration

_HOW_TO_READ = (
    "Rules are tried in the order of their numbers. The first **must** whose condition holds is ordered; each **may** before it "
    "whose condition holds is permitted beside it. A rule that raises or lowers the dose by a step needs a reading, or "
    "a time that came due, newer than the last step. A value that is missing or too old makes a condition neither true nor false."
)
_SAFE_SIDE = {
    "less": "That never raises a dose, never holds back a lowering that is ordered anyway, and never ends treatment.",
    "more": "Of what could then be ordered, the higher dose is taken to be the safe one; it never ends treatment.",
    "none": "Where that leaves more than one thing to be ordered, the dose in force stands.",
}
_BETWEEN = {
    "wait": "Decisions are made at visits.",
    "act": "What falls due between visits is decided then, without waiting for the next one.",
}
_EQUAL_RIGHT = (
    "No cell of a table stands above another. Where two of them hold at one visit and order different things, the source "
    "contradicts itself, and the decision names both."
)


@frozen
class Entry:
    """What has one number: a rule that stands alone, or the cells of a table."""

    number: int
    rules: tuple[Rule, ...]

    @property
    def rule(self) -> Rule:
        """The rule, or of a table its first cell, which has in common with the others all but place, condition and action."""
        return self.rules[0]

    @property
    def name(self) -> str:
        """The name of the rule or of the table."""
        return self.rule.table or self.rule.name

    def is_in(self, control: ControlKind) -> bool:
        """Whether it applies in this control state."""
        return any(where.control == control for rule in self.rules for where in rule.where)

    def does(self, control: ControlKind, *kinds: str) -> bool:
        """Whether it does one of these in this control state and, of a stop, whether that is in force on hold."""
        here = (rule for rule in self.rules if any(where.control == control for where in rule.where))
        return any(rule.action.kind in kinds and rule.on_hold for rule in here)


def rules(protocol: Protocol, contradicting: Sequence[tuple[str, str]] = ()) -> Iterator[Block]:
    """How the rules are read, those in force by control state, the tables, what is said of each, and those not in force."""
    yield Heading(2, "Rules")
    waived = (
        " The rules that act on missing data all the same say so below." if any(rule.waiver for rule in protocol.rules) else ""
    )
    yield Paragraph(f"{_HOW_TO_READ} {_SAFE_SIDE[protocol.safe_side]}{waived}")
    within = "before the next visit" if protocol.act_within is None else f"within {say_duration(protocol.act_within)}"
    counted = f"Time is counted in {protocol.resolution}, and a recommendation is to be in force {within}."
    yield Paragraph(f"{_BETWEEN[protocol.between_visits]} {counted}")
    chosen, others = _entries(protocol)
    for control in CONTROLS:
        yield from _group(protocol, chosen, control)
    yield from _tables(protocol, chosen, contradicting)
    yield from _names(protocol)
    yield from _remarks("What the rules say", chosen)
    if others:
        yield Heading(2, "Rules that are not in force")
        yield Paragraph("They belong to readings of an open question that are not the chosen ones.")
        yield _table(protocol, others)
        yield from _tables(protocol, others)
        yield from _remarks("What these rules say", others)


def _entries(protocol: Protocol) -> tuple[list[Entry], list[Entry]]:
    """The rules in force and the others, each with its place in the order of all."""
    chosen = {rule.name for rule in protocol.in_force()}
    together = groupby(protocol.rules, key=lambda rule: rule.table or rule.name)
    entries = [Entry(number, tuple(rules)) for number, (_, rules) in enumerate(together, 1)]
    return [one for one in entries if one.rule.name in chosen], [one for one in entries if one.rule.name not in chosen]


def _group(protocol: Protocol, entries: list[Entry], control: ControlKind) -> Iterator[Block]:
    here = [one for one in entries if one.is_in(control)]
    if not here and control not in (*protocol.otherwise, *protocol.silent):
        return
    yield Heading(3, control.capitalize())
    if here:
        yield _table(protocol, here)
    yield Paragraph(" ".join((*_standing(entries, control), _last(protocol, control))))


def _last(protocol: Protocol, control: ControlKind) -> str:
    if control in protocol.otherwise:
        return "Where no rule holds, the dose in force stands."
    if control in protocol.silent:
        return "Where no rule holds, the source says nothing: the dose in force stands, and the silence is reported."
    return "Where no rule holds, **the protocol says nothing**: the dose in force stands, and the silence is reported."


def _standing(entries: list[Entry], control: ControlKind) -> Iterator[str]:
    """Which rules of treatment stand in this state as well, and what a resume waits for."""
    kept = {
        "held": [str(one.number) for one in entries if one.does("on treatment", "stop")],
        "in review": [str(one.number) for one in entries if one.does("on treatment", "hold", "stop")],
    }.get(control, [])
    if kept:
        yield f"Of the rules of treatment these stand here too: {', '.join(kept)}."
    if control == "held":
        yield (
            "A hold ends when each of its reasons has recovered and no rule that must hold or stop would act at the dose that "
            "comes back; of several levels the lowest is taken."
        )


def _table(protocol: Protocol, entries: Iterable[Entry]) -> Table:
    rows = (_row(protocol, one) for one in entries)
    return Table(("No.", "Rule", "Where", "When", "What", "Source"), tuple(rows), name=1)


def _row(protocol: Protocol, one: Entry) -> tuple[str, ...]:
    durations, doubtful = duration_trackers(protocol), {source.name for source in protocol.sources if source.unverified}
    if not one.rule.table:
        where, when, what = _where(one.rule), code(say_guard(one.rule.when, durations)), _what(one.rule)
    else:
        table = protocol.table(one.name)
        where = plain("; ".join(say_where(where) for where in table.where)) or "as its columns say"
        when = code(say_guard(table.when, durations)) if table.when != Always() else "as its cells say"
        what = f"**table** below{_flags(one.rules)}"
    return str(one.number), code(one.name), where, when, what, _source(one.rule, doubtful)


def _where(rule: Rule) -> str:
    return plain("; ".join(say_where(where) for where in rule.where))


def _what(rule: Rule) -> str:
    supplement = f" and {plain(str(rule.supplement))} at once" if rule.supplement else ""
    return f"**{rule.mode}** {plain(say_action(rule.action))}{supplement}{_flags((rule,))}"


def _flags(rules: tuple[Rule, ...]) -> str:
    """What is said of a rule, or of the cells of a table, in few words."""
    said = {
        "recommended": any(rule.recommended for rule in rules),
        "again on the same reading": any(rule.again for rule in rules),
        "once on the same reading": any(rule.once for rule in rules),
        "not on hold": not all(rule.on_hold for rule in rules),
    }
    return "".join(f" ({flag})" for flag, is_said in said.items() if is_said)


def _tables(protocol: Protocol, entries: Iterable[Entry], contradicting: Sequence[tuple[str, str]] = ()) -> Iterator[Block]:
    """Each table as it is printed; a cell without an action has a dash. Then its cells that can contradict each other."""
    tables = [one for one in entries if one.rule.table]
    for number, one in enumerate(tables):
        yield Heading(3, f"{one.number} {code(one.name)}")
        if not number:
            yield Paragraph(_EQUAL_RIGHT)
        table, cells = protocol.table(one.name), {rule.name: _what_in_cell(rule) for rule in one.rules}
        rows = (
            (
                code(row),
                *(cells.get(printed.cell_name(table.name, line, column), "-") for column in range(1, len(table.columns) + 1)),
            )
            for line, row in enumerate(table.rows, 1)
        )
        yield Table(("", *(code(column) for column in table.columns)), tuple(rows))
        if pairs := [pair for pair in contradicting if printed.table_of(pair[0]) == table.name]:
            yield Paragraph("Where the conditions of both hold, these cells contradict each other:")
            yield Items(tuple(" and ".join(_cell(table, name, cells[name]) for name in pair) for pair in pairs))


def _cell(table: printed.Table, name: str, does: str) -> str:
    row, column = table.heads(name)
    return f"{does} ({code(row)}, {code(column)})"


def _what_in_cell(rule: Rule) -> str:
    supplement = f" and {plain(str(rule.supplement))} at once" if rule.supplement else ""
    return ("**may** " if rule.mode == "may" else "") + plain(say_action(rule.action)) + supplement


def _source(rule: Rule, doubtful: set[str]) -> str:
    """The source and its place; ``doubtful`` are the sources that are unverified themselves."""
    if rule.source is None:
        return "**none**"
    is_doubtful = rule.unverified or rule.source.source in doubtful
    return say_citation(rule.source) + (" (**unverified**)" if is_doubtful else "")


def _names(protocol: Protocol) -> Iterator[Block]:
    """What the names of open questions mean in conditions, under the chosen readings."""
    durations = duration_trackers(protocol)
    chosen = ((item.name, item.reading()) for item in protocol.interpretations)
    rows = ((code(name), code(say_guard(one.guard, durations)), code(one.name)) for name, one in chosen if one.guard is not None)
    if table := tuple(rows):
        yield Heading(3, "Open questions in conditions")
        yield Table(("Name", "Stands for", "Reading"), table)


def _remarks(title: str, entries: Iterable[Entry]) -> Iterator[Block]:
    """What is said of each rule in whole sentences, for which no cell has room."""
    items = tuple(f"{one.number} {code(one.name)}: {said}" for one in entries if (said := " ".join(_said(one.rule))))
    if items:
        yield Heading(3, title)
        yield Items(items)


def _said(rule: Rule) -> Iterator[str]:
    yield from (sentence(text) for text in (rule.says, rule.note) if text)
    if rule.unverified:
        yield f"**Unverified:** {sentence(rule.unverified)}"
    if rule.waiver:
        yield f"**Acts on missing data:** {sentence(rule.waiver)}"
    if rule.under:
        yield f"Under {', '.join(code(f'{name}: {reading}') for name, reading in rule.under)}."
