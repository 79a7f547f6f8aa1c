"""From a protocol to what became of each of its mutants, as far as somebody lets it go."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, groupby

import click
from attrs import frozen

from protocol.commands.fates import Bounds, Judge
from protocol.commands.side_by_side import Interrupted, side_by_side
from protocol.commands.told import by_hand, met
from protocol.language.hints import told_instead
from protocol.model.mutation import Fate, Scores
from protocol.model.protocol import Protocol, fingerprint
from protocol.verification.mutation.mutant import Mutant
from protocol.verification.mutation.mutants import mutants

MOST_TOGETHER = 8


@frozen
class Asked:
    """What is asked: of which protocol, visits how far apart, how far each search goes, and which ``kinds``; none are all."""

    spec: str
    protocol: Protocol
    every: int
    states: int
    seconds: float
    memory: int
    kinds: tuple[str, ...] = ()

    def mutants(self) -> tuple[Mutant, ...]:
        """The mutants of these kinds; a kind that there is not is a mistake."""
        every = tuple(mutants(self.protocol))
        known = sorted({one.kind for one in every})
        for kind in self.kinds:
            if kind not in known:
                raise click.UsageError(told_instead(f"no change is of the kind '{kind}'", kind, known, "Kinds"))
        return tuple(one for one in every if not self.kinds or one.kind in self.kinds)

    def judge(self) -> Judge:
        """Who judges the mutants, by the courses that were written by hand and that the protocol itself meets."""
        examples = met(self.protocol, by_hand(self.spec, self.protocol))
        return Judge(self.protocol, examples, Bounds(self.every, self.states, self.seconds, self.memory))


def mutated(asked: Asked, jobs: int | None) -> Scores:
    """What became of the mutants, as far as they were judged before somebody stopped it."""
    found, judge = asked.mutants(), asked.judge()
    try:
        groups = side_by_side(judge, _fates, at_one_place(found), jobs, "places")
    except Interrupted as ended:
        groups = ended.args[0]
    protocol, fates = asked.protocol, tuple(chain.from_iterable(groups))
    sizes = len(protocol.properties), len(judge.examples), len(found)
    return Scores(protocol.name, protocol.version, fingerprint(protocol), fates, *sizes)


def at_one_place(found: Sequence[Mutant]) -> tuple[tuple[Mutant, ...], ...]:
    """The mutants in groups of at most so many that are changed at one place, and so are told by much the same."""
    groups = (tuple(group) for _, group in groupby(found, key=lambda one: one.place))
    return tuple(group[begin : begin + MOST_TOGETHER] for group in groups for begin in range(0, len(group), MOST_TOGETHER))


def _fates(judge: Judge, group: tuple[Mutant, ...]) -> tuple[Fate, ...]:
    return judge.fates(group)
