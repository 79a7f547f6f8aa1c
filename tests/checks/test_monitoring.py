"""What is found in the monitoring of a protocol: entries that never count, validities below the longest schedule."""

from __future__ import annotations

import pytest

from protocol.checks import findings
from protocol.language.from_yaml import parse
from protocol.model.protocol import Protocol

TEXT = """\
protocol: small
version: "1"
doses: {{low: 50 mg daily, high: 100 mg daily}}
sources: {{ours: made for tests}}
inputs:
  anc: {{unit: 10*9/L, plausible: 0 to 100, valid for: {valid}}}
  rash: {{yes or no, valid for: 8 days}}
otherwise: {{on treatment: continue, held: continue}}
rules:
  start: {{in: before treatment, when: always, must: start at high, source: ours}}
  hold: {{in: on treatment, when: "anc < 1", must: hold, source: ours}}
  resume: {{in: held, when: "anc >= 1", must: "resume at the next lower level, else stop", source: ours}}
monitoring:
{entries}"""


def small(*entries: str, valid: str = "8 days") -> Protocol:
    return parse(
        TEXT.format(valid=valid, entries="".join(f"  e{n}: {{{entry}, source: ours}}\n" for n, entry in enumerate(entries, 1)))
    )


def codes(protocol: Protocol) -> list[str]:
    return [finding.code for finding in findings(protocol) if finding.code != "F006"]


LOW, REST = 'of: anc, every: 1 day, when: "anc < 1"', "of: anc, every: 7 days, when: always"


def test_entries_each_of_which_can_count_are_no_finding() -> None:
    assert codes(small(LOW, REST)) == []


@pytest.mark.parametrize(
    ("entries", "about"),
    [
        ((REST, LOW), "e2"),
        (('of: anc, every: 1 day, when: "anc < 1 and anc >= 2"', REST), "e1"),
        ((LOW, 'of: anc, every: 2 days, when: "anc < 0.5"', REST), "e2"),
        ((LOW, 'of: anc, every: 2 days, when: "anc >= 1"', REST), "e3"),
        ((LOW, 'of: anc, every: 2 days, when: "anc < 1", in: held', REST), "e2"),
    ],
)
def test_an_entry_that_never_counts_is_found(entries: tuple[str, ...], about: str) -> None:
    (finding,) = (found for found in findings(small(*entries)) if found.code == "F022")
    assert finding.about == about


@pytest.mark.parametrize(
    "entries",
    [
        (f"{LOW}, in: held", 'of: anc, every: 2 days, when: "anc < 1"', REST),
        (REST, 'of: rash, every: 1 day, when: "anc < 1"'),
        (REST, 'of: anc, every: 28 days, when: "anc < 1", in: stopped'),
        ('of: anc, every: 1 day, when: "time since start < 4 weeks"', 'of: anc, every: 2 days, when: "anc < 1"'),
    ],
)
def test_an_entry_that_counts_somewhere_is_no_finding(entries: tuple[str, ...]) -> None:
    assert "F022" not in codes(small(*entries, valid="ever"))


def test_a_value_has_to_count_as_long_as_the_longest_of_the_schedules() -> None:
    monthly = "of: anc, every: 28 to 31 days, when: always"
    (finding,) = (found for found in findings(small(LOW, monthly)) if found.code == "F014")
    assert finding.message == "'anc' counts for 8 days and is measured up to 31 days apart"
    assert codes(small(LOW, monthly, valid="31 days")) == []


def test_an_input_that_is_only_monitored_is_not_called_unused() -> None:
    found = [one.about for one in findings(small(LOW, REST)) if one.code == "F006"]
    assert found == ["rash"]
    assert findings(small(LOW, REST, "of: rash, every: 7 days, when: always")) == ()
