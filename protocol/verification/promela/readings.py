"""What can a visit show of one input: measured, carried over or unknown, and what can each of its terms be then?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise, product

from attrs import frozen

from protocol.model.guard import Always, And, Atom, Compare, Guard, Is, Known, Limit, Not, Or, Ratio, Term, Tracked, Value
from protocol.model.input import Choice, Grade, Number, YesNo
from protocol.semantics.clocks import holds
from protocol.verification.promela.asked import FARTHEST_BACK, Asked

Candidate = Fraction | str
Values = Mapping[Term, Candidate]


@frozen
class Shown:
    """What a visit shows of an input. ``terms`` are the values that each of its terms can have.

    ``fresh``: it is newer than the last step. ``young``: of each age that is asked whether the reading is at most that old.
    ``limited``: the terms whose limit of normal is on record. ``steps``: the ages of the last step, in visits, at which a visit
    can show this.
    """

    input: str
    known: bool
    measured: bool
    fresh: bool
    young: tuple[tuple[int, bool], ...]
    limited: frozenset[Term]
    terms: tuple[tuple[Term, tuple[Candidate, ...]], ...]
    steps: frozenset[int]


def shown(asked: Asked, name: str, atoms: Iterable[Guard]) -> tuple[Shown, ...]:
    """Everything that a visit can show of an input, as far as these comparisons can tell it."""
    extremes = [Value(name)] if any(tracker.input == name for tracker in asked.trackers) else []
    terms = {term: _told_apart(asked, term, atoms) for term in dict.fromkeys([*_terms(atoms, name), *extremes])}
    always = frozenset(range(1, asked.steps_end + 1))
    withins = asked.aged.get(name, ())
    found = []
    if not any(score.name == name for score in asked.protocol.scores):
        young = tuple((within, False) for within in withins)
        found.append(Shown(name, False, False, True, young, frozenset(), tuple(terms.items()), always))
    ages = [(True, True, tuple((within, True) for within in withins), always)]
    if name in asked.carried:
        ages += [(False, *one) for one in _carried(asked, name)]
    for (measured, fresh, young, steps), (limited, values) in product(ages, _known(terms)):
        found.append(Shown(name, True, measured, fresh, young, limited, values, steps))
    return tuple(found)


def _known(
    terms: dict[Term, tuple[Candidate, ...]],
) -> Iterator[tuple[frozenset[Term], tuple[tuple[Term, tuple[Candidate, ...]], ...]]]:
    """The values of a known input: one of each term; a multiple of a limit of normal may be without its limit."""
    choices = []
    for term, values in terms.items():
        one = [(True, (term, (value,))) for value in values]
        choices.append(one + ([(False, (term, values))] if isinstance(term, Ratio) else []))
    for choice in product(*choices):
        limited = frozenset(term for known, (term, _) in choice if known)
        if not _crossed({term.limit: values[0] for _, (term, values) in choice if isinstance(term, Ratio) and term in limited}):
            yield limited, tuple(value for _, value in choice)


def _crossed(multiples: Mapping[str, Candidate]) -> bool:
    """Whether the lower limit of normal would be above the upper one."""
    return {"ULN", "LLN"} <= set(multiples) and multiples["ULN"] > multiples["LLN"]  # type: ignore[operator]


def _carried(asked: Asked, name: str) -> Iterator[tuple[bool, tuple[tuple[int, bool], ...], frozenset[int]]]:
    """Fresh or not, young or not, and the ages of the last step at which a reading that is carried over can be so."""
    valid = asked.prepared.inputs[name].valid_for
    back = FARTHEST_BACK if valid is None else min(valid // asked.every, FARTHEST_BACK)
    found: dict[tuple[bool, tuple[tuple[int, bool], ...]], set[int]] = {}
    end = asked.steps_end
    for age in range(1, back + 1):
        young = tuple((within, age * asked.every <= within) for within in asked.aged.get(name, ()))
        for step in range(1, end + 1):
            if age >= step and name in asked.dated:
                found.setdefault((False, young), set()).add(step)
            if age < step or step == end or name not in asked.dated:
                found.setdefault((True, young), set()).add(step)
    for (fresh, young), steps in found.items():
        yield fresh, young, frozenset(steps)


def _terms(atoms: Iterable[Guard], name: str) -> Iterator[Term]:
    for atom in atoms:
        term = term_of(atom)
        if term is not None and getattr(term, "input", "") == name:
            yield term


def term_of(atom: Guard) -> Term | None:
    """The term that a comparison is about; None of anything else."""
    match atom:
        case Compare(term):
            return term
        case Is(name):
            return Value(name)
        case _:
            return None


def _told_apart(asked: Asked, term: Term, atoms: Iterable[Guard]) -> tuple[Candidate, ...]:
    """The first of the values of a term that the comparisons do not tell apart, and that no tracker of its extremes does."""
    if isinstance(term, Ratio) and {Ratio(term.input, "ULN"), Ratio(term.input, "LLN")} <= {term_of(atom) for atom in atoms}:
        return _values(asked, term, ())
    asking = [atom for atom in atoms if term_of(atom) == term]
    cuts = [c for one in asked.trackers if Value(one.input) == term for c in asked.constants.get(Tracked(one.name), ())]
    found: dict[tuple[object, ...], Candidate] = {}
    for value in _values(asked, term, cuts):
        sides = tuple((value > cut) - (value < cut) for cut in cuts) if isinstance(value, Fraction) else ()
        found.setdefault((*(true_of(atom, value) for atom in asking), *sides), value)
    return tuple(found.values())


def _values(asked: Asked, term: Term, cuts: Iterable[Fraction]) -> tuple[Candidate, ...]:
    constants = (*asked.constants.get(term, ()), *cuts)
    if isinstance(term, Ratio):
        # Cut alike, so that it can be seen that a value below the lower limit is not above the upper one.
        limits: tuple[Limit, ...] = ("ULN", "LLN") if term.limit != "baseline" else ("baseline",)
        constants = tuple(c for limit in limits for c in asked.constants.get(Ratio(term.input, limit), ()))
        return pieces(Fraction(0), max(constants, default=Fraction(0)) + 1, constants)
    assert isinstance(term, Value)
    match asked.prepared.inputs[term.input].kind:
        case Choice(options):
            return options
        case YesNo():
            return ("no", "yes")
        case Grade():
            return tuple(Fraction(grade) for grade in range(6))
        case Number(_, low, high):
            return pieces(low, high, constants)


def pieces(low: Fraction, high: Fraction, constants: Iterable[Fraction]) -> tuple[Fraction, ...]:
    """The constants from the least to the greatest value, and one value of each piece between them."""
    points = sorted({constant for constant in constants if low <= constant <= high})
    ends = sorted({low, *points, high})
    return tuple(sorted({*points, *((one + other) / 2 for one, other in pairwise(ends))}))


def true_of(atom: Guard, value: Candidate) -> bool:
    """Whether a comparison is true of a value."""
    match atom:
        case Is(_, option):
            return value == option
        case Compare(_, operator, constant):
            assert isinstance(value, Fraction)
            return holds(operator, value, constant)
        case _:
            raise TypeError(f"{atom!r} is no comparison")


def true_in(guard: Guard, values: Values, known: Mapping[str, Shown]) -> bool:
    """Whether a guard that asks inputs only is true of these values."""
    match guard:
        case Always():
            return True
        case Known(name, within):
            one = known[name]
            return one.known and (within is None or dict(one.young)[within])
        case Compare() | Is():
            return true_of(guard, values[_asked(guard)])
        case Not(part):
            return not true_in(part, values, known)
        case And(parts):
            return all(true_in(part, values, known) for part in parts)
        case Or(parts):
            return any(true_in(part, values, known) for part in parts)
        case _:
            raise TypeError(f"{guard!r} does not ask inputs only")


def _asked(atom: Atom) -> Term:
    return atom.term if isinstance(atom, Compare) else Value(atom.input)
