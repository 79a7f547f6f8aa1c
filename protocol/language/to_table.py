"""From a protocol to a table of dose modification that a clinician can review: all that it says, rules as they act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protocol.language.page import Block, Heading, Items, Paragraph, Table, code, plain, sentence
from protocol.language.table_of_inputs import asked
from protocol.language.table_of_monitoring import monitoring
from protocol.language.table_of_properties import properties
from protocol.language.table_of_sources import open_questions, say_citation, sources
from protocol.language.to_text import duration_trackers, say_guard, say_where
from protocol.model.dispensing import Dispensing, say_strengths
from protocol.model.ladder import runs, say_run
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.rule import CONTROLS, ControlKind, Rule
from protocol.model.said import say_action
from protocol.model.time import say_duration

Numbered = tuple[int, Rule]

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
_ROUNDED = {
    "nearest": "rounded to the nearest that units make, of two to the lower one",
    "up": "rounded up to one that units make",
    "down": "rounded down to one that units make",
}
_BETWEEN = {
    "wait": "Decisions are made at visits.",
    "act": "What falls due between visits is decided then, without waiting for the next one.",
}


def to_table(protocol: Protocol) -> tuple[Block, ...]:
    """The page: ladder, rules by control state, monitoring, open questions, properties, inputs, sources."""
    return (
        *_head(protocol),
        *_ladder(protocol),
        *_rules(protocol),
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


def _rules(protocol: Protocol) -> Iterator[Block]:
    yield Heading(2, "Rules")
    waived = (
        " The rules that act on missing data all the same say so below." if any(rule.waiver for rule in protocol.rules) else ""
    )
    yield Paragraph(f"{_HOW_TO_READ} {_SAFE_SIDE[protocol.safe_side]}{waived}")
    within = "before the next visit" if protocol.act_within is None else f"within {say_duration(protocol.act_within)}"
    counted = f"Time is counted in {protocol.resolution}, and a recommendation is to be in force {within}."
    yield Paragraph(f"{_BETWEEN[protocol.between_visits]} {counted}")
    chosen, others = _numbered(protocol)
    for control in CONTROLS:
        yield from _group(protocol, chosen, control)
    yield from _names(protocol)
    yield from _remarks("What the rules say", chosen)
    if others:
        yield Heading(2, "Rules that are not in force")
        yield Paragraph("They belong to readings of an open question that are not the chosen ones.")
        yield _table(protocol, others)
        yield from _remarks("What these rules say", others)


def _numbered(protocol: Protocol) -> tuple[list[Numbered], list[Numbered]]:
    """The rules in force and the others, each with its place in the order of all."""
    chosen = {rule.name for rule in protocol.in_force()}
    numbered = list(enumerate(protocol.rules, 1))
    return [item for item in numbered if item[1].name in chosen], [item for item in numbered if item[1].name not in chosen]


def _group(protocol: Protocol, numbered: list[Numbered], control: ControlKind) -> Iterator[Block]:
    here = [item for item in numbered if _is_in(item[1], control)]
    if not here and control not in (*protocol.otherwise, *protocol.silent):
        return
    yield Heading(3, control.capitalize())
    if here:
        yield _table(protocol, here)
    yield Paragraph(" ".join((*_standing(numbered, control), _last(protocol, control))))


def _is_in(rule: Rule, control: ControlKind) -> bool:
    return any(where.control == control for where in rule.where)


def _last(protocol: Protocol, control: ControlKind) -> str:
    if control in protocol.otherwise:
        return "Where no rule holds, the dose in force stands."
    if control in protocol.silent:
        return "Where no rule holds, the source says nothing: the dose in force stands, and the silence is reported."
    return "Where no rule holds, **the protocol says nothing**: the dose in force stands, and the silence is reported."


def _standing(numbered: list[Numbered], control: ControlKind) -> Iterator[str]:
    """Which rules of treatment stand in this state as well, and what a resume waits for."""
    treating = [item for item in numbered if _is_in(item[1], "on treatment")]
    kept = {
        "held": [str(number) for number, rule in treating if rule.action.kind == "stop" and rule.on_hold],
        "in review": [str(number) for number, rule in treating if rule.action.kind in ("hold", "stop")],
    }.get(control, [])
    if kept:
        yield f"Of the rules of treatment these stand here too: {', '.join(kept)}."
    if control == "held":
        yield (
            "A hold ends when each of its reasons has recovered and no rule that must hold or stop would act at the dose that "
            "comes back; of several levels the lowest is taken."
        )


def _table(protocol: Protocol, numbered: Iterable[Numbered]) -> Table:
    durations, doubtful = duration_trackers(protocol), {source.name for source in protocol.sources if source.unverified}
    rows = (
        (str(number), code(rule.name), _where(rule), code(say_guard(rule.when, durations)), _what(rule), _source(rule, doubtful))
        for number, rule in numbered
    )
    return Table(("No.", "Rule", "Where", "When", "What", "Source"), tuple(rows), name=1)


def _where(rule: Rule) -> str:
    return plain("; ".join(say_where(where) for where in rule.where))


def _what(rule: Rule) -> str:
    flags = {"recommended": rule.recommended, "again on the same reading": rule.again, "not on hold": not rule.on_hold}
    flags |= {"once on the same reading": rule.once}
    supplement = f" and {plain(str(rule.supplement))} at once" if rule.supplement else ""
    done = f"**{rule.mode}** {plain(say_action(rule.action))}{supplement}"
    return " ".join((done, *(f"({flag})" for flag, is_set in flags.items() if is_set)))


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


def _remarks(title: str, numbered: Iterable[Numbered]) -> Iterator[Block]:
    """What is said of each rule in whole sentences, for which no cell has room."""
    items = tuple(f"{number} {code(rule.name)}: {said}" for number, rule in numbered if (said := " ".join(_said(rule))))
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
