"""What a protocol asks about a patient: inputs with unit, validity and schedule, derived inputs, trackers."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.language.page import Block, Heading, Items, Paragraph, Table, code, plain, sentence
from protocol.language.to_text import duration_trackers, say_formula, say_guard, say_schedule, say_window
from protocol.model.input import Choice, Derived, DerivedNumber, Grade, Input, InputKind, Item, Number, Score, Tracker, YesNo
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number
from protocol.model.time import say_duration

_REPEATS = {
    "refuse": "",
    "last": "of several at one time the last",
    "worst": "of several at one time the worst",
}


def asked(protocol: Protocol) -> Iterator[Block]:
    """The inputs, then what is derived from them and what is remembered of them."""
    if protocol.inputs:
        yield Heading(2, "Inputs")
        yield Table(("Input", "What", "Values", "Valid for", "Measured"), tuple(_inputs(protocol)))
        yield from _notes(protocol.inputs)
    durations = duration_trackers(protocol)
    if protocol.derived:
        yield Heading(2, "Derived inputs")
        rows = ((code(item.name), plain(item.label), code(say_guard(item.when, durations))) for item in protocol.derived)
        yield Table(("Input", "What", "When"), tuple(rows))
        yield from _notes(protocol.derived)
    if protocol.numbers:
        yield Heading(2, "Derived numbers")
        yield Table(("Number", "What", "Formula", "Values", "A missing part"), tuple(_number(item) for item in protocol.numbers))
        yield from _notes(protocol.numbers)
    for score in protocol.scores:
        yield Heading(2, plain(f"Score {score.name}"))
        yield Table(("Item", "Points"), tuple((code(item.name), _points(item, durations)) for item in score.items))
        yield Paragraph(" ".join(_of_score(score)))
    if protocol.trackers:
        yield Heading(2, "Trackers")
        yield Table(
            ("Tracker", "What it holds"), tuple((code(item.name), _tracker(item, durations)) for item in protocol.trackers)
        )


def _notes(items: tuple[Input, ...] | tuple[Derived, ...] | tuple[DerivedNumber, ...]) -> Iterator[Block]:
    notes = tuple(f"{code(item.name)}: {plain(item.note)}" for item in items if item.note)
    if notes:
        yield Items(notes)


def _inputs(protocol: Protocol) -> Iterator[tuple[str, ...]]:
    monitored = {entry.input for entry in protocol.monitoring}
    return (_input(item, "see Monitoring" if item.name in monitored else "") for item in protocol.inputs)


def _input(item: Input, elsewhere: str) -> tuple[str, ...]:
    return (
        code(item.name),
        plain(item.label + (f" (LOINC {item.loinc})" if item.loinc else "")),
        plain("; ".join(_values(item))),
        _valid_for(item),
        f"every {say_schedule(item.schedule).removeprefix('1 ')}" if item.schedule else elsewhere,
    )


def _valid_for(item: Input) -> str:
    if item.fixed:
        return "ever, fixed at the first value"
    return "ever" if item.valid_for is None else say_duration(item.valid_for)


def _values(item: Input) -> Iterator[str]:
    yield _kind(item.kind)
    if item.graded_by:
        yield f"graded by {' '.join(item.graded_by)}"
    if item.repeats != "refuse":
        yield _REPEATS[item.repeats]
    if item.worse:
        yield f"{item.worse} is worse"


def _kind(kind: InputKind) -> str:
    match kind:
        case Number(unit, low, high):
            return f"{'' if unit == '1' else f'{unit}, '}plausible {say_number(low)} to {say_number(high)}"
        case Grade(criteria):
            return f"grade by {criteria}"
        case Choice(options):
            return " or ".join(options)
        case YesNo():
            return "yes or no"


def _number(item: DerivedNumber) -> tuple[str, ...]:
    window = "" if item.window is None else f", an earlier reading within {say_window(*item.window)}"
    return (
        code(item.name),
        plain(item.label),
        code(say_formula(item.value)) + plain(window),
        plain(_kind(item.kind)),
        plain(", ".join(f"{name} is taken as {say_number(value)}" for name, value in item.defaults) or "makes it unknown"),
    )


def _points(item: Item, durations: frozenset[str]) -> str:
    cases = (f"{case.points} if {code(say_guard(case.when, durations))}" for case in item.cases)
    return "; ".join((*cases, f"otherwise {item.otherwise}; {item.unknown} where it is not known"))


def _of_score(score: Score) -> Iterator[str]:
    yield from (sentence(plain(text)) for text in (score.label, score.note) if text)
    low, high = score.kind.low, score.kind.high
    yield f"The sum of the points, {say_number(low)} to {say_number(high)}; of an item the first condition that holds counts."


def _tracker(item: Tracker, durations: frozenset[str]) -> str:
    when = code(say_guard(item.when, durations))
    what = {
        "episodes": f"how many episodes of {when}",
        "consecutive": f"how many findings in a row of {when}",
        "duration": f"for how long {when} without a break",
        "since": f"how long ago {when} was last so",
        "lowest": f"the lowest {code(item.input)}",
        "highest": f"the highest {code(item.input)}",
    }[item.kind]
    ends = "an episode ends" if item.kind == "episodes" else "which goes on until it ends"
    until = f"; {ends} with {code(say_guard(item.until, durations))}" if item.until is not None else ""
    measured = "; values that were not measured are passed over" if item.measured_only else ""
    return what + until + measured + ("; from before the first dose on" if item.from_baseline else "")
