"""What a watch saw: how often each rule was true, false and unknown; in the form that is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen

from protocol.model.protocol import Protocol, fingerprint
from protocol.model.watching import Answer, Watching

FORMS = ("text", "csv", "json")
FORMAT = "protocol-watch/1"


@frozen
class Tally:
    """How often a rule was true, false and unknown, over the visits of all courses.

    ``courses``: in how many it was true. ``measured``: at how many visits something that it asks was measured, and ``known``
    at how many of those it was true or false. ``needs``: of the unknown ones how many depend on each name. ``on_date``: how many
    depend on a date that is only partly known.
    """

    rule: str
    true: int
    false: int
    unknown: int
    courses: int
    measured: int
    known: int
    needs: tuple[tuple[str, int], ...]
    on_date: int


def tallies(watchings: Sequence[Watching]) -> tuple[Tally, ...]:
    """The numbers of each rule that was watched, in the order of the protocol."""
    found: dict[str, list[tuple[str, Answer]]] = {}
    for number, watching in enumerate(watchings):
        for seen in watching.visits:
            for answer in seen.answers:
                found.setdefault(answer.rule, []).append((str(number), answer))
    return tuple(_tally(rule, answers) for rule, answers in found.items())


def _tally(rule: str, found: list[tuple[str, Answer]]) -> Tally:
    answers = [answer for _, answer in found]
    counts = Counter(answer.holds for answer in answers)
    measured = [answer for answer in answers if answer.measured]
    needs = Counter(name for answer in answers for name in answer.needs)
    return Tally(
        rule,
        counts[True],
        counts[False],
        counts[None],
        len({course for course, answer in found if answer.holds}),
        len(measured),
        sum(answer.holds is not None for answer in measured),
        tuple(needs.most_common()),
        sum(answer.on_date for answer in answers),
    )


def watched(watchings: Sequence[Watching], protocol: Protocol, form: str, width: int, summary: bool = False) -> Iterator[str]:
    """The parts to print one after the other, each without its last end of line; ``summary`` leaves out where rules are true."""
    match form:
        case "csv":
            from protocol.adapters.watched_csv import to_csv

            yield to_csv(watchings).removesuffix("\n")
        case "json":
            from protocol.adapters.to_json import document

            yield document(FORMAT, watching_fields(watchings, protocol))
        case _:
            from protocol.adapters.watched_text import paragraphs

            found = paragraphs(watchings, tallies(watchings), protocol, width, summary)
            yield "\n\n".join("\n".join(lines) for lines in found if lines)


def watching_fields(watchings: Sequence[Watching], protocol: Protocol) -> dict[str, Any]:
    """The protocol, the numbers of each rule, and every answer; what is true or false is so named, what is not known is null."""
    return {
        "protocol": protocol.name,
        "version": protocol.version,
        "fingerprint": fingerprint(protocol),
        "rules": tallies(watchings),
        "courses": [{"course": one.course, "visits": one.visits} for one in watchings],
    }
