"""A baseline holds what was accepted and why; what it cannot mean is told with its line, and nothing in it is guessed."""

from __future__ import annotations

import json

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from protocol.adapters.baseline import FORMAT, Accepted, read_baseline, renewed, write_baseline
from protocol.errors import InputError

ONE = Accepted("a" * 16, "counts", "never-held", "Agreed on with the authors.", "2026-11-30")
TWO = Accepted("b" * 16, "counts", "no-dead-end")


def test_what_is_written_is_read() -> None:
    text = write_baseline((TWO, ONE))
    assert read_baseline(text, "b.json", reasons=False) == (ONE, TWO)
    assert write_baseline((ONE, TWO)) == text
    assert [one.line for one in read_baseline(text, "b.json", reasons=False)] == [5, 12]


def test_an_entry_without_a_reason_is_refused_with_its_line() -> None:
    with pytest.raises(InputError) as raised:
        read_baseline(write_baseline((ONE, TWO)), "b.json")
    (problem,) = raised.value.problems
    assert (problem.code, problem.file, problem.line) == ("V502", "b.json", 12)
    assert "'no-dead-end' is accepted without a reason" in problem.message


def test_a_reason_of_blanks_is_none() -> None:
    with pytest.raises(InputError, match="V502"):
        read_baseline(write_baseline((Accepted("a", "counts", "never-held", "  \n"),)), "b.json")


def document(*entries: object) -> str:
    return json.dumps({"format": FORMAT, "accepted": entries})


GOOD = {"key": "a", "protocol": "counts", "property": "never-held", "reason": "Known."}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "this is not JSON"),
        ("{", "this is not JSON"),
        ("[]", "no document of the format protocol-baseline/1"),
        ('{"format": "protocol-baseline/2", "accepted": []}', "no document of the format"),
        ('{"format": "protocol-baseline/1", "accepted": {}}', "no document of the format"),
        ("[" * 100_000, "this cannot be read"),
        ('{"a": ' + "9" * 5000 + "}", "this cannot be read"),
        (document("a"), "entry 1 is not an object"),
        (document(GOOD, {}), "entry 2 has no 'key'"),
        (document({**GOOD, "property": ""}), "entry 1 has no 'property'"),
        (document({**GOOD, "reason": 3}), "entry 1 has something else than a text as its 'reason'"),
        (document({**GOOD, "key": ["a"]}), "entry 1 has something else than a text as its 'key'"),
        (document({**GOOD, "expires": "never"}), "entry 1 has a field 'expires', which means nothing"),
        (document(GOOD, GOOD), "the key 'a' stands twice"),
    ],
)
def test_what_is_no_baseline_is_told(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        read_baseline(text, "b.json")
    assert all(problem.code == "V501" and problem.file == "b.json" for problem in raised.value.problems)


def test_a_key_that_is_written_twice_is_refused_where_it_stands() -> None:
    merged = (
        '{"format": "protocol-baseline/1",\n "accepted": [{"key": "a{", "reason": "No \\" {", "reason": ""}],\n "accepted": []}'
    )
    with pytest.raises(InputError) as raised:
        read_baseline(merged, "b.json")
    assert str(raised.value) == (
        "b.json:2:50: error V501: 'reason' is written twice\n  = It is first in line 2; keep one.\n\n"
        "b.json:3:2: error V501: 'accepted' is written twice\n  = It is first in line 2; keep one."
    )


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert read_baseline("\ufeff" + write_baseline((ONE,)), "b.json") == (ONE,)


def test_what_was_accepted_keeps_its_reason_when_the_file_is_written_anew() -> None:
    again = Accepted(ONE.key, "counts", "never-held")
    assert set(renewed((ONE,), (again, TWO))) == {ONE, TWO}


def test_an_entry_without_a_version_becomes_one_of_each_version_that_needs_it() -> None:
    first, second = (Accepted(ONE.key, "counts", "never-held", version=version) for version in ("1", "2"))
    own = evolve(second, reason="Of the second.")
    assert set(renewed((ONE,), (first, second))) == {evolve(ONE, version="1"), evolve(ONE, version="2")}
    assert set(renewed((ONE, own), (first, second))) == {evolve(ONE, version="1"), own}
    assert read_baseline(write_baseline((ONE, own)), "b.json") == (ONE, own)
    assert '"version"' not in write_baseline((ONE,)) and '"version": "2"' in write_baseline((own,))


def test_an_entry_accepts_a_finding_of_its_version_only() -> None:
    finding = Accepted(ONE.key, "counts", "never-held", version="2")
    assert ONE.accepts(finding) and evolve(ONE, version="2").accepts(finding)
    assert not evolve(ONE, version="1").accepts(finding) and not evolve(ONE, protocol="other").accepts(finding)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from((*GOOD, "date", "x")), inner, max_size=5))  # fmt: skip


@given(st.lists(JSON, max_size=4))
def test_whatever_stands_in_the_list_is_read_or_told(entries: list[object]) -> None:
    try:
        found = read_baseline(document(*entries), "b.json")
    except InputError as error:
        assert error.problems and all(problem.message for problem in error.problems)
    else:
        assert len(found) == len(entries) and all(one.reason.strip() for one in found)
