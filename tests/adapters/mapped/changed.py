"""The tables of the made-up study with cells changed at random: whatever they hold, everything is accounted for."""

from __future__ import annotations

import random
from pathlib import Path

from attrs import astuple

from protocol.adapters.mapped.courses import Mapped, read_mapped
from protocol.adapters.mapped.summary import summary
from protocol.adapters.mapped.summary_text import summary_text
from protocol.language.mapping.from_yaml import parse_mapping
from protocol.model.mapping import DataMapping
from protocol.model.protocol import Protocol
from protocol.semantics.trace import trace
from tests.adapters.mapped.conftest import SAMPLE

DATES = ("2020", "2020-03", "2020-03-05", "2020-03-16T09:00+05:00", "2020-03-16T09:00Z", "2020-03-01/2020-03-20", "04/20/2020")
NUMBERS = ("1e400", "<", "<=5", ">9", "NaN", "100", "0", "-3", "1/3", "1;2", "(1-2)", "99999999999", "1.5", "6")
WORDS = ("", "-", "A-1", "Y", "RASH", "DISPOSITION", "not done", "é", "x" * 300)
OF_THE_COURSE = ("several values", "observed", "fixed value")
"""How the protocol says that a reading contradicts others; that is known only when the course is there."""


def accounted_for(dice: random.Random, mapping: DataMapping, protocol: Protocol, folder: Path) -> None:
    """Cells are swapped, emptied, or hold what no cell should; rows are doubled and stand in another order.

    The counts add up all the same, the protocol traces every course, and what it refuses was counted as refused.
    """
    for file in sorted(SAMPLE.glob("*.csv")):
        _change(dice, file, folder / file.name)
    found = read_mapped(parse_mapping(mapping.text), folder, protocol)
    told = summary(found, protocol)
    assert all(sum(astuple(one.fates)) == one.rows for one in told.tables)
    assert all(sum(astuple(one.fates)) + one.empty == one.read for one in told.inputs)
    assert summary_text(told, 80, everything=True)
    assert _refused(found, protocol) <= {(name, where) for name, _, where in found.account.refusals()}


def _change(dice: random.Random, file: Path, target: Path) -> None:
    header, *lines = [line.split(",") for line in file.read_text(encoding="utf-8").splitlines()]
    for _ in range(dice.randint(1, 40)):
        line, other, place = dice.choice(lines), dice.choice(lines), dice.randrange(len(header))
        odd = dice.choice(dice.choice((DATES, NUMBERS, WORDS)))
        line[place] = dice.choice((odd, odd, other[place], line[dice.randrange(len(header))]))
    lines += [list(dice.choice(lines)) for _ in range(dice.randint(0, 5))]
    dice.shuffle(lines)
    target.write_text("\n".join(",".join(line) for line in (header, *lines)) + "\n", encoding="utf-8")


def _refused(found: Mapped, protocol: Protocol) -> set[tuple[str, str]]:
    """The readings that the protocol refuses, whatever else was reported."""
    steps = (step for one in found.courses for step in trace(protocol, one).steps)
    refusals = (refusal for step in steps for refusal in step.refused)
    plain = (one for one in refusals if not any(word in one.why for word in OF_THE_COURSE))
    return {(one.observation.input, one.observation.row) for one in plain}
