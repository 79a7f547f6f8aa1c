"""What verification says of a protocol, for people: each property in a line, the patients who break one, the numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator

from protocol.adapters.counterexample import course_text, headline, rests_on, visits_told
from protocol.adapters.filled import filled
from protocol.adapters.phrases import listed
from protocol.adapters.story import folded
from protocol.adapters.verified import KNOWN, UNPROVED, Judged, Standing, Verified, artefacts, judged, say_grid, unreached
from protocol.model.quantity import how_many
from protocol.model.said import EVERYWHERE
from protocol.model.verification import Seen

_COUNTED: dict[Standing, str] = {
    "holds": "Hold",
    "expected": "Fail as the file expects",
    "waived": "Waived in the file",
    "accepted": "Accepted by the baseline",
    "fails": "Fail",
    "holds now": "Hold and are said not to",
    "not confirmed": "Not confirmed",
    "unfinished": "Not finished",
}
_COLUMN = max(map(len, _COUNTED)) + 2


def verification_text(verified: Verified, width: int, whole: bool = False) -> str:
    """All of it, in lines of at most that width; the table of a course keeps its lines.

    The patients are those of what fails and somebody has to look at; with ``whole`` also those of what is expected to fail,
    waived or accepted.
    """
    properties = tuple(judged(verified))
    paragraphs = (
        tuple(_head(verified, width)),
        tuple(line for one in properties for line in standing_lines(one, width, {seen.why for seen in verified.report.seen})),
        *(tuple(failure_lines(verified, one, width)) for one in properties if _is_told(one, whole)),
        tuple(_unreached(verified, width)),
        tuple(_stale(verified, width)),
        tuple(_totals(verified, properties, width, whole)),
    )
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def _is_told(one: Judged, whole: bool) -> bool:
    return one.standing == "fails" or (whole and one.standing in KNOWN)


def _head(verified: Verified, width: int) -> Iterator[str]:
    report = verified.report
    yield f"{report.protocol} {report.version}{', as it was found before' if report.cached else ''}"
    for seen in report.seen:
        yield from filled(_seen(seen), width, "  ")
    for note in report.notes:
        yield from filled(f"{note[:1].upper()}{note[1:].removesuffix('.')}.", width, "  ")


def _seen(seen: Seen) -> str:
    counts = f"{how_many(seen.states, 'state')}, {how_many(seen.letters, 'kind of visit')}, {how_many(seen.transitions, 'step')}"
    took = f"; {seen.seconds:.0f} s" if seen.seconds >= 1 else ""
    said = f"Visits {say_grid(seen.grid)}: {counts}, each state within {how_many(seen.depth, 'visit')}{took}."
    return said if seen.complete else f"{said} Not all of it was seen: {seen.why}."


def standing_lines(one: Judged, width: int, said_before: Container[str] = ()) -> Iterator[str]:
    """``holds          never-above-400: never dose above escalated``, with what proved it where that is not exploration.

    Why it was not finished is left out where it is ``said_before``.
    """
    verdict = one.verdict
    said = f"{verdict.called}: {verdict.says}" if verdict.says else verdict.called
    by = tuple(dict.fromkeys(item.by for item in one.verdicts))
    proved = f" (by {listed(by)})" if one.standing == "holds" and by != ("exploration",) else ""
    vacuous = " Vacuous: what it is about never happens." if one.is_vacuous else ""
    unseen = f" {one.unseen[0].upper()}{one.unseen[1:]}." if one.unseen else ""
    why = f" {_why(one)}" if one.reason and one.reason not in said_before else ""
    yield from filled(f"{one.standing:<{_COLUMN}}{said}{proved}.{vacuous}{unseen}{why}", width, "", " " * _COLUMN)


def _why(one: Judged) -> str:
    waived = f"Waiver{EVERYWHERE if one.is_of_all else ''}: "
    why = "" if one.standing in UNPROVED else {"waived": waived, "accepted": "Accepted: "}.get(one.standing, "")
    text = f"{why}{one.reason}"
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def failure_lines(verified: Verified, one: Judged, width: int) -> Iterator[str]:
    """A property that fails: what it says, where it is written, the patient in words and as a course."""
    verdict = one.verdict
    file, line = verified.place(verdict)
    place = f"{file}:{line}: " if file else ""
    yield from filled(
        f"{place}{'finding ' if one.standing == 'fails' else ''}{verdict.code}: {verdict.called} {headline(one)}.", width
    )
    shown = verdict.counterexample
    if shown is None:
        return
    yield ""
    yield from _story(verified, one, width)
    yield from filled(rests_on(verified, verdict), width, "  ")
    if course := course_text(verified, verdict):
        yield from ("", *course.rstrip("\n").split("\n"))


def _story(verified: Verified, one: Judged, width: int) -> Iterator[str]:
    shown = one.verdict.counterexample
    assert shown is not None
    if shown.story:
        for sentence in shown.story:
            yield from filled(sentence, width, "  ", "      ")
        return
    for told in folded(visits_told(verified, one.verdict)):
        yield from filled(f"{told.when}: {told.measured}", width, "  ", "      ")
        yield from filled(told.decided, width, "      ", "          ")


def _unreached(verified: Verified, width: int) -> Iterator[str]:
    names = unreached(verified.report)
    if names:
        yield from filled(f"Reached by no course: {listed(names)}.", width, "", "  ")
    for name, grids in artefacts(verified.report):
        yield from filled(f"Reached only with visits {listed(map(say_grid, grids))}: {name}.", width, "", "  ")


def _stale(verified: Verified, width: int) -> Iterator[str]:
    for one in verified.stale:
        text = f"finding V503: the baseline accepts '{one.property}', which does not fail like that any more; take the entry out."
        yield from filled(text, width, "", "  ")


def _totals(verified: Verified, properties: tuple[Judged, ...], width: int, whole: bool) -> Iterator[str]:
    counts = Counter(one.standing for one in properties)
    vacuous = sum(one.is_vacuous for one in properties)
    also = {"holds": f" ({vacuous} of them only because nothing happens)" if vacuous else ""}
    parts = (f"{said}: {counts[one]}{also.get(one, '')}." for one, said in _COUNTED.items() if counts[one])
    yield from filled(" ".join((f"Properties: {len(properties)}.", *parts)), width)
    if not whole and any(counts[one] for one in KNOWN):
        yield from filled("The patients of what is expected to fail, waived or accepted: with '--property NAME'.", width)
    if verified.report.is_interrupted:
        yield from filled("Interrupted: this is what had been found; nothing else is proved.", width)
