"""The model checker SPIN, given the same protocols in Promela, finds the same states and the same verdicts as the search.

The model is made from the rules by code of its own. Where it does not agree, one of the two is wrong.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from attrs import evolve

from protocol import load
from protocol.model.property import Property
from protocol.model.protocol import Protocol
from protocol.model.time import DAY
from protocol.model.verification import Verdict
from protocol.verification.promela.to_promela import promela
from protocol.verification.promela.wrongs import is_of_one_visit
from protocol.verification.search.abstraction import DATES, Abstraction, abstraction
from protocol.verification.search.breadth_first import BreadthFirst
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.kept import Kept
from protocol.verification.verify import verify
from tests.verification.free_letters import Naive
from tests.verification.small import COUNTS

TOOLS = ("spin", "gcc")

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in TOOLS), reason="needs spin and gcc (Debian: apt-get install spin gcc)"
)


def checked(text: str, folder: Path, *defined: str) -> tuple[int, set[str]]:
    """How many states SPIN stores of a model, and what it tells of the properties."""
    (folder / "model.pml").write_text(text, encoding="utf-8")
    made = subprocess.run(["spin", "-a", *defined, "model.pml"], cwd=folder, capture_output=True, text=True, check=False)
    assert "Error" not in made.stdout + made.stderr, made.stdout + made.stderr
    flags = ("-O0", "-w", "-DSAFETY", "-DNOREDUCE")
    subprocess.run(["gcc", *flags, "-o", "pan", "pan.c"], cwd=folder, check=True)
    run = subprocess.run(["./pan", "-m1000000"], cwd=folder, capture_output=True, text=True, check=True)
    assert "errors: 0" in run.stdout and "max search depth too small" not in run.stdout, run.stdout
    lines = run.stdout.splitlines()
    stored = next(line for line in lines if "states, stored" in line)
    return int(stored.split()[0]), {line for line in lines if line.endswith(" fails")}


def asked_of(searched: Abstraction, kept: Kept) -> object:
    """What of a state anything asks: not whether something ever happened of which nobody asks when."""
    dates = tuple(age if name in searched.caps and (name != "stepped" or searched.cares) else None
                  for name, age in zip(DATES, kept.dates, strict=True))  # fmt: skip
    if kept.place.control.kind == "before treatment":
        # A reading is older than the last step only once there was one.
        dates = tuple(None for _ in dates)
    return kept.place, dates, kept.watch, kept.due, kept.memory, kept.readings


def states_of(protocol: Protocol, every: int) -> int:
    """How many states the search finds."""
    searched = abstraction(protocol, every)
    found = BreadthFirst(Exploring(searched, (every,))).explore()
    assert not found.ended
    return len({asked_of(searched, kept) for kept in found.states})


SEARCHED = [("lenalidomide-us", 7), ("clozapine-anc", 1), pytest.param("imatinib-hes", 7, marks=pytest.mark.soak)]


@pytest.mark.parametrize(("spec", "days"), SEARCHED)
def test_spin_stores_as_many_states_as_the_search_finds(spec: str, days: int, tmp_path: Path) -> None:
    """Without properties, which would have more constants told apart."""
    protocol = evolve(load(spec), properties=())
    assert checked(promela(protocol, days * DAY), tmp_path)[0] == states_of(protocol, days * DAY)


@pytest.mark.parametrize(("spec", "days"), [("lenalidomide-us", 7), ("clozapine-anc", 1)])
def test_spin_and_the_search_agree_on_each_property_of_one_visit(spec: str, days: int, tmp_path: Path) -> None:
    protocol = load(spec)
    items = {item.name: item for item in protocol.properties if is_of_one_visit(item)}
    text = promela(protocol, days * DAY, items)
    told = {line.removesuffix(" fails") for line in checked(text, tmp_path, "-DREPORT")[1]}
    verdicts = {one.name: one for one in verify(protocol, every=days * DAY).verdicts if one.name in items}
    shown = {name for name, one in verdicts.items() if is_wrong(items[name], one)}
    assert told == shown and len(verdicts) == len(items)


def is_wrong(item: Property, verdict: Verdict) -> bool:
    """Whether a property fails for certain somewhere, or of one that is to be so sometimes, whether it is so."""
    if item.sentence.family == "sometimes":
        return verdict.outcome == "holds"
    return verdict.outcome == "fails" and verdict.counterexample is not None and verdict.counterexample.certain


def test_spin_stores_the_states_that_the_reference_reaches(tmp_path: Path) -> None:
    """The model is held against the reference itself, with everything that each visit can show."""
    assert checked(promela(COUNTS, 7 * DAY), tmp_path)[0] == len(Naive(COUNTS, 7 * DAY).explore())
