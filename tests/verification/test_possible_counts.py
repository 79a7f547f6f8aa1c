"""A free count is open only between what it can be open between, and what is followed is what a property speaks of."""

from __future__ import annotations

from protocol import load
from protocol.language.from_yaml import parse
from protocol.model.time import WEEK
from protocol.verification.search.abstraction import abstraction
from protocol.verification.search.levels import levels
from protocol.verification.search.possible_counts import possible_counts
from protocol.verification.search.speaking_of import SpeakingOf
from tests.verification.small import TEXT

AMENDED = load("imatinib-hes/2026-dress")
CERTAIN = {frozenset({count}) for count in range(4)}


def sets_of(tracker: str) -> frozenset[frozenset[int]]:
    text = TEXT.replace("rules:", f"trackers: {{falls: {{{tracker}}}}}\nrules:").replace('when: "anc < 1"', 'when: "falls >= 2"')
    made = parse(text)
    (found,) = possible_counts(abstraction(made, WEEK, free=levels(made, -1)[0])).values()
    return found


def test_a_count_is_certain_where_it_moves_only_by_what_is_known() -> None:
    assert sets_of('episodes of: "anc < 1", until: "anc >= 1.5", measured only: yes') == CERTAIN


def test_what_is_missing_may_be_one_more_or_in_a_row_none_again() -> None:
    episodes, in_a_row = sets_of('episodes of: "anc < 1", until: "anc >= 1.5"'), sets_of('consecutive: "anc < 1"')
    assert {frozenset({0, 1}), frozenset({1, 2}), frozenset({0, 1, 2, 3})} <= episodes and frozenset({0, 2}) not in episodes
    assert {frozenset({0, 3}), frozenset({1, 2}), *CERTAIN} <= in_a_row


def test_the_falls_of_counts_of_the_amended_protocol_are_certain() -> None:
    (found,) = possible_counts(abstraction(AMENDED, WEEK, free=levels(AMENDED)[0])).values()
    assert found == CERTAIN


def test_a_property_is_asked_again_where_a_tracker_is_followed_of_which_it_speaks() -> None:
    least, *more = levels(AMENDED)
    speaking = SpeakingOf(AMENDED, least)
    open_names = frozenset(
        {"a-first-fall-at-400-costs-nothing", "reviewed-only-after-a-sign", "can-be-reviewed-15-weeks-after-a-rise"}
    )
    worth = [speaking.worth(free, open_names) for free in more]
    counts, sign, rise = sorted(open_names)[0], "reviewed-only-after-a-sign", "can-be-reviewed-15-weeks-after-a-rise"
    alone = {tuple(str(term.tracker) for term in free.roughly): found for free, found in zip(more[:2], worth[:2], strict=True)}
    assert alone == {("rise-seen",): {rise}, ("sign-seen",): {sign}}
    assert worth[2:4] == [frozenset(), {counts}] and not any(worth[4:])
