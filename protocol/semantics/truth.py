"""What a guard is: true, false, or open until an unknown term is settled; and every way in which it can be settled.

A guard is evaluated in a *world*: the scene of a visit in which some unknown terms have been narrowed to part of what
they can be. Where a guard is still open, the world is split by one comparison of one unknown term, and both parts are
asked again. The parts together are all completions of what is missing, so every answer is exact, and only the unknowns
that matter are ever looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from attrs import frozen

from protocol.model.guard import Always, And, Atom, Clock, Compare, Guard, Is, Known, Named, Not, Or, Term
from protocol.model.quick import quickly
from protocol.model.rule import Rule
from protocol.semantics import clocks
from protocol.semantics.compiled import Ask, said, settled, term_of, true_of
from protocol.semantics.scene import Candidate, Candidates, Scene

Narrowing = dict[Term, Candidates]
Answer = TypeVar("Answer")


class Open(Exception):
    """Raised where an answer depends on a term that can still lie on both sides of a comparison."""

    def __init__(self, term: Term, yes: Candidates, no: Candidates) -> None:
        super().__init__(term)
        self.term, self.yes, self.no = term, yes, no


@frozen(eq=False)
class World:
    """A scene with some unknown terms narrowed to part of what they can be."""

    scene: Scene
    narrowed: Narrowing

    def rules_out(self, ask: Ask) -> bool:
        """Whether what a function settles is false whatever is missing, so that nobody has to ask further."""
        return (said(self.scene, ask) if self.narrowed else ask(self.scene)) is False

    def acting(self, rule: Rule) -> bool | None:
        """Whether the rule acts, where that is known without asking its guard; a search that knows it says so here."""
        return None

    def standing(self, rule: Rule) -> bool | None:
        """Whether what the rule ordered stands, where that is known without asking its guard."""
        return None

    def holds(self, guard: Guard) -> bool:
        """Whether the guard is true here; raises Open where that is not settled."""
        # What is settled whatever is missing is so in every world.
        answer = settled(self.scene, guard, again=bool(self.narrowed))
        return self._asked(guard) if answer is None else answer

    def _asked(self, guard: Guard) -> bool:
        match guard:
            case Always():
                return True
            case Compare(Clock(name)):
                return clocks.compare(guard, clocks.age(self.scene.state, name, self.scene.time))
            case Compare() | Is():
                return self._settle(guard)
            case Known():
                return self.scene.knows(guard)
            case Named(name):
                return self.holds(self.scene.prepared.definitions[name])
            case Not(part):
                return not self.holds(part)
            case And(parts):
                return not self._any(parts, False)
            case Or(parts):
                return self._any(parts, True)
            case _:
                raise TypeError(f"unknown guard {guard!r}")

    def _any(self, parts: tuple[Guard, ...], wanted: bool) -> bool:
        """Whether some part has the wanted truth. A settled part of that truth outweighs the open ones before it."""
        first_open: Open | None = None
        for part in parts:
            try:
                if self.holds(part) is wanted:
                    return True
            except Open as still_open:
                first_open = first_open or still_open
        if first_open is not None:
            raise first_open
        return False

    def _settle(self, atom: Atom) -> bool:
        term = term_of(atom)
        candidates = self.narrowed.get(term) or self.scene.candidates(term)
        yes: list[Candidate] = []
        no: list[Candidate] = []
        for value in candidates:
            (yes if true_of(atom, value) else no).append(value)
        if yes and no:
            raise Open(term, tuple(yes), tuple(no))
        return not no


_World = quickly(World)


def completions(
    scene: Scene, ask: Callable[[World], Answer], narrowed: Narrowing | None = None
) -> Iterator[tuple[Narrowing, Answer]]:
    """The answer in every completion of what is missing, as parts that agree on it, each with how it narrows the unknowns."""
    narrowed = narrowed or {}
    try:
        answer = ask(_World(scene, narrowed))
    except Open as still_open:
        for part in (still_open.yes, still_open.no):
            yield from completions(scene, ask, {**narrowed, still_open.term: part})
    else:
        yield narrowed, answer


def truth(scene: Scene, guard: Guard) -> bool | None:
    """True or false if the guard is so in every completion, None (unknown) otherwise."""
    answer = settled(scene, guard)
    if answer is not None:
        return answer
    answers: set[bool] = set()
    for _, answer in completions(scene, lambda world: world.holds(guard)):
        answers.add(answer)
        if len(answers) > 1:
            return None
    return answers.pop()
