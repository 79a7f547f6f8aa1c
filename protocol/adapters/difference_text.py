"""The difference between two protocols for people: as text in lines of a width, or as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protocol.adapters.difference import (
    Told,
    course_table,
    grouped,
    say_declared,
    say_unconfirmed,
    seen,
    sentence,
    treated_sentence,
    verdict,
)
from protocol.adapters.filled import filled
from protocol.adapters.likewise import alike, of_one_meaning, say_likewise, say_together
from protocol.adapters.permitted_apart import grounds
from protocol.adapters.phrases import counted
from protocol.model.difference import Different


def difference_text(told: Told, width: int) -> str:
    """All of it, in lines of at most that width; the table of a course keeps its lines."""
    open_ = list(_unconfirmed(told))
    paragraphs = (
        [*filled(verdict(told), width), *filled(seen(told), width, "  ")],
        _listed("Not looked at", told.difference.limits, width),
        _listed("Declared differently", [say_declared(one) for one in told.difference.declared], width),
        *_kinds(told, width),
        _listed("Not confirmed, because no course with readings was found", open_, width),
        list(_patients(told, width)),
        list(_totals(told, width)),
    )
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def _kinds(told: Told, width: int) -> Iterator[list[str]]:
    for title, found in grouped(told):
        groups = _groups(told, found)
        for number, (one, *others) in enumerate(groups, 1):
            count = f" ({number} of {len(groups)})" if len(groups) > 1 else ""
            yield [
                f"{title[:1].upper()}{title[1:]}{count}",
                *filled(sentence(told, one), width, "  "),
                *(line for side, said in _grounds(told, one) for line in filled(f"{side}: {said}", width, "  ")),
                *(line for said in _beside(told, one, others) for line in filled(said, width, "  ")),
                "",
                *course_table(told, one),
            ]


def _groups(told: Told, found: tuple[Different, ...]) -> tuple[tuple[Different, ...], ...]:
    return tuple((one,) for one in found) if told.each else alike((told.old, told.new), found)


def _grounds(told: Told, one: Different) -> tuple[tuple[str, str], ...]:
    old, new = grounds(told.old, told.new, one)
    return ("Old", old), ("New", new)


def _beside(told: Told, one: Different, others: Sequence[Different]) -> Iterator[str]:
    """What is not shown: the same at other doses, and what differs in what stands beside."""
    if others:
        yield f"{say_likewise((told.old, told.new), others)}{_shows(told, len(others))}."
    beside = sum(kind.others for kind in (one, *others))
    if beside:
        differ = "differs" if beside == 1 else "differ"
        yield f"{counted(beside, 'further kind')} between the same doses {differ} in what stands beside{_shows(told, beside)}."


def _shows(told: Told, count: int) -> str:
    return f"; '{told.option}' shows {'it' if count == 1 else 'them'}" if told.option else ""


def _unconfirmed(told: Told) -> Iterator[str]:
    """The kinds for which no course was found; those of one meaning together."""
    found = told.difference.unconfirmed
    groups = [(one,) for one in found] if told.each else list(of_one_meaning(found))
    return (say_unconfirmed(group[0]) if len(group) == 1 else say_together(group) for group in groups)


def _patients(told: Told, width: int) -> Iterator[str]:
    if not told.file:
        return
    whole = told.followed
    yield from filled(f"Treated differently in {told.file}: {len(told.treated)} of {counted(whole, 'patient')}", width)
    for one in told.treated:
        yield from filled(treated_sentence(told, one), width, "  ")
    for name in told.unread:
        yield from filled(f"{name}: one of the two does not take this course", width, "  ")


def _totals(told: Told, width: int) -> Iterator[str]:
    found = told.difference
    if found.is_interrupted:
        yield from filled("Interrupted: this is what had been found; more differences are not ruled out.", width)
    elif found.ended and (found.kinds or found.unconfirmed):
        yield from filled("Not finished: further kinds of difference are not ruled out.", width)


def _listed(title: str, lines: list[str] | tuple[str, ...], width: int) -> list[str]:
    return [title, *(line for one in lines for line in filled(one, width, "  "))] if lines else []


# As Markdown


def difference_markdown(told: Told) -> str:
    """The same as a page, one heading for each clinical term."""
    found = told.difference
    lines = [f"# {found.old} and {found.new}", "", verdict(told), "", seen(told)]
    lines += _bullets("Not looked at", found.limits)
    lines += _bullets("Declared differently", [say_declared(one) for one in found.declared])
    for title, kinds in grouped(told):
        lines += ["", f"## {title[:1].upper()}{title[1:]}"]
        for one, *others in _groups(told, kinds):
            rests = [f"- {side}: {said}" for side, said in _grounds(told, one)]
            beside = [line for said in _beside(told, one, others) for line in ("", said)]
            lines += ["", sentence(told, one), "", *rests, *beside, "", *course_table(told, one)]
    lines += _bullets("Not confirmed", list(_unconfirmed(told)))
    if told.file:
        heading = f"Treated differently in {told.file}: {len(told.treated)} of {counted(told.followed, 'patient')}"
        lines += _bullets(heading, [treated_sentence(told, one) for one in told.treated], always=True)
    return "\n".join([*lines, *(f"\n{line}" for line in _totals(told, 10_000))]) + "\n"


def _bullets(title: str, lines: list[str] | tuple[str, ...], always: bool = False) -> list[str]:
    return ["", f"## {title}", "", *(f"- {line}" for line in lines)] if lines or always else []
