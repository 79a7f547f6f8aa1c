"""Where some of the history is left free a search leaves nothing out, and what it settles is so."""

from __future__ import annotations

import pytest

from protocol.language.from_yaml import parse
from protocol.model.guard import Tracked
from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.verification import verify as verifying
from protocol.verification.properties.judge import judge
from protocol.verification.properties.judging import Judging
from protocol.verification.search.bounds import Bounds
from protocol.verification.search.freed import NOTHING, Free
from protocol.verification.search.levels import levels
from tests.oracle.search import drawn, left_out, letters

ALWAYS = -1
"""Something is left free also where no reading has to be kept."""


def freely(seed: int) -> tuple[Protocol, tuple[Free, ...]]:
    """A small protocol with all ways in which some of its history can be left free."""
    one = drawn(seed)
    return one, tuple(free for free in levels(one, ALWAYS) if free) if letters(one) <= 24 else ()


@pytest.mark.parametrize("seed", [0, 2, 3, 6, 7, 8, 10, 13])
def test_brute_force_comes_to_nothing_else(seed: int) -> None:
    one, several = freely(seed)
    found = [left_out(one, limit=8, free=free) for free in several]
    assert not any(found) and any(left is not None for left in found)


@pytest.mark.parametrize("seed", [0, 2, 8])
def test_what_is_settled_is_so_where_all_is_followed(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    one, several = freely(seed)

    def outcomes(free: Free) -> dict[str, str]:
        monkeypatch.setattr(verifying, "levels", lambda protocol: (free,))
        found = verifying.verify(one, every=WEEK, states=3000)
        return {verdict.name: verdict.outcome for verdict in found.verdicts}

    assert several
    exact = outcomes(NOTHING)
    for free in several:
        settled = {name: outcome for name, outcome in outcomes(free).items() if outcome in ("holds", "fails")}
        assert all(exact[name] in (outcome, "not confirmed", "unfinished") for name, outcome in settled.items())


ROUGH = """\
protocol: rash
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 10 mg daily}
inputs:
  ready: {yes or no, valid for: ever}
  rash: {yes or no, valid for: 8 days}
trackers:
  seen: {KIND, measured only: yes}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: ready, must: start at low, source: ours}
  hold: {in: on treatment, when: "GUARD", must: hold, source: ours, waiver: for these tests}
properties:
  never-held: {never: "hold while rash is no"}
"""


@pytest.mark.parametrize(
    ("kind", "guard"), [('time since: "rash"', "seen <= 2 weeks"), ('duration of: "rash is no"', "seen >= 2 weeks")]
)
def test_what_the_visit_shows_that_begins_treatment_is_so_after_it_where_that_is_followed_roughly(kind: str, guard: str) -> None:
    one = parse(ROUGH.replace("KIND", kind).replace("GUARD", guard))
    term = Tracked("seen")
    for free in (NOTHING, Free(frozenset({term})), Free(frozenset({term}), frozenset({term}))):
        made = verifying.searched(one, WEEK, Bounds(), lambda text: None, free=free)
        assert any(kept.place.control.kind == "held" for kept in made.explored.states)
        failing = judge(Judging(made.search), made.explored, one.properties[0])
        assert failing.certain
