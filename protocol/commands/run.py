"""The command `run`: one patient at the terminal, visit by visit, asking only for what the next decision needs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from protocol.commands import HOLDS
from protocol.commands.screen import show, width
from protocol.commands.subject import complete_spec, load

if TYPE_CHECKING:
    from protocol.model.course import Course, Given, Observation, Visit
    from protocol.model.decision import Step
    from protocol.model.protocol import Protocol

Typed = TypeVar("Typed")

_HELP = "Leave a question empty if there is nothing to say; 'not done' says that a value was not measured. An empty time ends."


class _Ended(Exception):
    """Nothing more is typed."""


@click.command(short_help="Take one patient through a protocol at the terminal.", epilog="Example: protocol run imatinib-hes")
@click.argument("spec", shell_complete=complete_spec)
@click.option("--course", "file", type=click.Path(path_type=Path), help="The Markdown file in which the course is kept.")
@click.option("--patient", default="Patient", show_default=True, help="The heading of the course.")
@click.option("--reading", "readings", metavar="NAME=READING", multiple=True, help="Another reading of an open question.")
def run(spec: str, file: Path | None, patient: str, readings: tuple[str, ...]) -> int:
    """Take one patient through a protocol, visit by visit.

    It asks for the time of a visit and then only for the values that the decision depends on, says what is decided and why,
    asks what is given, and says when something falls due. With --course the visits are kept in a file, written anew
    after each visit, and the next run goes on from there. The file can be replayed.
    """
    from protocol.adapters.selection import pairs, under
    from protocol.commands.kept import keep, opened
    from protocol.model.course import Course

    if sys.stdin is None:
        raise click.UsageError("nothing can be typed: standard input is closed")
    if not patient.strip() or not patient.isprintable():
        raise click.UsageError("the patient needs a heading of one line, such as --patient 'Patient 1'")
    protocol = under(load(spec), pairs(readings))
    course = opened(file, patient, protocol) if file else Course(patient, ())
    show(f"{protocol.name} {protocol.version}, {course.name}. Research software, not a medical device.\n{_HELP}")
    _say_so_far(protocol, course)
    try:
        while True:
            course = _after_visit(protocol, course)
            if file:
                keep(file, course, protocol)
    except _Ended as end:
        show(str(end))
        return HOLDS


# One visit


def _after_visit(protocol: Protocol, course: Course) -> Course:
    """The course after one more visit: when, what was measured, what is decided, what is given."""
    from attrs import evolve

    from protocol.model.course import Visit

    visit = Visit(_time(protocol, course))
    visit = _measured(protocol, course, visit)
    step = _step(protocol, course, visit)
    _say_decision(protocol, step)
    given = _dose(protocol)
    if given is not None:
        visit = evolve(visit, given=given)
        step = _step(protocol, course, visit)
        _say_given(step)
    _say_next(protocol, step)
    return evolve(course, visits=(*course.visits, visit))


def _time(protocol: Protocol, course: Course) -> int:
    from protocol.adapters.typed import time_typed
    from protocol.model.time import say_time

    last = course.visits[-1].time if course.visits else None
    while True:
        when = _ask(
            f"\nTime of the visit, in {protocol.resolution} since the first dose", lambda text: time_typed(text, protocol)
        )
        if when is None:
            raise _Ended
        if last is None or when > last:
            return when
        show(f"The last visit was on {say_time(last)}; write a later time.")


def _measured(protocol: Protocol, course: Course, visit: Visit) -> Visit:
    """The visit with the values that its decision depends on, and whatever else is to be said."""
    from attrs import evolve

    from protocol.semantics.asking import asked_for, only_now

    asked: list[str] = []
    while True:
        step = _step(protocol, course, visit)
        wanted = (*asked_for(protocol, step.decision), *only_now(protocol, step))
        waiting = [name for name in wanted if name not in asked]
        if not waiting:
            return evolve(visit, observations=(*visit.observations, *_more(protocol, step)))
        asked.append(waiting[0])
        visit = evolve(visit, observations=(*visit.observations, *_value(protocol, waiting[0])))


def _value(protocol: Protocol, name: str) -> tuple[Observation, ...]:
    from protocol.adapters.typed import asks_for, value_typed

    item = protocol.input(name)
    return _ask(asks_for(item), lambda text: value_typed(text, item))


def _more(protocol: Protocol, step: Step) -> tuple[Observation, ...]:
    """Values that the decision does not wait for, such as a count that is still valid and measured again."""
    due = ", ".join(item.input for item in step.decision.due if item.status != "never measured")
    question = f"Anything else, such as '{protocol.inputs[0].name}'" + (f" (due: {due})" if due else "")
    found: tuple[Observation, ...] = ()
    while more := _ask(question, lambda text: _named(protocol, text)):
        name, values = more
        found = (*found, *(values or _value(protocol, name)))
    return found


def _named(protocol: Protocol, text: str) -> tuple[str, tuple[Observation, ...]] | None:
    """An input, and its value if that is typed as well: ``anc`` or ``anc 1.2``; None for nothing."""
    from protocol.adapters.problems import did_you_mean
    from protocol.adapters.typed import value_typed
    from protocol.errors import NotationError

    name, _, value = text.strip().partition(" ")
    names = [item.name for item in protocol.inputs]
    if name and name not in names:
        raise NotationError(f"'{name}' is not an input", did_you_mean(name, names, "Inputs"))
    return (name, value_typed(value, protocol.input(name))) if name else None


def _dose(protocol: Protocol) -> Given | None:
    from protocol.adapters.typed import dose_typed
    from protocol.model.ladder import folded

    names = [level.name for level in protocol.levels]
    levels = ", ".join(folded(names, names))
    return _ask(f"Given ({levels}, none; empty: as recommended)", lambda text: dose_typed(text, protocol))


def _ask(question: str, read: Callable[[str], Typed]) -> Typed:
    """What is typed, asked again until it can be read."""
    from protocol.errors import ProtocolError

    while True:
        try:
            text = click.prompt(question, default="", show_default=False)
        except click.Abort:
            raise _Ended("\nEnded in the middle of a visit, which counts for nothing.") from None
        try:
            return read(text)
        except ProtocolError as error:
            show(_without_place(error))


def _without_place(error: Exception) -> str:
    """The problem and what would be right; where it stands on a line that was just typed is plain to see."""
    problems = getattr(error, "problems", ())
    return "\n".join(f"{problem.message}. {problem.hint}" for problem in problems) or str(error)


# What is said


def _say_so_far(protocol: Protocol, course: Course) -> None:
    from protocol.adapters.phrases import counted
    from protocol.adapters.to_text import visit_text
    from protocol.semantics.trace import trace

    if course.visits:
        last = visit_text(trace(protocol, course).steps[-1], protocol, width())
        show(f"\nAfter {counted(len(course.visits), 'visit')}, the last:\n{last}")


def _step(protocol: Protocol, course: Course, visit: Visit) -> Step:
    """The decision at one more visit; raises VisitError where it cannot follow."""
    from attrs import evolve

    from protocol.semantics.trace import trace

    return trace(protocol, evolve(course, visits=(*course.visits, visit))).steps[-1]


def _say_decision(protocol: Protocol, step: Step) -> None:
    from protocol.adapters.to_text import explain

    show("\n" + explain(step, protocol, width()) + "\n")


def _say_given(step: Step) -> None:
    from protocol.adapters.monitoring import say_next
    from protocol.adapters.phrases import say_verdict

    often = "; ".join(say_next(one, step.decision.time) for one in step.decision.monitoring)
    lines = (f"Given {say_verdict(step)}.", *(f"Deviation, {one.kind}: {one.message}" for one in step.deviations))
    show("\n".join((*lines, f"So {often}.") if often else lines))


def _say_next(protocol: Protocol, step: Step) -> None:
    from protocol.adapters.phrases import say_decision
    from protocol.model.time import say_time
    from protocol.semantics.foresee import next_change

    change = next_change(protocol, step.state)
    if change:
        time, decision = change
        show(f"Without new values the decision changes on {say_time(time)}: {say_decision(decision, protocol)}.")
