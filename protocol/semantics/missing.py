"""What each missing value would make of an answer: ranges of the value, and what follows in each."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from operator import and_

from protocol.model.decision import Missing, Outcome
from protocol.model.guard import CumulativeDose, Ratio, Term, Tracked, Value
from protocol.model.input import Grade
from protocol.model.quantity import say_number
from protocol.model.regimen import Amount
from protocol.model.time import say_duration
from protocol.semantics.computed import to_measure
from protocol.semantics.scene import Candidate, Candidates, Scene
from protocol.semantics.truth import Narrowing

Answers = Sequence[tuple[Narrowing, str]]
Left = tuple[int, ...]
"""What a part of the completions leaves of each term: a bit for each of its values, and every bit where it says nothing of it."""
Part = tuple[Left, str]
_ANY = -1


def what_if(scene: Scene, answers: Answers) -> tuple[Missing, ...]:
    """For each missing term on which the answer depends: its ranges, and the answers possible in each.

    ``answers`` are the parts into which the completions were split, each with its answer. The answer depends on a term if
    some completion of everything else has different answers for two of its values; a range is where it does not.
    """
    if len({answer for _, answer in answers}) < 2:
        return ()
    terms = tuple(dict.fromkeys(term for narrowed, _ in answers for term in narrowed))
    parts = _in_bits(scene, terms, answers)
    found = (_missing(scene, term, place, parts) for place, term in enumerate(terms))
    return tuple(missing for missing in found if missing is not None)


def _in_bits(scene: Scene, terms: Sequence[Term], answers: Answers) -> list[Part]:
    """The parts with what each leaves of the terms in bits, because they are compared in pairs and values are slow to compare."""
    bits = [{value: 1 << number for number, value in enumerate(scene.candidates(term))} for term in terms]

    def left(place: int, values: Candidates | None) -> int:
        return _ANY if values is None else sum(bits[place][value] for value in values)

    return [(tuple(left(place, narrowed.get(term)) for place, term in enumerate(terms)), answer) for narrowed, answer in answers]


def _missing(scene: Scene, term: Term, place: int, parts: Sequence[Part]) -> Missing | None:
    """The ranges of one term; None where the answer does not depend on it."""
    candidates = scene.candidates(term)
    telling = [part for part in parts if part[0][place] != _ANY]
    groups: list[list[int]] = []
    for number, candidate in enumerate(candidates):
        # Options join whichever group they cannot be told from; numbers only the range just below them.
        near = groups if isinstance(candidate, str) else groups[-1:]
        same = next((group for group in near if not _differ(place, 1 << group[-1], 1 << number, telling)), None)
        if same is None:
            groups.append([number])
        else:
            same.append(number)
    if len(groups) < 2:
        return None
    outcomes = (
        Outcome(_range(scene, term, [candidates[number] for number in group], candidates), _possible(place, group, parts))
        for group in groups
    )
    return Missing(name_of(term), tuple(outcomes), inputs_of(scene, term))


def _differ(place: int, one: int, other: int, telling: Sequence[Part]) -> bool:
    """Whether two values of the term have different answers in some completion of everything else.

    A part that holds both values has one answer for both, so only parts that hold one of them need to be compared.
    """
    here = [_beside(place, part) for part in telling if part[0][place] & one and not part[0][place] & other]
    there = [_beside(place, part) for part in telling if part[0][place] & other and not part[0][place] & one]
    return any(first[1] != second[1] and _meet(first[0], second[0]) for first in here for second in there)


def _beside(place: int, part: Part) -> Part:
    """The part with every value of one term."""
    left, answer = part
    return (*left[:place], _ANY, *left[place + 1 :]), answer


def _meet(one: Left, other: Left) -> bool:
    """Whether two parts share a completion."""
    return all(map(and_, one, other))


def _possible(place: int, numbers: Sequence[int], parts: Sequence[Part]) -> tuple[str, ...]:
    members = sum(1 << number for number in numbers)
    return tuple(sorted({answer for left, answer in parts if left[place] & members}))


def inputs_of(scene: Scene, term: Term) -> tuple[str, ...]:
    """The inputs that are to be measured so that the term is known: its own, or all that its tracker asks."""
    names = _asked_by(scene, term) if isinstance(term, Tracked) else (getattr(term, "input", ""),)
    measured = (name for asked in names if asked for name in to_measure(scene.prepared, scene.state, asked, scene.time))
    return tuple(dict.fromkeys(measured))


def _asked_by(scene: Scene, term: Tracked) -> tuple[str, ...]:
    tracker = scene.prepared.protocol.tracker(term.tracker)
    guards = (tracker.when, *((tracker.until,) if tracker.until is not None else ()))
    asked = (name for guard in guards for name in scene.prepared.inputs_of(guard))
    return (tracker.input, *asked)


def name_of(term: Term) -> str:
    """The name of a missing term as people say it."""
    match term:
        case Value(name) | Tracked(name):
            return name
        case Ratio(name, limit):
            return f"{name} / {limit}"
        case _:
            return str(term)


def _range(scene: Scene, term: Term, members: list[Candidate], candidates: Candidates) -> str:
    """The members in words; a number that is no bound stands for the gap between its neighbours."""
    name = term.input if isinstance(term, Ratio) else name_of(term)
    if isinstance(members[0], str):
        return f"{name} is {' or '.join(str(member) for member in members)}"
    numbers, first, last = [_number(one) for one in candidates], candidates.index(members[0]), candidates.index(members[-1])
    bounds = set(numbers) if _is_whole(scene, term) else set(scene.prepared.constants.get(term, ()))
    if first == last and numbers[first] in bounds:
        return f"{name} = {_say(scene, term, numbers[first])}"
    parts = []
    if first > 0:
        sign, bound = (">=", first) if numbers[first] in bounds else (">", first - 1)
        parts.append(f"{sign} {_say(scene, term, numbers[bound])}")
    if last < len(numbers) - 1:
        sign, bound = ("<=", last) if numbers[last] in bounds else ("<", last + 1)
        parts.append(f"{sign} {_say(scene, term, numbers[bound])}")
    return f"{name} {' and '.join(parts)}" if parts else f"{name} has any value"


def _is_whole(scene: Scene, term: Term) -> bool:
    """Whether every value is itself a bound: a grade or a count."""
    if isinstance(term, Tracked):
        return scene.prepared.protocol.tracker(term.tracker).kind in ("episodes", "consecutive")
    return isinstance(term, Value) and isinstance(scene.prepared.inputs[term.input].kind, Grade)


def _number(candidate: Candidate) -> Fraction:
    assert isinstance(candidate, Fraction)
    return candidate


def _say(scene: Scene, term: Term, value: Fraction) -> str:
    if isinstance(term, Tracked) and scene.prepared.protocol.tracker(term.tracker).kind in ("duration", "since"):
        return say_duration(int(value))
    if isinstance(term, CumulativeDose):
        return str(Amount(value, term.unit, term.per))
    return f"{say_number(value)} x {term.limit}" if isinstance(term, Ratio) else say_number(value)
