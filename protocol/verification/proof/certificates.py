"""What shows that a proof is right to somebody who trusts no one solver? What is always so, with three questions to another one.

A certificate is a text in SMT-LIB 2. It defines for each location what is claimed to be so there of the numbers, and asks whether
there is a way around it: at the beginning, at a step from one location to another, and at a wrong visit that it does not exclude.
Each answer has to be ``unsat``: there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen

from protocol.verification.proof.clauses import Clauses, Errors, variables
from protocol.verification.proof.solvers import cvc5

QUESTIONS = ("initiation", "consecution", "safety")


@frozen
class Recheck:
    """What a second solver answered to each question of a certificate, and what it complained of."""

    answers: tuple[str, ...]
    complaints: tuple[str, ...] = ()

    @property
    def confirmed(self) -> bool:
        """Whether it found no way around what is claimed."""
        return self.answers == ("unsat",) * len(QUESTIONS) and not self.complaints


def certificate(made: Clauses, errors: Errors, invariants: Sequence[Any], title: str) -> str:
    """The text of a certificate."""
    return "\n".join(_lines(made, errors, invariants, title)) + "\n"


def _lines(made: Clauses, errors: Errors, invariants: Sequence[Any], title: str) -> Iterator[str]:
    z3 = made.z3
    yield from (f"; {line}" for line in title.splitlines())
    yield from ("(set-logic QF_LIA)", "", "; What is claimed to be so at each location, whatever the course.")
    for relation, names, claimed in zip(made.relations, made.names, invariants, strict=True):
        numbers = " ".join(f"({z3.Int(name).sexpr()} Int)" for name in names)
        yield f"(define-fun {relation.name()} ({numbers}) Bool {' '.join(claimed.sexpr().split())})"
    yield "\n; The ages of what was, and the minutes between two visits."
    yield from (f"(declare-const {one.sexpr()} Int)" for one in variables(made).values())
    steps = [z3.And(before, where, z3.Not(head)) for head, before, where in made.rules]
    wrong = [z3.And(before, where) for before, where in made.wrong(errors)]
    asked = (
        ("It is so at the beginning.", [z3.Not(made.begin)]),
        ("Where it is so and a visit follows, it is so again.", steps),
        ("Where it is so no visit is wrong.", wrong),
    )
    for says, ways in asked:
        yield from (f"\n; {says} Expected: unsat.", "(push 1)", "(assert (or false")
        yield from (one.sexpr() for one in ways)
        yield from ("))", "(check-sat)", "(pop 1)")


def recheck(text: str, seconds: float = 120.0) -> Recheck:
    """What cvc5 answers to the questions of a certificate."""
    library = cvc5()
    solver = library.Solver(library.TermManager())
    solver.setOption("tlimit-per", str(int(seconds * 1000)))
    parser = library.InputParser(solver)
    parser.setStringInput(library.InputLanguage.SMT_LIB_2_6, text, "certificate")
    answers, complaints, names = [], list[str](), parser.getSymbolManager()
    try:
        while not (command := parser.nextCommand()).isNull():
            said = str(command.invoke(solver, names)).strip()
            if command.getCommandName() == "check-sat":
                answers.append(said)
            elif said:
                complaints.append(said)
    except RuntimeError as wrong:
        complaints.append(str(wrong))
    return Recheck(tuple(answers), tuple(complaints))
