"""The canonical text of a protocol: what it says, in one order, one layout, and nothing that is a default.

``parse(print_protocol(p)) == p`` for every protocol that can be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protocol.language.claim_text import say_claim, say_span
from protocol.language.to_text import duration_trackers, say_formula, say_guard, say_schedule, say_window
from protocol.language.yaml_rules import said_places, said_rules
from protocol.language.yaml_text import Pair, braces, citation, flags, in_quotes, quoted, texts
from protocol.model.dispensing import Dispensing, say_units
from protocol.model.expectation import Expectation
from protocol.model.guard import Guard
from protocol.model.input import Choice, Derived, DerivedNumber, Grade, Input, InputKind, Number, Score, Tracker, YesNo
from protocol.model.ladder import say_generated
from protocol.model.monitoring import Monitoring
from protocol.model.property import Claim, OfVisits, Property, Response, Until
from protocol.model.protocol import Interpretation, LadderEnds, Level, Protocol, Reading, Source
from protocol.model.quantity import say_number
from protocol.model.said import TRACKER_KEYS
from protocol.model.time import say_duration

Durations = frozenset[str]


def print_protocol(protocol: Protocol) -> str:
    """The protocol as YAML."""
    blocks = ("\n".join(lines) for lines in _blocks(protocol) if lines)
    return "\n\n".join(blocks) + "\n"


def _blocks(protocol: Protocol) -> Iterator[list[str]]:
    durations = duration_trackers(protocol)
    yield [f"{key}: {value}" for key, value in _head(protocol)]
    yield _section("sources", (_source(source) for source in protocol.sources))
    yield [*_doses(protocol.levels), *_ladder_ends(protocol.ladder_ends), *_dispensing(protocol.dispensing)]
    yield _section("inputs", ((item.name, braces(_input(item))) for item in protocol.inputs))
    numbers = ((item.name, braces(_number(item))) for item in protocol.numbers)
    scores = ((item.name, "\n" + "\n".join(_score(item, durations))) for item in protocol.scores)
    yield _section("derived", (*(_derived(item, durations) for item in protocol.derived), *numbers, *scores))
    yield _section("trackers", ((item.name, braces(_tracker(item, durations))) for item in protocol.trackers))
    yield _nested("interpretations", ((item.name, _interpretation(item, durations)) for item in protocol.interpretations))
    silent = ((control, "silent") for control in protocol.silent)
    yield _section("otherwise", (*((control, "continue") for control in protocol.otherwise), *silent))
    yield _nested("rules", said_rules(protocol, durations))
    yield _nested("monitoring", ((entry.name, _monitoring(entry, durations)) for entry in protocol.monitoring))
    claimed = ((item.name, _property(item, durations)) for item in protocol.properties)
    yield _nested("properties", (*claimed, *((item.name, _expectation(item, durations)) for item in protocol.expectations)))


def _head(protocol: Protocol) -> Iterator[Pair]:
    yield "protocol", protocol.name
    yield "version", quoted(protocol.version)
    yield from texts(title=protocol.title, drug=protocol.drug, note=protocol.note)
    yield "time", protocol.resolution
    if protocol.safe_side != "less":
        yield "safe side", protocol.safe_side
    if protocol.between_visits != "wait":
        yield "between visits", protocol.between_visits
    if protocol.act_within is not None:
        yield "act within", say_duration(protocol.act_within)


def _section(name: str, pairs: Iterable[Pair]) -> list[str]:
    lines = [f"  {key}:{value}" if value.startswith("\n") else f"  {key}: {value}" for key, value in pairs]
    return [f"{name}:", *lines] if lines else []


def _nested(name: str, items: Iterable[tuple[str, Iterable[Pair]]]) -> list[str]:
    lines = [line for key, pairs in items for line in (f"  {key}:", *(_line(part, value) for part, value in pairs))]
    return [f"{name}:", *lines] if lines else []


def _line(key: str, value: str) -> str:
    return f"    {key}:{value}" if value.startswith("\n") else f"    {key}: {value}"


def _say(guard: Guard, durations: Durations) -> str:
    return in_quotes(say_guard(guard, durations))


def _source(source: Source) -> Pair:
    if not source.unverified:
        return source.name, quoted(source.cite)
    return source.name, braces((("cite", quoted(source.cite)), *texts(unverified=source.unverified)))


def _doses(levels: tuple[Level, ...]) -> list[str]:
    """The ladder in even steps where it can be said like that, else each level."""
    text = say_generated(levels)
    return [f"doses: {quoted(text)}"] if text else _section("doses", ((one.name, quoted(str(one.regimen))) for one in levels))


def _ladder_ends(ends: LadderEnds) -> Iterator[str]:
    ours = [(name, "ours") for name, end in (("lowest", ends.lowest), ("highest", ends.highest)) if end == "ours"]
    if ours:
        yield f"ladder ends: {braces(ours)}"


def _dispensing(item: Dispensing | None) -> Iterator[str]:
    if item is None:
        return
    strengths = f"[{', '.join(map(str, item.strengths))}]"
    size = (("size", item.size),) if item.size else ()
    source = (("source", quoted(citation(item.source))),) if item.source else ()
    most = (("at most", say_units(item.most)),) if item.most is not None else ()
    said = (("strengths", strengths), ("round", item.round), *most, *size, *source)
    yield f"dispensing: {braces((*said, *texts(note=item.note, unverified=item.unverified)))}"


def _input(item: Input) -> Iterator[Pair]:
    yield from _kind(item.kind)
    if item.fixed:
        yield "fixed", "yes"
    else:
        yield "valid for", "ever" if item.valid_for is None else say_duration(item.valid_for)
    if item.schedule:
        yield "every", say_schedule(item.schedule)
    if item.repeats != "refuse":
        yield "repeats", item.repeats
    if item.worse:
        yield "worse", item.worse
    if item.graded_by:
        yield "graded by", quoted(" ".join(item.graded_by))
    yield from texts(loinc=item.loinc, label=item.label, note=item.note)


def _kind(kind: InputKind) -> Iterator[Pair]:
    match kind:
        case Number(unit, low, high):
            yield "unit", quoted(unit)
            yield "plausible", f"{say_number(low)} to {say_number(high)}"
        case Grade(criteria):
            yield "grade", quoted(criteria)
        case Choice(options):
            yield "choice", f"[{', '.join(options)}]"
        case YesNo():
            yield "yes or no", ""


def _derived(item: Derived, durations: Durations) -> Pair:
    when = _say(item.when, durations)
    if not item.label and not item.note:
        return item.name, when
    return item.name, braces((("when", when), *texts(label=item.label, note=item.note)))


def _number(item: DerivedNumber) -> Iterator[Pair]:
    yield "value", in_quotes(say_formula(item.value))
    yield from _kind(item.kind)
    if item.window is not None:
        yield "window", quoted(say_window(*item.window))
    yield "missing", braces((name, say_number(value)) for name, value in item.defaults) if item.defaults else "unknown"
    yield from texts(label=item.label, note=item.note)


def _score(score: Score, durations: Durations) -> Iterator[str]:
    yield "    score:"
    for item in score.items:
        cases = ((_say(case.when, durations), str(case.points)) for case in item.cases)
        points = (*cases, ("otherwise", str(item.otherwise)), ("unknown", str(item.unknown)))
        yield f"      {item.name}: {braces(points)}"
    yield from (_line(key, text) for key, text in texts(label=score.label, note=score.note))


def _tracker(item: Tracker, durations: Durations) -> Iterator[Pair]:
    if item.kind in ("lowest", "highest"):
        yield item.kind, item.input
    else:
        yield TRACKER_KEYS[item.kind], _say(item.when, durations)
    if item.until is not None:
        yield "until", _say(item.until, durations)
    yield from flags(measured_only=item.measured_only, from_baseline=item.from_baseline)


def _interpretation(item: Interpretation, durations: Durations) -> Iterator[Pair]:
    yield "question", quoted(item.question)
    yield "chosen", item.chosen
    readings = [f"      {reading.name}: {_reading(reading, durations)}" for reading in item.readings]
    yield "readings", "\n".join(("", *readings))


def _reading(reading: Reading, durations: Durations) -> str:
    if reading.guard is None and not reading.unverified:
        return quoted(reading.means)
    guard = () if reading.guard is None else (("guard", _say(reading.guard, durations)),)
    return braces((("means", quoted(reading.means)), *guard, *texts(unverified=reading.unverified)))


def _monitoring(entry: Monitoring, durations: Durations) -> Iterator[Pair]:
    yield "of", entry.input
    yield "every", say_schedule(entry.schedule)
    yield "when", _say(entry.when, durations)
    if entry.where:
        yield "in", said_places(entry.where)
    if entry.origin != "reading":
        yield "from", entry.origin
    if entry.source:
        yield "source", quoted(citation(entry.source))
    yield from texts(says=entry.says, note=entry.note, unverified=entry.unverified)


def _property(item: Property, durations: Durations) -> Iterator[Pair]:
    match item.sentence:
        case OfVisits(family, claim):
            yield family, in_quotes(say_claim(claim, durations))
        case Response(after, within, family, claim):
            yield "after", in_quotes(say_claim(after, durations))
            if isinstance(within, Until):
                yield "until", in_quotes(say_claim(within.claim, durations))
            else:
                yield "within", say_span(within)
            yield family, in_quotes(say_claim(claim, durations))
    if item.exceptions:
        yield "except", _claims(item.exceptions, durations)
    if item.expected != "holds":
        yield "expect", item.expected
    if item.course:
        yield "course", quoted(item.course)
    if item.family:
        yield "family", item.family
    if item.source:
        yield "source", quoted(citation(item.source))
    yield from texts(note=item.note, unverified=item.unverified, waiver=item.waiver)


def _claims(several: tuple[Claim, ...], durations: Durations) -> str:
    return f"[{', '.join(in_quotes(say_claim(claim, durations)) for claim in several)}]"


def _expectation(item: Expectation, durations: Durations) -> Iterator[Pair]:
    if item.expected != "holds":
        yield "expect", item.expected
    if item.where:
        yield "where", _claims(item.where, durations)
    if item.source:
        yield "source", quoted(citation(item.source))
    yield from texts(note=item.note, unverified=item.unverified, waiver=item.waiver)
