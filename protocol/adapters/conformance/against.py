"""Two protocols over the same courses: which patients and which visits differ, as text, CSV or a document."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from attrs import frozen

from protocol.adapters.done import said
from protocol.adapters.filled import filled
from protocol.adapters.permitted_apart import permits
from protocol.adapters.phrases import counted, say_verdict
from protocol.model.decision import Step
from protocol.model.difference import Apart, Compared
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.time import say_time

FORMAT = "protocol-against/1"


@frozen
class Against:
    """Both protocols, as they were called, and each course in both."""

    old: Protocol
    new: Protocol
    names: tuple[str, str]
    courses: tuple[Compared, ...]

    def differing(self) -> tuple[Compared, ...]:
        """The courses that are decided or judged otherwise at some visit."""
        return tuple(one for one in self.courses if one.differs)

    def visits(self) -> Iterator[Apart]:
        """The visits at which they differ."""
        return (apart for one in self.courses for apart in one.apart)


def text(against: Against, width: int) -> Iterator[str]:
    """The parts to print one after the other."""
    for one in against.differing():
        yield "\n".join(_course(against, one, width)) + "\n"
    for refused in (one for one in against.courses if one.refused):
        yield "\n".join(filled(f"{refused.course}: not compared, {refused.refused}", width)) + "\n"
    yield "\n".join(line for sentence in numbers(against) for line in filled(sentence, width, "", ""))


def numbers(against: Against) -> Iterator[str]:
    """How many courses and visits differ, and in which way."""
    differing, apart = against.differing(), list(against.visits())
    visits = sum(one.visits for one in against.courses)
    old, new = against.names
    yield (
        f"{old} and {new} differ in {len(differing)} of {counted(len(against.courses), 'course')}, "
        f"at {sum(one.decided or one.judged for one in apart)} of {counted(visits, 'visit')}."
    )
    by_rule = sum(not (one.decided or one.judged) for one in apart)
    yield (
        f"Decided otherwise at {counted(sum(one.decided for one in apart), 'visit')}, judged otherwise at "
        f"{sum(one.judged for one in apart)}; at {by_rule} only another rule is named."
    )
    meanings = Counter(one.meaning for one in apart if one.meaning is not None)
    if meanings:
        yield f"In {new}: {', '.join(f'{meaning} ({number})' for meaning, number in meanings.most_common())}."
    yield f"Deviations: {_deviations(apart, 0)} only under {old}, {_deviations(apart, 1)} only under {new}."


def _deviations(apart: Sequence[Apart], side: int) -> int:
    """At how many visits there is a deviation under one of both and none under the other."""
    return sum(_deviates(one, side) and not _deviates(one, 1 - side) for one in apart)


def _deviates(one: Apart, side: int) -> bool:
    step = (one.old, one.new)[side]
    return step is not None and any(deviation.is_certain for deviation in step.deviations)


def _course(against: Against, one: Compared, width: int) -> Iterator[str]:
    yield f"{one.course}: {sum(item.decided or item.judged for item in one.apart)} of {counted(one.visits, 'visit')} differ"
    for apart in one.apart:
        if apart.decided or apart.judged:
            yield f"  {say_time(apart.time)}{f': {apart.meaning}' if apart.meaning else ''}"
            for side, name in enumerate(against.names):
                yield from filled(f"{name} {_said(against, apart, side)}", width, "    ")


def _said(against: Against, apart: Apart, side: int) -> str:
    """What one of the two does at a visit; where they differ in what is permitted, what only that one permits."""
    both = tuple(zip((against.old, against.new), (apart.old, apart.new), strict=True))
    (protocol, step), (other, its) = both[side], both[1 - side]
    if step is None:
        return "does nothing then"
    beside: Iterator[str] = iter(())
    if its is not None and apart.meaning is not None and apart.meaning.startswith("permits"):
        beside = permits((protocol, step.decision), (other, its.decision), "the other one does not")
    names = ", lowered by ".join(name for name in (step.decision.rule, step.decision.lowered_by) if name)
    rule = f" ({names})" if names else ""
    judged = say_verdict(step)
    return said(protocol, step.decision, *beside) + rule + (f"; given {judged}" if apart.judged and judged else "")


# For programs

_SIDES: tuple[tuple[str, Callable[[Protocol, Step], str]], ...] = (
    ("decision", lambda protocol, step: said(protocol, step.decision)),
    ("status", lambda protocol, step: step.decision.status),
    ("rule", lambda protocol, step: step.decision.rule),
    ("permitted", lambda protocol, step: step.verdict.permitted if step.verdict else ""),
    ("deviations", lambda protocol, step: "; ".join(one.kind for one in step.deviations)),
)


def to_csv(against: Against) -> str:
    """One row for each visit at which they differ; ``first`` and ``second`` are the two protocols."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    heads = (f"{name}, {side}" for side in ("first", "second") for name, _ in _SIDES)
    writer.writerow(("course", "minutes", "time", "given", "differs", "meaning", *heads, "row"))
    writer.writerows(row.values() for row in rows(against))
    return sink.getvalue()


def rows(against: Against) -> Iterator[dict[str, Any]]:
    """One row for each visit at which they differ."""
    for one in against.courses:
        for apart in one.apart:
            visit = next(step.visit for step in (apart.old, apart.new) if step is not None)
            differs = "decided" if apart.decided else "judged" if apart.judged else "rule"
            row = {"course": one.course, "minutes": apart.time, "time": say_time(apart.time), "given": str(visit.given or "")}
            row |= {"differs": differs, "meaning": apart.meaning or ""}
            for side, protocol, step in (("first", against.old, apart.old), ("second", against.new, apart.new)):
                row |= {f"{name}, {side}": cell(protocol, step) if step is not None else "" for name, cell in _SIDES}
            yield {**row, "row": visit.row}


def fields(against: Against) -> dict[str, Any]:
    """The document."""
    both = zip(against.names, (against.old, against.new), strict=True)
    apart = list(against.visits())
    return {
        "protocols": [
            {"spec": name, "protocol": one.name, "version": one.version, "fingerprint": fingerprint(one)} for name, one in both
        ],
        "courses": len(against.courses),
        "visits": sum(one.visits for one in against.courses),
        "courses_that_differ": [one.course for one in against.differing()],
        "visits_decided_otherwise": sum(one.decided for one in apart),
        "visits_judged_otherwise": sum(one.judged for one in apart),
        "refused": {one.course: one.refused for one in against.courses if one.refused},
        "differences": list(rows(against)),
    }
