"""From decisions to sentences: one for each visit, or the whole explanation of one."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import repeat

from attrs import evolve

from protocol.adapters.dispensing import dispensing_lines, say_dispensed
from protocol.adapters.grounds import permission_lines, question_lines
from protocol.adapters.monitoring import measuring_lines, overdue_clauses, say_next
from protocol.adapters.phrases import (
    cited,
    is_no_order,
    listed,
    say_conflict,
    say_date,
    say_decision,
    say_fact,
    say_order,
    say_ordered,
    say_outcome,
    say_permission,
    say_rule,
    say_silence,
    say_value,
    say_verdict,
    say_where,
)
from protocol.adapters.refusals import by_reason
from protocol.adapters.tally import is_assumed_change
from protocol.adapters.waiting import TITLE as HOLD
from protocol.errors import check_kind
from protocol.model.decision import Decision, Due, Missing, Refusal, Revision, Step, Trace
from protocol.model.grounds import Ground, OpenQuestion
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number
from protocol.model.time import say_time

WIDTH = 100
_MOST = 3
"""So many names are listed in one sentence about a visit; the explanation lists all."""


def course_text(trace: Trace, protocol: Protocol, width: int = WIDTH) -> str:
    """A course: its name, one sentence for each visit, and what was recorded later: what it changes, what was refused."""
    visits = (visit_text(step, protocol, width - 2) for step in trace.steps)
    revised = (revision_text(revision, protocol, width - 2) for revision in trace.revisions)
    refused = (_filled(_late(refusal), width - 2) for refusal in trace.refused)
    return "\n".join((trace.course, *(textwrap.indent(text, "  ") for text in (*visits, *revised, *refused))))


def revision_text(revision: Revision, protocol: Protocol, width: int = WIDTH) -> str:
    """What a decision would have been with what was recorded later."""
    revised = say_order(revision.revised, protocol)
    return _filled(f"{say_time(revision.time)}, with what was recorded later: {revised}.", width)


def visit_text(step: Step, protocol: Protocol, width: int = WIDTH) -> str:
    """One visit as a sentence, the order first. Of the cell of a table the name is enough; the explanation says the rest."""
    ordered = f"{say_date(step.visit)}: {say_order(step.decision, protocol)}"
    parts = (ordered, *(part for part in _clauses(step, protocol) if part))
    return _filled("; ".join(parts) + ".", width)


def told(step: Step, protocol: Protocol) -> str:
    """What was decided at a visit, without its date, and what was given where that is not what was recommended."""
    decision = step.decision
    parts = (
        say_order(decision, protocol),
        f"rule {decision.rule}" if decision.rule else "",
        _also_held(step),
        *_computed(decision, protocol),
        say_conflict(decision, protocol) if decision.conflict else "",
        f"missing: {listed((item.name for item in decision.missing), _MOST)}" if decision.missing else "",
        say_silence(decision, protocol),
        *(say_permission(permission, protocol, _MOST, heads=False) for permission in decision.permitted),
        f"given {say_verdict(step, _MOST)}" if step.verdict and not step.verdict.recommended else "",
    )
    return "; ".join(part for part in parts if part)


def _also_held(step: Step) -> str:
    """The reasons that a hold has, or has got at this visit, beside the rule that was followed."""
    decision, state = step.decision, step.state
    goes_on = decision.before.control.kind == "held" or decision.action == "hold"
    more = state.reasons - {*decision.reasons, decision.rule} if goes_on and state.control.kind == "held" else frozenset()
    return f"held for {listed(sorted(more))} too" if more else ""


def _computed(decision: Decision, protocol: Protocol) -> Iterator[str]:
    """What the computed numbers and the scores come to on which the decision rests."""
    names = {one.name for one in protocol.numbers} | {one.name for one in protocol.scores}
    for fact in decision.facts:
        if fact.name in names and fact.status != "unknown":
            yield f"{fact.name} comes to {say_value(evolve(fact, value=fact.value.partition(' (')[0]), protocol)}"


def _clauses(step: Step, protocol: Protocol) -> Iterator[str]:
    decision = step.decision
    yield f"rule {decision.rule}" if decision.rule else ""
    yield say_conflict(decision, protocol) if decision.conflict else ""
    yield f"missing: {listed((item.name for item in decision.missing), _MOST)}" if decision.missing else ""
    yield say_silence(decision, protocol)
    yield from (say_permission(permission, protocol, _MOST, heads=False) for permission in decision.permitted)
    yield say_dispensed(decision.dispensed) if decision.dispensed else ""
    yield from map(say_next, decision.monitoring, repeat(decision.time))
    yield from overdue_clauses(decision, _MOST)
    yield f"refused: {listed(by_reason(step.refused))}" if step.refused else ""
    yield "the decision depends on the date" if step.depends_on_date else ""
    yield f"given {said}" if (said := say_verdict(step, _MOST)) else ""
    yield "what was given is not said: taken to be followed" if not said and is_assumed_change(step) else ""


def explain(step: Step, protocol: Protocol, width: int = WIDTH) -> str:
    """What the protocol says at a visit, with all its reasons, in paragraphs of at most that width.

    Of a proposal, where the visit does not say yet what is given, nothing is said about that.
    """
    check_kind("the step", step, Step, "a Step, as protocol.step decides it")
    return _in_paragraphs(_paragraphs(step, protocol, width, (), proposal=step.visit.given is None))


def explanation(
    step: Step,
    protocol: Protocol,
    width: int = WIDTH,
    refused_later: tuple[Refusal, ...] = (),
    held: Sequence[str] = (),
    grounds: tuple[Ground, ...] = (),
    questions: tuple[OpenQuestion, ...] = (),
) -> str:
    """One visit with all its reasons, in paragraphs.

    ``refused_later`` are refused readings of it that were recorded later, ``held`` the lines that say why a hold goes on,
    ``grounds`` the rules that permit something, ``questions`` those that the source leaves open and that matter here.
    """
    return _in_paragraphs(_paragraphs(step, protocol, width, refused_later, held, grounds, questions))


def _in_paragraphs(paragraphs: Iterator[list[str]]) -> str:
    return "\n\n".join("\n".join(paragraph) for paragraph in paragraphs if paragraph)


def _paragraphs(
    step: Step,
    protocol: Protocol,
    width: int,
    refused_later: tuple[Refusal, ...],
    held: Sequence[str] = (),
    grounds: tuple[Ground, ...] = (),
    questions: tuple[OpenQuestion, ...] = (),
    proposal: bool = False,
) -> Iterator[list[str]]:
    decision = step.decision
    where = f"{say_date(step.visit)}, {say_where(decision.before, protocol)}: {say_decision(decision, protocol)}."
    yield [_filled(where, width), *(_filled(text, width) for text in _remarks(step, protocol))]
    yield _rule(decision, protocol, width)
    yield _section("The source contradicts itself", _conflict(decision, protocol), width)
    yield _facts(decision, protocol, width)
    yield _section(HOLD, tuple(held), width)
    yield _section("Permitted beside it", permission_lines(decision, grounds, protocol), width)
    yield _missing("What each missing value would make of it", decision.missing, width)
    for question in questions:
        yield _section(f"Open question '{question.name}'", question_lines(question, decision, protocol), width)
    yield _section("Dispensed for each administration", dispensing_lines(decision.dispensed, protocol), width)
    yield [] if proposal else _section("Given", _given(step), width)
    yield _missing("What each missing value makes of that", step.verdict.needs if step.verdict else (), width)
    yield _section("Refused readings", (*map(_refusal, step.refused), *map(_late, refused_later)), width)
    yield _section("How often is measured from now on", measuring_lines(step, protocol), width)
    yield _section("To be measured", (_due(item) for item in decision.due), width)


def _remarks(step: Step, protocol: Protocol) -> Iterator[str]:
    decision = step.decision
    if decision.silent and (decision.blocked or (is_no_order(decision) and not decision.facts)):
        yield "The source says nothing of this visit."
    elif said := say_silence(decision, protocol):
        yield f"{said[0].upper()}{said[1:]}."
    for name in decision.acted_on:
        rule = say_rule(name, protocol)
        yield f"Rule {rule} holds, but all that it rests on has been acted on: what was ordered then stands."
    if decision.reasons:
        yield f"Reasons of the hold: {listed(decision.reasons)}."
    if step.depends_on_date:
        yield "A date of the course is a range, and the decision is not the same throughout it."
    if decision.lowered_by:
        yield f"Drug comes back lower than the rule says, because of rule {say_rule(decision.lowered_by, protocol)}."
    others = tuple(name for name in decision.rules if name != decision.rule)
    if others:
        what = "Other rules that lead to the same" if decision.status == "decided" else "Other rules that are possible"
        yield f"{what}: {listed(others)}."


def _rule(decision: Decision, protocol: Protocol, width: int) -> list[str]:
    if not decision.rule:
        return []
    lines = (*cited(decision.source, decision.says, protocol), *(f"Unverified: {why}" for why in decision.unverified))
    return _section(f"Rule {say_rule(decision.rule, protocol)}", lines, width)


def _conflict(decision: Decision, protocol: Protocol) -> Iterator[str]:
    """What each of the rules that contradict each other orders, and what follows from it."""
    for name in decision.conflict:
        yield f"Rule {say_rule(name, protocol)} orders: {say_ordered(name, protocol)}"
    if decision.conflict:
        yield "No cell of a table stands above another, so what each of them orders is permitted."
        yield from cited(decision.source, decision.says, protocol) if not decision.rule else ()


def _facts(decision: Decision, protocol: Protocol, width: int) -> list[str]:
    longest = max((len(fact.name) for fact in decision.facts), default=0)
    title = "The source says nothing for these values" if is_no_order(decision) else "Facts"
    return _section(title, (f"{fact.name:<{longest}}  {say_fact(fact, protocol)}" for fact in decision.facts), width)


def _missing(title: str, missing: tuple[Missing, ...], width: int) -> list[str]:
    return _section(title, (say_outcome(outcome) for item in missing for outcome in item.outcomes), width)


def _given(step: Step) -> Iterator[str]:
    yield say_verdict(step) or "The data do not say; the recommendation is assumed."
    yield from (f"{item.kind}: {item.message}" for item in step.deviations if item.is_certain)


def _refusal(refusal: Refusal) -> str:
    seen = refusal.observation
    value = seen.value if seen.value is None or isinstance(seen.value, str | int | float) else say_number(seen.value)
    shown = "not done" if value is None else f"{seen.censored}{value} {seen.unit}".strip()
    row = f" ({seen.row})" if seen.row else ""
    return f"{seen.input} {shown}{row}: {refusal.why}"


def _late(refusal: Refusal) -> str:
    seen = refusal.observation
    at = "" if seen.observed is None else f"{say_time(seen.observed)}, "
    recorded = "later" if seen.recorded is None else f"on {say_time(seen.recorded)}"
    return f"{at}recorded {recorded} and refused: {_refusal(refusal)}"


def _due(due: Due) -> str:
    if due.status == "never measured":
        return f"{due.input}: never measured, due since {say_time(due.since)}"
    return f"{due.input}: {due.status} since {say_time(due.latest if due.status == 'overdue' else due.since)}"


def _section(title: str, lines: Iterator[str] | tuple[str, ...], width: int) -> list[str]:
    body = [_indented(line, width) for line in lines if line]
    return [title, *body] if body else []


def _indented(line: str, width: int) -> str:
    """A line of a section; one that begins with blanks belongs to the one above it."""
    text = line.lstrip(" ")
    blanks = 2 + len(line) - len(text)
    return textwrap.indent(_filled(text, width - blanks), " " * blanks)


def _filled(text: str, width: int) -> str:
    """The text in lines of at most that width; lines after the first are indented. Long words are kept whole."""
    return textwrap.fill(
        text, max(20, width), subsequent_indent="    ", break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
