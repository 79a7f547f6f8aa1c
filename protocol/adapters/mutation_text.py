"""How well a protocol's properties and courses check it, for people: scores, and each change that nobody would notice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from attrs import evolve

from protocol.adapters.filled import filled
from protocol.adapters.phrases import counted
from protocol.adapters.suites import must_show, permits
from protocol.adapters.to_markdown import to_markdown
from protocol.model.mutation import Fate, Scores
from protocol.model.protocol import Protocol

MOST_EQUIVALENT = 10
"""So many changes that change no decision are listed; ``--format json`` lists all."""


def mutation_text(scores: Scores, protocol: Protocol, width: int, grid: str) -> str:
    """All of it, in lines of at most that width; the tables of courses keep their lines."""
    paragraphs = (
        tuple(_scores(scores)),
        *_survivors(scores, protocol, width),
        tuple(_unfinished(scores, width)),
        tuple(_equivalent(scores, width, grid)),
        (_last(scores),),
    )
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def _scores(scores: Scores) -> Iterator[str]:
    same = scores.count(lambda one: one.ending == "equivalent")
    changes = _judged(scores) if scores.was_stopped else counted(len(scores.fates), "single change")
    yield f"{scores.protocol} {scores.version}: {changes}, {same} of them change no decision"
    if not scores.different:
        return
    yield ""
    yield f"Of {scores.different} that do, or could, the file's checks notice"
    rows = (
        (counted(scores.properties, "property").replace("propertys", "properties"), scores.by_properties),
        (counted(scores.courses, "hand-written course"), scores.by_courses),
        ("both together", scores.killed),
    )
    for name, found in rows:
        yield f"  {name:<26}{found:>6}{percent(found, scores.different):>9}"


def _judged(scores: Scores) -> str:
    return f"{len(scores.fates)} of {counted(scores.of, 'single change')} judged before it was stopped"


def percent(part: int, whole: int) -> str:
    """``96.4 %``, never rounded up to 100."""
    if part == whole:
        return "100 %"
    return f"{int(1000 * part / whole) / 10:.1f} %"


def _survivors(scores: Scores, protocol: Protocol, width: int) -> Iterator[tuple[str, ...]]:
    survivors = [one for one in scores.fates if one.ending == "survives"]
    if survivors:
        yield (f"Nobody would notice {counted(len(survivors), 'change')}:",)
    yield from (tuple(_survivor(one, protocol, width)) for one in survivors)


def _survivor(one: Fate, protocol: Protocol, width: int) -> Iterator[str]:
    yield from filled(one.says, width, "- ", "  ")
    yield from filled(f"The file says: {one.sentence}", width, "  ", "  ")
    if one.course is not None:
        yield "  This course tells them apart; what is right there has to be said by hand:"
        if one.apart:
            now, then = map(must_show, one.apart)
            yield from filled(f"the file: {permits(one.apart[0], now)}", width, "    ", "      ")
            yield from filled(f"changed: {permits(one.apart[1], then)}", width, "    ", "      ")
        yield ""
        yield course_text(one, protocol).rstrip()


def course_text(one: Fate, protocol: Protocol) -> str:
    """The course that tells a mutant, as a heading and a table, marked as generated; empty where a table has no place for it."""
    if one.course is None:
        return ""
    note = f"Generated: by protocol mutate. It tells: {one.says}."
    try:
        return to_markdown(evolve(one.course, name=one.name, note=note), protocol)
    except ValueError:
        return ""


def _unfinished(scores: Scores, width: int) -> Iterator[str]:
    left = [one for one in scores.fates if one.ending == "unfinished"]
    if left:
        yield f"Of {counted(len(left), 'change')} it was not found out whether any course tells:"
        for one in left:
            yield from filled(f"{one.says} ({one.why})", width, "- ", "  ")


def _equivalent(scores: Scores, width: int, grid: str) -> Iterator[str]:
    same = [one for one in scores.fates if one.ending == "equivalent"]
    if same:
        kinds = ", ".join(f"{kind} {count}" for kind, count in Counter(one.kind for one in same).most_common())
        text = f"Proved to change no decision on any course, with visits {grid}: {len(same)} ({kinds})."
        yield from filled(text, width, "", "")
        if len(same) <= MOST_EQUIVALENT:
            for one in same:
                yield from filled(one.says, width, "- ", "  ")


def _last(scores: Scores) -> str:
    if not scores.different:
        none = scores.was_stopped and not scores.fates
        return f"No score: no change {'was judged' if none else 'makes a difference'}"
    survivors = len(scores.survivors)
    of = f" of the {_judged(scores)}" if scores.was_stopped else ""
    return f"Score{of}: {percent(scores.killed, scores.different)}" + (f", {survivors} left" if survivors else "")
