"""What open questions come to, for people: each as a question to the authors, in a patient; then the properties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from protocol.adapters import difference
from protocol.adapters.difference import course_table, found_at
from protocol.adapters.done import said
from protocol.adapters.filled import filled
from protocol.adapters.permitted_apart import Side, grounds, permits
from protocol.adapters.phrases import counted, listed
from protocol.adapters.to_json import plain
from protocol.model.difference import Different, Meaning
from protocol.model.guard import Named, nodes
from protocol.model.interpreted import Combination, Interpreted, PropertyRead, Told
from protocol.model.protocol import Protocol
from protocol.model.time import say_time

_ORDER: tuple[str, ...] = Meaning.__args__  # type: ignore[attr-defined]
_MOST = 3


def interpreted_text(found: Interpreted, protocol: Protocol, width: int) -> str:
    """All of it, in lines of at most that width; the table of a course keeps its lines."""
    questions = counted(len(protocol.interpretations), "open question")
    head = f"{found.protocol} {found.version}: {questions}, {counted_combinations(found.possible)}"
    paragraphs = (
        filled(head, width),
        *(lines for one in found.pairs for lines in _pair(one, protocol, width)),
        list(_properties(found, width)),
        list(_ended(found, width)),
    )
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def counted_combinations(count: int) -> str:
    """``12,288 combinations of readings``."""
    return f"{count:,} combination{'' if count == 1 else 's'} of readings"


def both(pair: Told, protocol: Protocol) -> difference.Told | None:
    """The difference between two readings, with the protocol under each."""
    if pair.difference is None:
        return None
    one, other = (protocol.with_reading(pair.question, name) for name in (pair.one, pair.other))
    return difference.Told(pair.difference, one, other)


def shown(pair: Told) -> Different | None:
    """The patient who tells two readings apart: the shortest course, the most serious difference first."""
    kinds = pair.difference.kinds if pair.difference else ()
    return min(kinds, key=lambda one: (len(one.course.visits), _ORDER.index(one.meaning)), default=None)


# Questions


def _pair(pair: Told, protocol: Protocol, width: int) -> Iterator[list[str]]:
    item = next(one for one in protocol.interpretations if one.name == pair.question)
    means = {reading.name: reading.means for reading in item.readings}
    yield [
        *filled(f"{item.name}: {item.question}", width),
        *(
            line
            for name in (pair.one, pair.other)
            for line in filled(f"Reading {name}{' (chosen)' if name == item.chosen else ''}: {means[name]}", width, "  ")
        ),
        *(line for text in answer(pair, protocol) for line in filled(text, width, "  ")),
    ]
    told, one = both(pair, protocol), shown(pair)
    if told and one:
        yield course_table(told, one, (pair.one, pair.other))


def answer(pair: Told, protocol: Protocol) -> Iterator[str]:
    """What is so of two readings: they differ on a patient, on none, or it is not known."""
    told, one = both(pair, protocol), shown(pair)
    if told is None:
        yield "Not looked at."
    elif one is not None:
        yield _question(pair, told, one)
        for name, ground in zip((pair.one, pair.other), grounds(told.old, told.new, one), strict=True):
            yield f"With {name}: {ground}"
    elif told.difference.is_equivalent:
        yield "No course tells them apart: under the other readings as chosen they are equivalent."
        if _is_measured_by(protocol, pair.question):
            yield "They may measure something more or less often; that is not compared."
    else:
        why = told.difference.ended or "no course with readings was found that shows what the search found"
        yield f"No patient who tells them apart was found, and none is ruled out: {why}."


def _is_measured_by(protocol: Protocol, question: str) -> bool:
    """Whether a reading matters to how often something is measured, at once or through what is defined."""
    waiting, found = [entry.when for entry in protocol.monitoring], set[str]()
    while waiting:
        names = {node.name for node in nodes(waiting.pop()) if isinstance(node, Named)} - found
        found |= names
        waiting += [one.when for one in protocol.derived if one.name in names]
    return question in found


def _question(pair: Told, told: difference.Told, one: Different) -> str:
    patient = f"Patient: on {say_time(one.course.visits[-1].time)}, {found_at(told, one)}"
    was, now = (told.old, one.old[-1].decision), (told.new, one.new[-1].decision)
    if one.meaning.startswith("permits"):
        only = (*_only(was, now, pair.one, pair.other), *_only(now, was, pair.other, pair.one))
        return f"{patient}, the protocol {said(*was)} with both; {' and '.join(only)}. Which is meant?"
    return f"{patient}, the protocol {said(*was)} with {pair.one}, and {said(*now)} with {pair.other}. Which is meant?"


def _only(here: Side, there: Side, name: str, other: str) -> Iterator[str]:
    """``with wide it permits what it does not with narrow: start 100 mg every day``."""
    return (f"with {name} it {permitted}" for permitted in permits(here, there, f"it does not with {other}"))


# Properties


def _properties(found: Interpreted, width: int) -> Iterator[str]:
    if not found.seen:
        return
    yield from filled(_looked_at(found), width)
    holds = [one for one in found.properties if one.holds]
    if holds:
        yield from filled(f"Hold under each: {listed(one.name for one in holds)}.", width, "  ")
    fates: dict[str, list[str]] = {}
    for one in (item for item in found.properties if not item.holds):
        fates.setdefault(_fate(one), []).append(one.name)
    for fate, names in fates.items():
        yield from filled(f"{fate}: {listed(names)}.", width, "  ")


def _looked_at(found: Interpreted) -> str:
    of = f"{len(found.seen):,} of the {found.wanted:,}" if len(found.seen) < found.wanted else f"the {found.wanted:,}"
    if found.how == "all":
        return f"Properties under {of} combinations of readings"
    return (
        f"Properties under {of} combinations that differ from the chosen readings in one question or two; {found.possible:,} are "
        "too many to look at all of them"
    )


def _fate(one: PropertyRead) -> str:
    """Under which combinations a property fails, or is not proved."""
    count = len(one.under)
    if len(one.failing) == count:
        return "Fail under each"
    parts = []
    if one.failing:
        parts.append(f"fail under {len(one.failing)} of {count} ({_some([item.readings for item in _least(one.failing)])})")
    if one.open:
        parts.append(f"not proved under {len(one.open)} of {count} ({_some([item.readings for item in one.open])})")
    said = ", ".join(parts)
    return f"{said[:1].upper()}{said[1:]}"


def _least(under: Sequence[Any]) -> list[Any]:
    """Those that do not only repeat another one with more readings changed."""
    sets = [set(item.readings) for item in under]
    return [item for item, here in zip(under, sets, strict=True) if not any(other < here for other in sets)]


def _some(combinations: Sequence[Combination]) -> str:
    return listed([say_combination(one) for one in combinations], _MOST)


def say_combination(readings: Combination) -> str:
    """``as chosen``, ``four-weeks-over=on-drug with no-response=any``."""
    return " with ".join(f"{question}={reading}" for question, reading in readings) or "as chosen"


def _ended(found: Interpreted, width: int) -> Iterator[str]:
    if found.ended == "interrupted":
        yield from filled("Interrupted: this is what had been found; nothing else is proved.", width)
    elif found.ended:
        yield from filled(f"Not finished: {found.ended}.", width)


# As values


def interpreted_fields(found: Interpreted, protocol: Protocol) -> dict[str, Any]:
    """The same as values that JSON has."""
    return {
        "protocol": found.protocol,
        "version": found.version,
        "fingerprint": found.fingerprint,
        "how": found.how,
        "possible": found.possible,
        "wanted": found.wanted,
        "seen": [dict(one) for one in found.seen],
        "finished": found.is_finished,
        "ended": found.ended,
        "pairs": [_pair_fields(one, protocol) for one in found.pairs],
        "properties": [
            {
                "name": one.name,
                "origin": one.origin,
                "holds": one.holds,
                "under": [{"readings": dict(item.readings), "outcome": item.outcome} for item in one.under],
            }
            for one in found.properties
        ],
    }


def _pair_fields(pair: Told, protocol: Protocol) -> dict[str, Any]:
    told, one = both(pair, protocol), shown(pair)
    return {
        "question": pair.question,
        "readings": [pair.one, pair.other],
        "equivalent": bool(pair.difference and pair.difference.is_equivalent),
        "says": list(answer(pair, protocol)),
        "meaning": one.meaning if one else "",
        "course": plain(one.course) if one else None,
        "markdown": "\n".join(course_table(told, one, (pair.one, pair.other))) + "\n" if told and one else "",
    }
