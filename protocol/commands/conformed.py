"""How `replay` answers: every visit, the numbers of all courses, or where two protocols differ on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from protocol.commands.data import sheet_of
from protocol.commands.form import answer
from protocol.commands.output import check_folder, check_output, read_of
from protocol.commands.screen import show, width
from protocol.commands.subject import load, traces_of

if TYPE_CHECKING:
    from protocol.adapters.sheet import Example, Sheet
    from protocol.model.course import Course
    from protocol.model.decision import Trace
    from protocol.model.protocol import Protocol
    from protocol.model.summary import Summary
    from protocol.semantics.replay import Follow


@frozen
class Asked:
    """What was asked of `replay`; see its options."""

    spec: str
    courses: Path
    folder: Path | None
    name: str | None
    summary: bool
    by: str | None
    adverse: tuple[str, ...]
    against: str | None
    deviations: Path | None
    follow: Follow
    form: str
    readings: tuple[str, ...]


def check(asked: Asked) -> None:
    """What does not go together is a mistake, and what cannot be written is found before anything is replayed."""
    from protocol.adapters.conformance.deviations import check_file

    beside = {"--summary": asked.summary, "--deviations": asked.deviations, "--follow": asked.follow != "given"}
    for option in (option for option, given in beside.items() if given and asked.against):
        raise click.UsageError(f"{option} does not go with --against: ask for one of them at a time")
    for option, given in {"--by": asked.by, "--adverse": asked.adverse}.items():
        if given and not asked.summary:
            raise click.UsageError(f"{option} goes with --summary")
    if asked.deviations is not None and asked.follow == "recommended":
        raise click.UsageError("--deviations goes with the doses given: where the recommendations are followed there are none")
    if asked.deviations is not None:
        check_file(asked.deviations)
        check_folder(asked.deviations, "--deviations")
        check_output(asked.deviations, "--deviations", read_of(asked.spec, asked.courses, asked.folder))


def listed(asked: Asked) -> bool:
    """Every visit of every course; whether there is a deviation."""
    from protocol.adapters.replayed import replayed
    from protocol.adapters.tally import tally

    protocol, sheet, examples = _read(asked)
    traces = traces_of(protocol, examples, asked.follow)
    for part in replayed(traces, protocol, asked.form, width()):
        show(part) if asked.form == "text" else click.echo(part)
    _end(asked, protocol, sheet, traces)
    return tally(traces).deviations > 0


def _read(asked: Asked) -> tuple[Protocol, Sheet, Sequence[Example]]:
    from protocol.adapters.selection import named, pairs, under

    protocol = load(asked.spec)
    sheet = sheet_of(asked.courses, protocol, asked.folder)
    protocol = under(protocol, (*sheet.readings, *pairs(asked.readings)))
    return protocol, sheet, sheet.examples if asked.name is None else named(sheet.examples, asked.name)


def _end(asked: Asked, protocol: Protocol, sheet: Sheet, traces: Sequence[Trace]) -> None:
    """What was read, and the file of deviations."""
    from protocol.adapters.conformance.deviations import write
    from protocol.adapters.phrases import counted

    if asked.form == "text" and asked.name is None:
        show(sheet.counts.line())
    if asked.deviations is not None:
        number = write(traces, protocol, asked.deviations)
        if asked.form == "text":
            show(f"{asked.deviations}: {counted(number, 'row')}")


# In numbers


def summed(asked: Asked) -> bool:
    """The numbers of all courses; whether there is a deviation."""
    from protocol.adapters.conformance import summary_text
    from protocol.adapters.conformance.summed import FORMAT, fields, to_csv
    from protocol.adapters.tally import tally

    protocol, sheet, examples = _read(asked)
    _check_rules(protocol, asked.adverse)
    by = _grouping(protocol, asked.by)
    traces = traces_of(protocol, examples, asked.follow)
    groups = _grouped(protocol, examples, traces, by, asked.adverse)
    if asked.form == "csv":
        click.echo(to_csv(groups), nl=False)
    elif asked.form == "json":
        answer(FORMAT, fields(groups, protocol, by))
    else:
        for part in summary_text.text(groups, width(), by):
            show(part)
        if lines := list(summary_text.kinds(traces)):
            show("\n".join(lines) + "\n")
        show("\n".join(tally(traces).lines()))
    _end(asked, protocol, sheet, traces)
    return tally(traces).deviations > 0


def _grouped(
    protocol: Protocol, examples: Sequence[Example], traces: Sequence[Trace], by: str, adverse: tuple[str, ...]
) -> dict[str, list[Summary]]:
    """The summaries by group, in the order of the protocol's options."""
    from protocol.adapters.report.lanes import options
    from protocol.commands.progress import watched
    from protocol.semantics.summary import summary

    groups: dict[str, list[Summary]] = {option: [] for option in options(protocol, by)}
    for example, trace in zip(watched(examples, "courses summed up"), traces, strict=True):
        course = example.course
        one = summary(protocol, trace, _plan(protocol, course), exposures=course.exposures, adverse_by=adverse or None)
        groups.setdefault(_value(trace, by), []).append(one)
    return {group: found for group, found in groups.items() if found}


