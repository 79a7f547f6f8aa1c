"""What each missing value would make of an answer: ranges of the value, and what follows in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from protocol.model.decision import Missing, Outcome
from protocol.model.guard import Ratio, Term, Tracked, Value
from protocol.model.protocol import Grade
from protocol.model.quantity import say_number
from protocol.semantics.scene import Candidate, Candidates, Scene
from protocol.semantics.truth import Narrowing, World, completions


def what_if(scene: Scene, results: Iterable[Narrowing], label: Callable[[World], str]) -> tuple[Missing, ...]:
    """For each missing term on which the answer depends: its ranges, and the answers possible in each.

    A term is left out where every value of it leaves the same answers possible.
    """
    terms = dict.fromkeys(term for narrowed in results for term in narrowed)
    found = (_missing(scene, term, label) for term in terms)
    return tuple(missing for missing in found if len(missing.outcomes) > 1)


def _missing(scene: Scene, term: Term, label: Callable[[World], str]) -> Missing:
    candidates = scene.candidates(term)
    groups: list[tuple[list[Candidate], tuple[str, ...]]] = []
    for candidate in candidates:
        answers = tuple(dict.fromkeys(sorted(answer for _, answer in completions(scene, label, {term: (candidate,)}))))
        same = next((group for group in _joinable(groups, candidate) if group[1] == answers), None)
        if same is None:
            groups.append(([candidate], answers))
        else:
            same[0].append(candidate)
    name = name_of(term)
    return Missing(name, tuple(Outcome(_range(scene, term, name, members, candidates), answers) for members, answers in groups))


def _joinable(
    groups: list[tuple[list[Candidate], tuple[str, ...]]], candidate: Candidate
) -> list[tuple[list[Candidate], tuple[str, ...]]]:
    """Options join whichever group says the same; numbers only the range just below them."""
    return groups if isinstance(candidate, str) else groups[-1:]


def name_of(term: Term) -> str:
    """The name of a missing term as people say it."""
    match term:
        case Value(name) | Tracked(name):
            return name
        case Ratio(name, limit):
            return f"{name} / {limit}"
        case _:
            return str(term)


def _range(scene: Scene, term: Term, name: str, members: list[Candidate], candidates: Candidates) -> str:
    if isinstance(members[0], str):
        return f"{name} is {' or '.join(str(member) for member in members)}"
    numbers = [_number(one) for one in candidates]
    bounds = set(numbers) if _is_whole(scene, term) else set(scene.prepared.constants.get(term, ()))
    return _number_range(term, name, [_number(member) for member in members], numbers, bounds)


def _is_whole(scene: Scene, term: Term) -> bool:
    """Whether every value is itself a bound: a grade or a count."""
    if isinstance(term, Tracked):
        return scene.prepared.protocol.tracker(term.tracker).kind in ("episodes", "consecutive")
    return isinstance(term, Value) and isinstance(scene.prepared.inputs[term.input].kind, Grade)


def _number(candidate: Candidate) -> Fraction:
    assert isinstance(candidate, Fraction)
    return candidate


def _number_range(term: Term, name: str, members: list[Fraction], candidates: list[Fraction], bounds: set[Fraction]) -> str:
    """The range in terms of its bounds; a candidate that is no bound stands for the gap between its neighbours."""
    first, last = candidates.index(members[0]), candidates.index(members[-1])
    parts = []
    if first > 0:
        parts.append(f">= {_say(term, members[0])}" if members[0] in bounds else f"> {_say(term, candidates[first - 1])}")
    if last < len(candidates) - 1:
        parts.append(f"<= {_say(term, members[-1])}" if members[-1] in bounds else f"< {_say(term, candidates[last + 1])}")
    if len(members) == 1 and members[0] in bounds:
        parts = [f"= {_say(term, members[0])}"]
    return f"{name} {' and '.join(parts)}" if parts else f"{name} has any value"


def _say(term: Term, value: Fraction) -> str:
    return f"{say_number(value)} x {term.limit}" if isinstance(term, Ratio) else say_number(value)
