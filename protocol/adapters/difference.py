"""How is a difference between two protocols told? As a sentence about one patient, and as a course with both decisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import evolve, frozen

from protocol.adapters.asked_later import inputs_behind
from protocol.adapters.done import regimen_of, said
from protocol.adapters.permitted_apart import permits, permitted_by_both
from protocol.adapters.phrases import counted, is_no_order, listed
from protocol.adapters.story import measured
from protocol.adapters.to_markdown import table
from protocol.model.course import Visit
from protocol.model.decision import Decision, Step
from protocol.model.difference import Declared, Difference, Different, Meaning, Treated, Unconfirmed
from protocol.model.input import Input
from protocol.model.protocol import Protocol
from protocol.model.quantity import how_many
from protocol.model.time import say_duration, say_time
from protocol.model.verification import Grid

Side = Literal["old", "new"]
OTHERS: dict[str, str] = {"no longer holds": "holds later", "no longer stops": "stops later", "no longer starts": "starts later",
    "no longer escalates": "escalates later", "no longer reduces": "reduces later", "no longer resumes": "resumes later",
    "no longer asks for review": "asks for review later"}  # fmt: skip
"""What it is called where the new one does it later than the old one."""
_EARLIER = tuple(said.removesuffix(" later") for said in OTHERS.values())


@frozen
class Told:
    """Two protocols and how they differ; ``file`` is a set of courses, ``treated`` its patients who are treated differently.

    ``followed`` is how many of them were followed, ``unread`` names those that one of the two refuses. ``files`` are
    those of the two protocols, where each is one of its own. ``each``: each course is told, also where others differ from it in
    the doses only; ``option`` is what asks for that, if there is one.
    """

    difference: Difference
    old: Protocol
    new: Protocol
    file: str = ""
    followed: int = 0
    treated: tuple[Treated, ...] = ()
    unread: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    each: bool = True
    option: str = ""

    def side(self, side: Side) -> Protocol:
        """One of the two."""
        return self.old if side == "old" else self.new


def title(different: Different) -> str:
    """``holds earlier``, ``no longer resumes``: what the new one does, and whether the other does it at another time."""
    if different.by == "old" and different.meaning in _EARLIER:
        return f"{different.meaning} earlier"
    if different.by == "new" and different.meaning in OTHERS:
        return OTHERS[different.meaning]
    return f"{different.meaning} where the old one does not" if different.meaning in _EARLIER else different.meaning


def grouped(told: Told) -> Iterator[tuple[str, tuple[Different, ...]]]:
    """The courses by what they are called, in the order of the meanings."""
    for _, found in told.difference.by_meaning():
        for called in dict.fromkeys(map(title, found)):
            yield called, tuple(one for one in found if title(one) == called)


def sentence(told: Told, one: Different) -> str:
    """``On day 14, with anc 0.8, the old protocol holds; the new one goes on with 100 mg every day.``"""
    visit = one.course.visits[-1]
    old, new, both = _both(told, one.old[-1], one.new[-1], one.meaning)
    shorter = "" if one.is_shortest else " That a shorter course shows it is not ruled out."
    does = f"the old protocol {old}; the new one {new}.{both}"
    return f"On {say_time(visit.time)}, {found_at(told, one)}, {does}{_later(one)}{shorter}"


def found_at(told: Told, one: Different) -> str:
    """``with toxicity 2``: of what was found at the last visit that on which one of the two decisions rests.

    Where a hold goes on by no rule it is also what is new since the visit before, which may keep the others from acting.
    """
    *_, before, visit = (Visit(0), *one.course.visits)
    steps = (one.old[-1], one.new[-1])
    facts = {fact.name for step in steps for fact in step.decision.facts} | _lowering(told, steps)
    if any(step.decision.before.control.kind == "held" and not step.decision.rule for step in steps):
        facts |= {seen.input for seen in visit.observations if seen not in before.observations}
    asked = evolve(visit, observations=tuple(seen for seen in visit.observations if seen.input in facts))
    found = measured(asked if asked.observations else visit, {}, told.new)
    return found if found == "nothing measured" else f"with {found}"


def _lowering(told: Told, steps: tuple[Step, Step]) -> set[str]:
    """What the rule asks by which drug comes back lower than the rule says that was followed."""
    both = zip((told.old, told.new), (step.decision.lowered_by for step in steps), strict=True)
    return {name for protocol, by in both if by for name in inputs_behind(protocol, (protocol.rule(by).when,))}


def _both(told: Told, old: Step, new: Step, meaning: Meaning) -> tuple[str, str, str]:
    """What each does, with what only it permits where that is the difference; and what both permit."""
    one, other = (told.old, old.decision), (told.new, new.decision)
    if not meaning.startswith("permits"):
        return said(*one), said(*other), ""
    both = listed(permitted_by_both(one, other))
    return (
        said(*one, *permits(one, other, "the new one does not")),
        said(*other, *permits(other, one, "the old one does not")),
        f" Both permit: {both}." if both else "",
    )


def _later(one: Different) -> str:
    if not one.by:
        return ""
    other = "new" if one.by == "old" else "old"
    when = say_time(one.course.visits[-1].time + one.later)
    return f" With the same findings the {one.by} one does as the {other} one on {when}, {say_duration(one.later)} later."


def treated_sentence(told: Told, one: Treated) -> str:
    """The same of a patient of a data set."""
    old, new, both = _both(told, one.old, one.new, one.meaning)
    return f"{one.course}: {one.meaning}. On {say_time(one.old.visit.time)} the old protocol {old}; the new one {new}.{both}"


# As a course


def course_table(told: Told, one: Different, names: tuple[str, str] = ("old", "new")) -> list[str]:
    """The lines of a table of the course, with what the old and the new one, or what they are called, do at each visit."""
    header, *rows = table((one.course,), with_both(told.old, told.new))
    steps = zip(rows, one.old, one.new, strict=True)
    lines = [[*row, _cell(told.old, old.decision), _cell(told.new, new.decision)] for row, old, new in steps]
    both = [*header, *names]
    return [f"| {' | '.join(line)} |" for line in (both, ["---"] * len(both), *lines)]


def _cell(protocol: Protocol, decision: Decision) -> str:
    """``hold``, ``resume at 100 mg every day``, ``undecided``."""
    if is_no_order(decision):
        return "no order"
    if decision.status == "undecided":
        return "undecided"
    at = " at " if decision.action in ("start", "resume") else " to "
    moves = decision.action in ("start", "resume", "escalate", "reduce")
    done = f"{decision.action}{at}{regimen_of(protocol, decision.after.dose)}" if moves else decision.action
    return done if decision.status == "decided" else f"{done} ({decision.status})"


def with_both(old: Protocol, new: Protocol) -> Protocol:
    """The old protocol with the inputs of both, for tables of courses."""
    names = {item.name for item in old.inputs}
    more: tuple[Input, ...] = tuple(item for item in new.inputs if item.name not in names)
    return evolve(old, inputs=(*old.inputs, *more))


# The rest


def say_declared(one: Declared) -> str:
    """``input anc: valid for 8 days in the old one, 14 days in the new one``."""
    where = f"{one.what} {one.name}"
    if one.old is None or one.new is None:
        which, shown = ("new", one.new) if one.old is None else ("old", one.old)
        return f"{where}: only in the {which} one ({shown})"
    if not one.aspect:
        return f"{where}: '{one.old}' in the old one, '{one.new}' in the new one"
    return f"{where}: {one.aspect} {one.old or 'none'} in the old one, {one.new or 'none'} in the new one"


def say_unconfirmed(one: Unconfirmed) -> str:
    """A kind of difference for which no patient was found."""
    old, new = one.old.dose or "no drug", one.new.dose or "no drug"
    return f"{one.meaning}, {old} in the old one and {new} in the new one, after {counted(one.visits, 'visit')}"


def say_grid(grid: Grid) -> str:
    """``visits every week``."""
    return f"visits every {say_duration(grid.every).removeprefix('1 ')}"


def verdict(told: Told) -> str:
    """What it comes to, in a sentence."""
    found = told.difference
    old, new = (f", {file}" for file in told.files) if found.old == found.new and told.files else ("", "")
    names = f"{found.old} (old{old}) and {found.new} (new{new})"
    if found.is_equivalent:
        return f"{names} are equivalent: they decide the same of every course."
    if not found.kinds and not found.unconfirmed:
        return f"No difference between {names} was found, and none is ruled out."
    if not found.kinds:
        return f"{names} may differ: no course was found that shows what the search found."
    return f"{names} are different, in {counted(len(found.kinds), 'kind')}: {listed(said for said, _ in grouped(told))}."


def seen(told: Told) -> str:
    """What was looked at."""
    found = told.difference
    took = f"; {found.seconds:.0f} s" if found.seconds >= 1 else ""
    counts = (
        f"{say_grid(found.grid).capitalize()}: {how_many(found.pairs, 'pair of states')} in which both decide the same{took}."
    )
    notes = "".join(f" {note[:1].upper()}{note[1:]}." for note in found.notes)
    return f"{counts}{notes}{f' Not all of it was seen: {found.ended}.' if found.ended else ''}"
