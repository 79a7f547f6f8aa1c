"""The data behind each figure, and the deviations with their reasons, as rows of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from protocol.adapters.phrases import listed, say_date, say_fact, say_order
from protocol.adapters.report.computed import Derived
from protocol.adapters.report.key import Key
from protocol.adapters.report.lanes import Deviating, Lane
from protocol.adapters.report.occupancy import occupied, parts
from protocol.adapters.report.scale import TimeScale
from protocol.adapters.report.thresholds import thresholds
from protocol.model.course import ANEW, Given, Observation
from protocol.model.decision import Step
from protocol.model.input import Input, Number
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number
from protocol.model.regimen import Dose
from protocol.model.said import say_action, say_where
from protocol.model.time import DAY, HOUR, say_time


@frozen
class Table:
    """A named table; ``name`` is also that of the file as which it can be saved."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def in_unit(minutes: int, unit: int) -> str:
    """A time as a number of days or hours."""
    whole, rest = divmod(minutes, unit)
    return str(whole) if not rest else f"{minutes / unit:.4f}".rstrip("0")


def unit_name(unit: int) -> str:
    """The name of a column of times."""
    return {DAY: "day", HOUR: "hour"}[unit]


# Behind the figures of the cohort


def doses(lanes: Iterable[Lane], unit: int) -> Table:
    """The doses in force, one row for each as long as it lasts."""
    rows = (
        (
            lane.name,
            in_unit(spell.start, unit),
            in_unit(spell.end, unit),
            str(spell.dose),
            str(spell.control),
            "yes" if spell.known != "known" else "",
        )
        for lane in lanes
        for spell in lane.spells
    )
    named = unit_name(unit)
    return Table("doses", ("subject", f"from {named}", f"to {named}", "dose", "state", "assumed"), tuple(rows))


def changes(lanes: Iterable[Lane], unit: int) -> Table:
    """Every change of dose with its rule."""
    rows = (
        (lane.name, in_unit(one.time, unit), one.kind, str(one.dose), one.rule, "yes" if one.assumed else "")
        for lane in lanes
        for one in lane.changes
    )
    return Table("changes", ("subject", unit_name(unit), "change", "dose", "rule", "assumed"), tuple(rows))


def counts(groups: Mapping[str, Sequence[Lane]], protocol: Protocol, scale: TimeScale) -> Table:
    """How many subjects are on each dose, at the times that stand at the axis."""
    used: dict[Dose | str, None] = {}
    found = []
    for name, lanes in groups.items():
        known = occupied(lanes, protocol)
        for time, _ in scale.ticks():
            if before := [one for one in known if one.time <= time]:
                found.append((name, time, before[-1].counts))
                used |= {part: None for part, count in before[-1].counts.items() if count}
    columns = [part for part in parts(protocol) if part in used]
    rows = ((name, in_unit(time, scale.unit), *(str(held[part]) for part in columns)) for name, time, held in found)
    header = ("group", unit_name(scale.unit), *("no drug" if str(part) == "none" else str(part) for part in columns))
    return Table("subjects-per-dose", header, tuple(rows))


# Deviations


def deviations(lanes: Iterable[Lane], protocol: Protocol, *, certain: bool) -> Table:
    """Every deviation, or with ``certain`` false every dose of which it cannot be decided; and what the protocol said there."""
    rows = (
        (
            lane.name,
            say_date(one.step.visit),
            one.kind,
            one.deviation.message,
            say_order(one.step.decision, protocol),
            one.step.decision.rule,
        )
        for lane in lanes
        for one in (lane.deviations if certain else lane.undecided)
    )
    return Table(
        "deviations" if certain else "not-decidable",
        ("subject", "when", "deviation", "what", "the protocol says", "rule"),
        tuple(rows),
    )


def reasons(one: Deviating, protocol: Protocol) -> Iterator[str]:
    """On what the decision rests beside which something else was given."""
    decision = one.step.decision
    if decision.status == "decided" and not decision.rule:
        yield "no rule orders or permits another dose there"
    if decision.reasons:
        yield f"held for {listed(decision.reasons)}"
    yield from (f"{fact.name}: {say_fact(fact, protocol)}" for fact in decision.facts)
    if decision.missing and one.is_certain:
        yield f"not known: {listed(item.name for item in decision.missing)}"


# Behind the figure of a subject


