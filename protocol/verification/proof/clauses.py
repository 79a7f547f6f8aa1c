"""How do the courses of a protocol become Horn clauses over whole numbers, in which Spacer proves that no error is reached?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from protocol.verification.proof.machine import START, Machine

OPTIONS = {"engine": "spacer", "xform.slice": False, "xform.inline_linear": False, "xform.inline_eager": False}
"""Nothing is left out or taken together before the proof, so that it speaks of every location."""
Errors = Mapping[int, Mapping[int, Any]]
"""For each location the conditions, by their numbers, under which a visit is wrong."""


@frozen(eq=False)
class Clauses:
    """The clauses of a machine: a relation of each location, over its numbers."""

    machine: Machine
    relations: tuple[Any, ...]
    names: tuple[tuple[str, ...], ...]
    rules: tuple[tuple[Any, Any, Any], ...]

    @property
    def z3(self) -> Any:
        """The solver's library."""
        return self.machine.anytime.z3

    @property
    def begin(self) -> Any:
        """That the location before the first visit is there."""
        return self.at(START, {name: self.z3.IntVal(0) for name in self.names[START]})

    def at(self, location: int, numbers: Mapping[str, Any]) -> Any:
        """That a location is reached with these numbers."""
        return self.relations[location](*(numbers[name] for name in self.names[location]))

    def before(self, location: int) -> Any:
        """That a location is reached, with its numbers as they are before the next visit."""
        return self.at(location, self.machine.anytime.old(self.machine.locations[location]))

    def wrong(self, errors: Errors) -> list[tuple[Any, Any]]:
        """The visits that are wrong: the location that is reached, and the conditions."""
        return [(self.before(location), condition(self.z3, where)) for location, where in errors.items()]


def clauses(machine: Machine) -> Clauses:
    """The clauses of a machine."""
    z3 = machine.anytime.z3
    names = tuple(machine.ages.names(one) for one in machine.locations)
    sort = z3.IntSort()
    relations = tuple(z3.Function(f"at-{place}", *(sort for _ in some), z3.BoolSort()) for place, some in enumerate(names))
    made = Clauses(machine, relations, names, ())
    rules = [
        (made.at(edge.after, edge.numbers), made.before(edge.before), condition(z3, edge.where))
        for edge in machine.edges.values()
    ]
    return Clauses(machine, relations, names, tuple(rules))


def condition(z3: Any, some: Mapping[int, Any]) -> Any:
    """That one of several conditions is so."""
    ways = list(some.values())
    return ways[0] if len(ways) == 1 else z3.Or(*ways)


def variables(made: Clauses) -> dict[str, Any]:
    """Every number by its name, and the gap between two visits."""
    names = dict.fromkeys(name for some in made.names for name in some)
    return {"gap": made.machine.anytime.gap, **{name: made.z3.Int(name) for name in names}}


def asked(made: Clauses, errors: Errors, milliseconds: int) -> tuple[Any, Any]:
    """The clauses of a machine, ready to be asked whether a wrong visit can be reached, and that question."""
    z3 = made.z3
    found = z3.Fixedpoint()
    found.set(**OPTIONS, timeout=milliseconds)
    error = z3.Bool("error")
    for relation in (*made.relations, error.decl()):
        found.register_relation(relation)
    found.declare_var(*variables(made).values())
    found.fact(made.begin)
    for head, before, where in made.rules:
        found.rule(head, [before, where])
    for before, where in made.wrong(errors):
        found.rule(error, [before, where])
    return found, error


def invariants(made: Clauses, answered: Any) -> tuple[Any, ...]:
    """What Spacer found to be so of the numbers at each location, whatever the course."""
    z3, found = made.z3, []
    for relation, names in zip(made.relations, made.names, strict=True):
        cover = answered.get_cover_delta(-1, relation)
        found.append(z3.simplify(z3.substitute_vars(cover, *(z3.Int(name) for name in names))))
    return tuple(found)
