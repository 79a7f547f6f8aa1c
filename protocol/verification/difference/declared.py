"""What do two protocols declare differently, and what of that stands in the way of one course for both?"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from protocol.errors import NotationError
from protocol.model.difference import Declared
from protocol.model.input import Choice, DerivedNumber, Grade, Input, Number, Score, YesNo
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number
from protocol.model.time import say_duration
from protocol.semantics.prepared import prepare
from protocol.verification.difference.defined import defined
from protocol.verification.search.asked import asked_by


def declared(old: Protocol, new: Protocol) -> Iterator[Declared]:
    """Inputs, doses and definitions that only one has, or of which they declare something different."""
    yield from _inputs(old, new)
    ladders = [{one.name: str(one.regimen) for one in protocol.levels} for protocol in (old, new)]
    for name in dict.fromkeys([*ladders[0], *ladders[1]]):
        was, now = (ladder.get(name) for ladder in ladders)
        if was != now:
            yield Declared("dose", name, "regimen", was, now)
    yield from defined(old, new)


def _inputs(old: Protocol, new: Protocol) -> Iterator[Declared]:
    before, after = ({item.name: item for item in protocol.inputs} for protocol in (old, new))
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            yield Declared("input", name, "", _said(one), _said(other))
            continue
        for aspect, was, now in _aspects(one, other):
            if was != now:
                yield Declared("input", name, aspect, was, now)


def _said(item: Input | None) -> str | None:
    return None if item is None else item.label or kind_of(item)


def _aspects(one: Input, other: Input) -> Iterator[tuple[str, str, str]]:
    yield "what it is", kind_of(one), kind_of(other)
    if kind_of(one) == kind_of(other):
        yield "options", _options(one), _options(other)
        yield "plausible", _plausible(one), _plausible(other)
    yield "valid for", _valid(one), _valid(other)
    yield "fixed", _yes(one.fixed), _yes(other.fixed)
    yield "repeats", one.repeats, other.repeats
    yield "graded by", " ".join(one.graded_by or ()) or "nothing", " ".join(other.graded_by or ()) or "nothing"


def kind_of(item: Input) -> str:
    """``number in 10*9/L``, ``grade by CTC 2.0``, ``choice``, ``yes or no``."""
    match item.kind:
        case Number(unit):
            return f"number in {unit}"
        case Grade(criteria):
            return f"grade by {criteria}"
        case Choice():
            return "choice"
        case YesNo():
            return "yes or no"


def _options(item: Input) -> str:
    return ", ".join(item.kind.options) if isinstance(item.kind, Choice) else ""


def _plausible(item: Input) -> str:
    if not isinstance(item.kind, Number):
        return ""
    return f"{say_number(item.kind.low)} to {say_number(item.kind.high)} {item.kind.unit}"


def _valid(item: Input) -> str:
    return "ever" if item.valid_for is None else say_duration(item.valid_for)


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


# One course for both


def made_comparable(old: Protocol, new: Protocol) -> tuple[Protocol, Protocol, tuple[str, ...]]:
    """Both with the same values for what both ask, and what the courses leave out therefore.

    Raises NotationError where an input of one name is of another kind, or in another unit.
    """
    common, limits = dict[str, Input](), list[str]()
    asked = set(asked_by(old).inputs()) & set(asked_by(new).inputs())
    after = {item.name: item for item in new.inputs}
    for item in old.inputs:
        if item.name in after and item.name in asked:
            shared, why = _common(item, after[item.name])
            common[item.name] = shared
            limits += [why] if why else []
            limits += _read_otherwise(item, after[item.name])
    limits += _computed(old, new)
    if old.between_visits != new.between_visits:
        limits.append("one of the two acts between visits, and the other waits: both were looked at on visits only")
    return _with(old, common), _with(new, common), tuple(limits)


def _with(protocol: Protocol, common: dict[str, Input]) -> Protocol:
    inputs = (evolve(item, kind=common[item.name].kind) if item.name in common else item for item in protocol.inputs)
    return evolve(protocol, inputs=tuple(inputs))


def _common(one: Input, other: Input) -> tuple[Input, str]:
    if kind_of(one) != kind_of(other) and not (isinstance(one.kind, Grade) and isinstance(other.kind, Grade)):
        raise NotationError(
            f"'{one.name}' is a {kind_of(one)} in the old protocol and a {kind_of(other)} in the new one",
            "No value is one of both. Give one of the two another name, or both the same unit.",
        )
    match one.kind, other.kind:
        case Choice(options), Choice(its) if options != its:
            both = tuple(option for option in options if option in its)
            return evolve(one, kind=Choice(both)), f"of '{one.name}' only what both have was looked at: {', '.join(both)}"
        case Number(unit, low, high), Number(_, its_low, its_high) if (low, high) != (its_low, its_high):
            both_low, both_high = max(low, its_low), min(high, its_high)
            said = f"{say_number(both_low)} to {say_number(both_high)} {unit}"
            shared = evolve(one, kind=Number(unit, both_low, both_high))
            return shared, f"of '{one.name}' only what both take was looked at: {said}"
    return one, ""


def _read_otherwise(one: Input, other: Input) -> Iterator[str]:
    """Where of the same records another value counts in the two: a course of the search has one value of a visit and no other."""
    if one.repeats != other.repeats or (one.repeats == "worst" and one.worse != other.worse):
        yield f"of '{one.name}' only visits with one value were looked at: of several, another one counts in the two"
    if one.fixed != other.fixed:
        yield f"of '{one.name}' only one value of a patient was looked at: it is fixed by the first one in one of the two"


def is_computed_otherwise(old: Protocol, new: Protocol) -> bool:
    """Whether something that both ask is computed in two ways, so that it differs where all that is computed from is the same."""
    return any(_computed(old, new))


def _computed(old: Protocol, new: Protocol) -> Iterator[str]:
    """What is computed under one name in two ways, or measured in one and computed in the other."""
    before, after, both = _by_name(old), _by_name(new), (asked_by(old), asked_by(new))
    asked = set(both[0].inputs()) & set(both[1].inputs())
    followed = {score.name for score in both[0].scores} & {score.name for score in both[1].scores}
    for name in asked & (set(before) | set(after)):
        if name not in before or name not in after:
            raise NotationError(
                f"'{name}' is computed in one of the two protocols and measured in the other", "Give one of the two another name."
            )
        if name not in followed and (before[name] != after[name] or _fed(old, name) != _fed(new, name)):
            yield f"'{name}' is computed in two ways, and what comes of that was not looked at"


def _by_name(protocol: Protocol) -> dict[str, DerivedNumber | Score]:
    found: dict[str, DerivedNumber | Score] = {one.name: evolve(one, label="", note="") for one in protocol.numbers}
    return found | {one.name: evolve(one, label="", note="") for one in protocol.scores}


def _fed(protocol: Protocol, name: str) -> object:
    """What a score asks, opened to what it stands for."""
    score = next((item for item in protocol.scores if item.name == name), None)
    if score is None:
        return ()
    prepared = prepare(protocol)
    return tuple(sorted({repr(term) for item in score.items for case in item.cases for term in prepared.terms(case.when)}))