def visits(lane: Lane, protocol: Protocol, unit: int, derived: Derived) -> Table:
    """Each visit: what was measured, what was given, what was decided; without the columns in which nothing stands."""
    steps = lane.trace.steps
    seen = {one.input for step in steps for one in step.visit.observations}
    columns: list[tuple[str, list[str]]] = [
        (unit_name(unit), [_when(step, unit) for step in steps]),
        *(_measured(lane, item) for item in protocol.inputs if item.name in seen),
        *((name, [values.get(step.visit.time, "") for step in steps]) for name, values in _computed(lane, derived)),
        ("given", [_given(step.visit.given, protocol) for step in steps]),
        ("recommended", [str(step.decision.after.dose) for step in steps]),
        ("action", [step.decision.action for step in steps]),
        ("rule", [step.decision.rule for step in steps]),
        ("status", [_status(step) for step in steps]),
        ("deviation", ["; ".join(one.kind for one in step.deviations) for step in steps]),
    ]
    kept = [(name, cells) for name, cells in columns if any(cells)]
    return Table(lane.name, tuple(name for name, _ in kept), tuple(zip(*(cells for _, cells in kept), strict=True)))


def _measured(lane: Lane, item: Input) -> tuple[str, list[str]]:
    """The column of an input; a unit and limits of normal that are the same throughout stand in its head."""
    rows = [[one for one in step.visit.observations if one.input == item.name] for step in lane.trace.steps]
    heads = {_unit_and_limits(one, item) for row in rows for one in row if one.value is not None}
    head = heads.pop() if len(heads) == 1 else None
    cells = ["; ".join(_value(one) + ("" if head is not None else _unit_and_limits(one, item)) for one in row) for row in rows]
    return f"{item.name}{head or ''}", cells


def _computed(lane: Lane, derived: Derived) -> Iterator[tuple[str, dict[int, str]]]:
    for name, values in derived(lane.trace).items():
        yield name, {time: f"{float(value):.6g}" for time, value in values}


def _given(given: Given | None, protocol: Protocol) -> str:
    """The level where the regimen is on one, which is shorter."""
    if given is None or given.regimen is None:
        return "" if given is None else str(given)
    regimen = given.regimen
    levels = [given.level] if given.level else [level.name for level in protocol.levels if level.regimen.same_as(regimen)]
    return f"{levels[0]}{ANEW if given.anew else ''}" if len(levels) == 1 else str(given)


def _when(step: Step, unit: int) -> str:
    until = "" if step.visit.latest is None else f" to {in_unit(step.visit.latest, unit)}"
    return f"{in_unit(step.visit.time, unit)}{until}"


def _status(step: Step) -> str:
    return f"{step.decision.status}{', silent' if step.decision.silent else ''}"


def _value(one: Observation) -> str:
    return "not done" if one.value is None else f"{one.censored}{_number(one.value)}"


def _unit_and_limits(one: Observation, item: Input) -> str:
    """`` 10*3/uL (4-10)``; no unit where it is the declared one."""
    declared = item.kind.unit if isinstance(item.kind, Number) else ""
    unit = f" {one.unit}" if one.unit not in ("", declared) else ""
    known = one.value is not None and (one.lower is not None or one.upper is not None)
    return f"{unit}{f' ({_number(one.lower)}-{_number(one.upper)})' if known else ''}"


def _number(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else say_number(value)  # type: ignore[arg-type]


def asked(protocol: Protocol) -> Table:
    """The thresholds of the rules in force, by input."""
    found = ((name, one) for name, several in thresholds(protocol).items() for one in several)
    rows = ((name, str(one), protocol.unit_of(name), listed(one.rules)) for name, one in found)
    return Table("thresholds", ("input", "threshold", "unit", "rules"), tuple(rows))


# The rules, and how the protocol was read


def rules(key: Key, protocol: Protocol) -> Table:
    """The rules that changed a dose, by their letters."""
    named = ((letter, protocol.rule(name)) for name, letter in key.rules.items())
    rows = (
        (
            letter,
            rule.name,
            f"{', or '.join(say_where(place) for place in rule.where)}: {rule.mode} {say_action(rule.action)}",
            rule.says,
            str(rule.source or ""),
        )
        for letter, rule in named
    )
    return Table("rules", ("", "rule", "what it does", "what the source says", "source"), tuple(rows))


def readings(protocol: Protocol) -> Table:
    """The questions that the source leaves open, and the reading of each that is in force."""
    chosen = ((item.question, item.reading()) for item in protocol.interpretations)
    rows = ((question, reading.name, reading.means, reading.unverified) for question, reading in chosen)
    return Table("readings", ("question", "reading", "it means", "unverified"), tuple(rows))


def story(lane: Lane) -> str:
    """The doses of a subject in one line: ``low, day 0 to 16; high, day 16 to 169; stopped on day 182``."""
    parts = [
        f"{'no drug' if not spell.dose.is_drug else spell.dose}{' (assumed)' if spell.known != 'known' else ''}, "
        f"{say_time(spell.start)} to {say_time(spell.end).removeprefix('day ')}"
        for spell in lane.spells
    ]
    ended = [say_time(change.time) for change in lane.changes if change.kind == "stop"]
    return "; ".join([*parts, *(f"stopped on {time}" for time in ended[-1:])]) or "never given drug"
