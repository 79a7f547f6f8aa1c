"""Two protocols of which a part of the history is left free: nothing is missed, and what is shown is so where all is followed."""

from __future__ import annotations

import pytest
from attrs import evolve

from protocol import load
from protocol.errors import ProtocolError
from protocol.language.from_yaml import parse
from protocol.model.decision import Step
from protocol.model.difference import Difference
from protocol.model.guard import Clock, Tracked
from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.verification.difference import diff as diffing
from protocol.verification.mutation.mutants import mutants
from protocol.verification.search.freed import Free
from protocol.verification.search.levels import MOST_KEPT, freely
from tests.oracle.search import drawn, letters

TEXT = """\
protocol: rash
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 10 mg daily}
inputs:
  ready: {yes or no, valid for: ever}
  rash: {yes or no, valid for: 8 days}
trackers:
  seen: {time since: "rash", measured only: yes}
  itching: {duration of: "rash"}
  rashes: {episodes of: "rash", until: "rash is no", measured only: yes}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: ready, must: start at low, source: ours}
"""
WITHOUT = parse(TEXT)
ALWAYS = -1
"""Something is left free also where no reading has to be kept."""


def holding(guard: str) -> Protocol:
    """The protocol with a rule that holds."""
    return parse(f'{TEXT}  hold: {{in: on treatment, when: "{guard}", must: hold, source: ours, waiver: for these tests}}\n')


def less_followed(monkeypatch: pytest.MonkeyPatch, old: Protocol, new: Protocol, **how: float) -> Difference:
    """What they differ in where a part of the history is left free first."""
    with monkeypatch.context() as patched:
        patched.setattr(diffing, "MOST_KEPT", ALWAYS)
        return diffing.diff(old, new, every=WEEK, states=int(how.get("states", 10_000)), seconds=how.get("seconds", 60))


def kinds(found: Difference) -> dict[tuple[str, str, str], int]:
    """Each kind of difference with how many visits its course has."""
    return {(one.meaning, _dose(one.old), _dose(one.new)): len(one.course.visits) for one in found.kinds}


def _dose(steps: tuple[Step, ...]) -> str:
    return steps[-1].decision.after.dose.name


@pytest.mark.parametrize(
    ("guard", "visits"),
    [
        ("seen <= 2 weeks", 2), ("seen <= 2 weeks and rash is no", 2), ("itching >= 2 weeks", 4), ("rashes >= 2", 4),
        ("rashes >= 2 and rash is no", 5),
    ],
)  # fmt: skip
def test_what_only_one_of_two_asks_is_found_in_as_few_visits(guard: str, visits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    new = holding(guard)
    exact, found = diffing.diff(WITHOUT, new, every=WEEK), less_followed(monkeypatch, WITHOUT, new)
    assert found.notes and not (exact.notes or found.ended or found.unconfirmed)
    assert kinds(found) == kinds(exact)
    assert min(len(one.course.visits) for one in found.kinds if one.meaning == "holds") == visits


def test_what_was_left_free_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = less_followed(monkeypatch, WITHOUT, holding("seen <= 2 weeks"))
    assert found.notes[0] == "seen could be anything at each visit, so that no difference is missed; each course was replayed"


def test_that_none_is_missed_is_not_said_of_a_search_that_was_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    found = less_followed(monkeypatch, WITHOUT, holding("seen <= 2 weeks"), states=1)
    assert found.ended and found.notes == ("seen could be anything at each visit; each course was replayed",)


def test_what_cannot_be_is_ruled_out_by_following_more(monkeypatch: pytest.MonkeyPatch) -> None:
    new = holding("known(rash) and rash and seen > 2 weeks")
    assert diffing.diff(WITHOUT, new, every=WEEK).is_equivalent
    found = less_followed(monkeypatch, WITHOUT, new)
    assert found.is_equivalent and len(found.notes) == 2 and found.notes[1].startswith("where that was not confirmed, of seen")


def test_what_one_more_search_leaves_open_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    new = holding("known(rash) and rash and seen > 2 weeks")
    first = less_followed(monkeypatch, WITHOUT, new).pairs
    monkeypatch.setattr(diffing, "freely", lambda *both: freely(WITHOUT, new, ALWAYS)[:1])
    found = diffing.diff(WITHOUT, new, every=WEEK)
    assert found.unconfirmed and not (found.kinds or found.is_equivalent or found.ended) and found.pairs == first


def test_of_the_amended_protocol_no_reading_is_kept_that_the_first_search_compares() -> None:
    free = freely(load("imatinib-hes"), load("imatinib-hes/2026-dress"), MOST_KEPT)[0]
    named = {Tracked("sign-seen"), Tracked("rise-seen"), Tracked("cytopenia-episodes"), Clock("dose raised")}
    assert free == Free(frozenset(named))


def test_a_tracker_that_is_another_one_in_each_is_not_free() -> None:
    old, new = holding("seen <= 2 weeks"), parse(TEXT.replace('time since: "rash",', 'time since: "not rash",'))
    new = evolve(new, rules=old.rules)
    assert any(freely(old, old, ALWAYS)) and not any(freely(old, new, ALWAYS))


@pytest.mark.parametrize("seed", [0, 3, 7])
def test_random_protocols_and_their_mutants_differ_as_where_all_is_followed(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    one = evolve(drawn(seed), properties=())
    assert letters(one) <= 24
    compared = 0
    for mutant in list(mutants(one))[seed % 3 :: 9]:
        other = evolve(mutant.protocol, properties=())
        try:
            if not any(freely(one, other, ALWAYS)):
                continue
            exact = diffing.diff(one, other, every=WEEK, states=400, seconds=4)
            found = less_followed(monkeypatch, one, other, states=400, seconds=4)
        except ProtocolError:
            continue
        if exact.ended or found.ended:
            continue
        compared += 1
        left_open = {one.meaning for one in found.unconfirmed}
        shown, all_there_is = kinds(found), kinds(exact)
        assert {kind for kind in all_there_is if kind[0] not in left_open} <= set(shown)
        if not exact.unconfirmed:
            assert set(shown) <= set(all_there_is) and (not shown or min(shown.values()) >= min(all_there_is.values()))
            lengths = {len(each.course.visits) for each in found.kinds if each.is_shortest}
            assert not lengths or min(lengths) == min(all_there_is.values())
    assert compared
