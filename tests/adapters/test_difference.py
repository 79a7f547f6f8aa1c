"""Of each difference it is told what the decisions rest on, also where no rule acts, or where something is only permitted."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.adapters.difference import Told, say_declared, sentence
from protocol.adapters.permitted_apart import grounds
from protocol.language.from_yaml import parse
from protocol.verification.difference.diff import diff

TEXT = """\
protocol: counts
version: "1"
doses: {low: 100 mg every day}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days}
  fit: {yes or no, valid for: 8 days}
sources: {study: Our study protocol}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  hold-platelets: {in: on treatment, when: "platelets < 50", must: hold, source: study}
  hold-anc: {in: on treatment, when: "anc < 1", must: hold, source: study}
  start: {in: before treatment, when: fit, may: start at low, source: "study, p. 1", says: The fit may start.}
  resume: {in: held by hold-platelets, when: "platelets >= 50", must: resume at the same level, source: study}
  resume-anc: {in: held by hold-anc, when: "anc >= 1", must: resume at the next lower level, source: study}
"""


def told(old: str, new: str, meaning: str) -> list[tuple[str, str, str]]:
    """Of each course of a meaning the sentence, and what the old and the new decision rest on."""
    return list(_told(old, new, meaning))


def _told(old: str, new: str, meaning: str) -> Iterator[tuple[str, str, str]]:
    found = Told(diff(parse(old), parse(new)), parse(old), parse(new))
    for one in found.difference.kinds:
        if one.meaning == meaning:
            yield sentence(found, one), *grounds(found.old, found.new, one)


def test_a_hold_that_goes_on_is_told_with_its_reasons_with_what_is_new_and_with_the_rule_that_is_true() -> None:
    new = TEXT.replace("anc < 1", "anc < 0.5")
    said = next(one for one in told(TEXT, new, "resumes") if "the hold for hold-anc and hold-platelets" in one[1])
    assert "anc 0.8" in said[0] and "the old protocol goes on holding; the new one resumes" in said[0]
    assert said[1] == (
        "no rule ends the hold for hold-anc and hold-platelets. Rule resume (study) is true. Yet hold-anc would withhold drug "
        "again at the dose that comes back; the hold goes on for hold-anc."
    )


def test_a_hold_of_which_no_rule_that_ends_it_is_true_is_told_with_its_reasons() -> None:
    new = TEXT.replace('"platelets >= 50"', '"platelets >= 40"').replace("platelets < 50", "platelets < 40")
    assert "no rule applies, held for hold-platelets" in {one[1] for one in told(TEXT, new, "resumes")}


def test_where_no_rule_applies_for_certain_those_that_may_are_named_and_that_there_may_be_none() -> None:
    silent = TEXT.replace("on treatment: continue", "on treatment: silent")
    for text, more in ((TEXT, ""), (silent, ", and nothing is said of that")):
        ((said, old, new),) = told(text, text.replace("platelets < 50", "platelets < 40"), "now undecided")[:1]
        assert "is undecided because anc is not known, so 100 mg every day stands" in said
        assert old == "rule hold-platelets (study)"
        assert new == f"no rule applies for certain: depending on anc, rule hold-anc (study), or none{more}"


def test_what_permits_more_is_named_with_its_source_and_what_it_says() -> None:
    new = TEXT.replace("when: fit", 'when: "fit is no"')
    (said,) = told(TEXT, new, "permits less")[:1]
    assert "does not start and permits what the new one does not: start 100 mg every day; the new one does not start." in said[0]
    assert said[1] == "no rule applies. Beside it rule start (study, p. 1) permits to start 100 mg every day: The fit may start."
    assert said[2] == "no rule applies"


def test_a_step_that_cannot_be_taken_is_told_with_what_is_in_its_way() -> None:
    new = TEXT.replace("resume at the next lower level", "resume at the same level")
    (said,) = (told(new, TEXT, "now undecided"))[:1]
    assert "is undecided because the step cannot be taken (there is no level below 'low', and" in said[0]


LOWERED = """\
protocol: counts
version: "1"
doses: {low: 100 mg every day, middle: 200 mg every day, high: 400 mg every day}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
sources: {study: Our study protocol}
rules:
  start: {in: before treatment, when: "platelets >= 50", must: start at high}
  hold: {in: on treatment, when: "platelets < 50", must: hold}
  lower: {in: on treatment, when: "anc < 1", must: reduce, source: "study, p. 9", says: Low counts lower the dose.}
  back: {in: held, when: "platelets >= 50", must: "resume 2 levels lower, else stop", says: Then it goes on.}
"""


def test_the_rule_by_which_drug_comes_back_lower_than_the_rule_says_is_named_with_what_it_asks() -> None:
    new = LOWERED.replace("resume 2 levels lower, else stop", "resume at the same level")
    shown = [one for one in told(LOWERED, new, "resumes at another level") if "the new one resumes with 200 mg" in one[0]]
    (sentence_, old, now), *_ = shown
    assert "platelets " in sentence_ and "anc " in sentence_
    assert old == "rule back: Then it goes on."
    assert now == (
        "rule back: Then it goes on. Drug comes back lower than that by rule lower (study, p. 9): Low counts lower the dose."
    )


MAY = LOWERED.replace('must: "resume 2 levels lower, else stop"', "may: resume at the same level")
LOWER = '  less: {in: held, when: "platelets >= 50 and anc >= 1", may: resume at the next lower level, says: Or less.}\n'


def test_of_what_is_permitted_only_the_rules_are_named_by_which_both_differ() -> None:
    (more,) = told(MAY, MAY + LOWER, "permits more")
    assert more[0].endswith(
        "the old protocol goes on holding; the new one goes on holding and permits what the old one does not: resume with 200 mg "
        "every day. Both permit: resume with 400 mg every day."
    )
    assert more[1:] == (
        "no rule ends the hold for hold",
        "no rule ends the hold for hold. Beside it rule less permits to resume with 200 mg every day: Or less.",
    )


def test_what_each_permits_that_the_other_does_not_is_said_of_both_and_what_only_may_be_permitted_as_such() -> None:
    new = MAY.replace("resume at the same level", "resume at the next lower level")
    (other, *_) = told(MAY, new, "permits something else")
    assert other[0].endswith(
        "goes on holding and permits what the new one does not: resume with 400 mg every day; the new one goes on holding and "
        "permits what the old one does not: resume with 200 mg every day."
    )
    (more, *_) = told(MAY, new, "permits more")
    assert more[1].endswith("rule back may permit to resume with 200 mg every day, depending on anc: Then it goes on.")
    assert more[2].endswith("rule back permits to resume with 200 mg every day: Then it goes on.")
    (less, *_) = told(MAY, new, "permits less")
    assert "rule back permits a step that cannot be taken (there is no level below 'low'" in less[2]


def test_a_condition_that_is_defined_differently_is_told_as_it_was_and_as_it_is() -> None:
    old = TEXT.replace("rules:", 'derived: {low: "anc < 1"}\nrules:').replace('when: "anc < 1"', "when: low")
    found = diff(parse(old), parse(old.replace("anc < 1", "anc < 0.5")))
    assert [say_declared(one) for one in found.declared] == [
        "condition low: 'anc < 1' in the old one, 'anc < 0.5' in the new one"
    ]
