"""Is something of a visit new that makes a condition true? Where that cannot be told, it may be.

What was read before the visit counted when it was read, if the condition was true then. Where only a comparison of a reading can
make it true, it became true with one that is new. Where it becomes true as another reading lapses, what makes it true is as new
as the readings of before that are kept. Of what is computed nobody keeps that: it may be newer than the last step, or may not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce

from attrs import frozen

from protocol.model.guard import Always, And, Atom, Compare, Guard, Is, Known, Named, Not, Or, Ratio, Value
from protocol.semantics.compiled import term_of, true_of
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.diagrams import Diagrams, Node
from protocol.verification.search.kept import NEWER_THAN_HOLD, NEWER_THAN_STEP, Remembered

Truth = bool | None
New = bool | None | frozenset[int]
"""Whether something is new; None where it may be. Or as new as the newest of the readings that are kept in these places."""
NOT_OR_BOTH = ((False, False), (True, True))
NOT_BOTH_OR_ONE = (*NOT_OR_BOTH, (True, False), (False, True))
Condition = Callable[[Guard], Node]
"""Over letters whether a condition is true, false, or unknown (None)."""


@frozen(eq=False)
class Newest:
    """What is new of what makes conditions true, over letters."""

    abstraction: Abstraction
    diagrams: Diagrams

    def of(self, guard: Guard, condition: Condition) -> Node:
        """Of what makes a condition true, where it is."""
        found = self._settling(guard, True, condition, None if self._by_itself(guard) else False)
        return self.diagrams.apply(lambda so, new: new if so else False, condition(guard), found)

    def _settling(self, guard: Guard, truth: bool, condition: Condition, older: New) -> Node:
        """Of all that settles the guard to be true (or false), as the reference asks it; ``older`` where not of the visit."""
        match guard:
            case Compare() | Is():
                so, new = condition(guard), self._of_now(guard, older)
                return self.diagrams.apply(lambda one, is_new: is_new if one is truth else False, so, new)
            case Named(name):
                return self._settling(self.abstraction.prepared.definitions[name], truth, condition, older)
            case Not(part):
                return self._settling(part, not truth, condition, older)
            case And(parts) | Or(parts):
                found = [self._settling(part, truth, condition, older) for part in parts]
                return reduce(partial(self.diagrams.apply, _either), found)
            case Always() | Known():
                return self.diagrams.leaf(False)

    def _of_now(self, atom: Atom, older: New) -> Node:
        """Whether a comparison rests on what is of the visit: what is missing is, and so are limits of normal that are."""
        term = term_of(atom)
        assert isinstance(term, Value | Ratio)  # a tracker asks no clock and no tracker
        axis = self.abstraction.axes[self.abstraction.axis_of(term)]
        if self._is_worked_out(term.input):
            # A score that rests on one input is as new as that, but where it comes out so whatever that is.
            told = self._rests_on_one(term.input) and len({true_of(atom, cell.value) for cell in axis.cells}) > 1
            shown: list[New] = [(True if one.kind == "measured" else older) if told else None for one in axis.letters]
            return self.diagrams.split(self.abstraction.axis_of(term), [self.diagrams.leaf(so) for so in shown])
        if older is None and axis.name in self.abstraction.by_lapsing:
            older = self._kept(axis.name)
        of_limit = isinstance(term, Ratio) and term.limit != "baseline"
        now = [one.kind != "carried" or (of_limit and not one.limits) for one in axis.letters]
        return self.diagrams.split(self.abstraction.axis_of(term), [self.diagrams.leaf(so or older) for so in now])

    def _kept(self, name: str) -> New:
        """As new as the reading of an input that is kept; None where none is."""
        place = self.abstraction.places[name]
        numbers = (number for number, kept in enumerate(self.abstraction.remembered) if kept == place)
        return next((frozenset({number}) for number in numbers), None)

    def _by_itself(self, guard: Guard) -> bool:
        """Whether a condition can become true with nothing that has a date: when a reading lapses, or becomes known."""
        terms = set(self.abstraction.prepared.terms(guard))
        if len(terms) == 1 and self._rests_on_one(getattr(next(iter(terms)), "input", "")):
            return False
        return any(isinstance(term, Known) or self._is_worked_out(getattr(term, "input", "")) for term in terms)

    def _rests_on_one(self, name: str) -> bool:
        """Whether it is a score of the values of one input."""
        protocol = self.abstraction.protocol
        score = next((one for one in protocol.scores if one.name == name), None)
        terms = {term for guard in score.guards() for term in self.abstraction.prepared.terms(guard)} if score else set()
        return terms in [{Value(one.name)} for one in protocol.inputs]

    def _is_worked_out(self, name: str) -> bool:
        """Whether it is computed, a score, or free: then it is not kept here when what settles it was read."""
        protocol = self.abstraction.protocol
        computed = {*(one.name for one in protocol.numbers), *(one.name for one in protocol.scores)}
        return name in computed or self.abstraction.places[name] in self.abstraction.free


def newer(new: New, readings: Sequence[Remembered]) -> Sequence[tuple[bool, bool]]:
    """Whether that is newer than the last step, and than the last hold, in each way in which it may be."""
    if new is None:
        return NOT_BOTH_OR_ONE
    if isinstance(new, bool):
        return ((new, new),)
    bits = [held[2] for number, held in enumerate(readings) if number in new and held is not None]
    return ((any(one & NEWER_THAN_STEP for one in bits), any(one & NEWER_THAN_HOLD for one in bits)),)


def _either(one: New, other: New) -> New:
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return one | other
    return next(some for some in (True, None, *(each for each in (one, other) if each), False) if some in (one, other))