def _plan(protocol: Protocol, course: Course) -> Trace | None:
    """What the protocol would have given; None where its dates leave too many possibilities for that."""
    from protocol.errors import VisitError
    from protocol.semantics.replay import planned

    try:
        return planned(protocol, course)
    except VisitError:
        return None


def _value(trace: Trace, by: str) -> str:
    """What an input was first reported as in a course."""
    observations = (one for step in trace.steps for one in step.visit.observations)
    return next((str(one.value) for one in observations if one.input == by and one.value is not None), "not known" if by else "")


def _grouping(protocol: Protocol, by: str | None) -> str:
    from protocol.adapters.report.lanes import fixed_choice
    from protocol.language.hints import told_instead

    names = [item.name for item in protocol.inputs]
    if by is not None and by not in names:
        raise click.UsageError(told_instead(f"'{by}' is not an input of {protocol.name}", by, names, "Inputs"))
    return by or fixed_choice(protocol)


def _check_rules(protocol: Protocol, rules: tuple[str, ...]) -> None:
    from protocol.language.hints import told_instead

    known = sorted(rule.name for rule in protocol.in_force())
    for name in rules:
        if name not in known:
            raise click.UsageError(told_instead(f"'{name}' is not a rule of {protocol.name}", name, known, "Rules"))


# Two protocols


def differences(asked: Asked) -> bool:
    """Where the other protocol decides or judges otherwise; whether it does at some visit."""
    from protocol.adapters.conformance import against
    from protocol.adapters.selection import named, pairs, under
    from protocol.commands.progress import watched
    from protocol.verification.difference.on_courses import compared

    assert asked.against is not None
    old, new = load(asked.spec), load(asked.against)
    source, sheet = _for_both(asked, old, new)
    readings = (*sheet.readings, *pairs(asked.readings))
    old, new = under(old, readings), _under_its_own(new, readings)
    examples = sheet.examples if asked.name is None else named(sheet.examples, asked.name)
    names = (asked.spec, asked.against)
    courses = tuple(compared(old, new, one.course, source) for one in watched(examples, "courses"))
    found = against.Against(old, new, names, courses)
    if asked.form == "csv":
        click.echo(against.to_csv(found), nl=False)
    elif asked.form == "json":
        answer(against.FORMAT, against.fields(found))
    else:
        for part in against.text(found, width()):
            show(part)
    return bool(found.differing() or any(one.refused for one in found.courses))


def _for_both(asked: Asked, old: Protocol, new: Protocol) -> tuple[Protocol, Sheet]:
    """The courses, read for one of the two with the inputs of both: what a file expects, it expects of one of them."""
    from protocol.adapters.difference import with_both
    from protocol.errors import InputError

    first = with_both(old, new)
    try:
        return first, sheet_of(asked.courses, first, asked.folder)
    except InputError as problems:
        second = with_both(new, old)
        try:
            return second, sheet_of(asked.courses, second, asked.folder)
        except InputError:
            raise problems from None


def _under_its_own(protocol: Protocol, readings: Sequence[tuple[str, str]]) -> Protocol:
    """The protocol under those of the readings that it has, too."""
    from protocol.adapters.selection import under

    known = {(item.name, reading.name) for item in protocol.interpretations for reading in item.readings}
    return under(protocol, [pair for pair in readings if pair in known])
