"""A file that amends another one is that one with its changes: in the order, from the place and under the name that it says."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import InputError, Problem
from protocol.language import amendments, shipped
from protocol.language.from_yaml import parse
from protocol.language.names import NAME
from protocol.language.shipped import courses_of, load, protocol_of, shipped_names
from protocol.language.to_yaml import print_protocol
from protocol.model.protocol import Protocol, fingerprint
from protocol.testing import any_protocol

BASE = """protocol: base
version: "1"
title: The one that is amended
drug: imatinib
sources: {paper: A paper, ours: This project}
doses: {low: 100 mg every day, high: 400 mg every day}
ladder ends: {lowest: ours}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  rash: {yes or no, valid for: 35 days}
derived: {recovered: "anc >= 1.5"}
otherwise: {on treatment: continue, held: continue}
rules:
  one: {in: before treatment, when: always, must: start at low, source: paper}
  two: {in: on treatment, when: "anc < 1", must: hold, source: paper}
  three: {in: held, when: recovered, must: resume at the same level, source: paper}
properties:
  calm: {never: "escalate", source: ours}
  reached: {sometimes: "on treatment", source: ours}
"""
HEAD = 'protocol: base\nversion: "2"\namends: protocol.yaml\n'
RULE = "in: on treatment, when: rash, must: stop, source: ours"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which holds what is amended."""
    (tmp_path / "protocol.yaml").write_text(BASE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def amended(changes: str = "", head: str = HEAD) -> Protocol:
    return parse(head + changes, "amendment.yaml")


def problems(text: str, file: str = "amendment.yaml") -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        parse(text, file)
    return caught.value.problems


def rules(protocol: Protocol) -> list[str]:
    return [rule.name for rule in protocol.rules]


# ------------------------------------------------------------------------------------------------ what comes of it


def test_without_a_change_it_is_the_other_one_under_its_own_version() -> None:
    text = print_protocol(amended())
    assert text.replace("version: 2", "version: 1") == print_protocol(parse(BASE))


def test_a_text_replaces_and_one_that_is_not_written_stays() -> None:
    protocol = amended("title: Amended\nsafe side: none\n")
    assert (protocol.title, protocol.drug, protocol.safe_side) == ("Amended", "imatinib", "none")


def test_an_entry_of_the_same_name_replaces_the_whole_of_it_where_it_stood() -> None:
    protocol = amended('rules: {two: {in: on treatment, when: "anc < 0.5", must: hold}}\n')
    assert rules(protocol) == ["one", "two", "three"]
    assert protocol.rules[1].source is None


def test_a_new_rule_stands_before_the_one_that_it_names_or_before_the_end() -> None:
    assert rules(amended(f"rules: {{new: {{before: two, {RULE}}}}}\n")) == ["one", "new", "two", "three"]
    assert rules(amended(f"rules: {{new: {{before: the end, {RULE}}}}}\n")) == ["one", "two", "three", "new"]


def test_before_moves_a_rule_that_is_there() -> None:
    assert rules(amended(f"rules: {{three: {{before: one, {RULE}}}}}\n")) == ["three", "one", "two"]
    assert rules(amended(f"rules: {{one: {{before: the end, {RULE}}}}}\n")) == ["two", "three", "one"]


@pytest.mark.parametrize("entry", [f"{{{RULE}}}", "{in: on treatment, columns: [rash], rows: {always: [stop]}}"])
def test_a_rule_that_replaces_none_and_does_not_say_where_it_stands_is_refused(entry: str) -> None:
    (problem,) = problems(f"{HEAD}rules:\n  too: {entry}\n")
    assert (problem.code, problem.line, problem.column, problem.length) == ("P107", 5, 3, 3)
    assert problem.hint.startswith("did you mean 'two'?  Rules: one, three, two.")


def test_an_entry_of_monitoring_says_where_it_stands_too_unless_the_whole_section_is_new(folder: Path) -> None:
    entry = "{of: anc, every: 7 days, when: always"
    weekly = f"monitoring: {{weekly: {entry}}}, later: {entry}}}}}\n"
    assert [one.name for one in amended(weekly).monitoring] == ["weekly", "later"]
    (folder / "protocol.yaml").write_text(BASE + weekly, encoding="utf-8")
    assert [one.code for one in problems(f"{HEAD}monitoring: {{wekly: {entry}}}}}\n")] == ["P107"]
    placed = amended(f"monitoring: {{b: {{before: the end, {entry[1:]}}}, a: {{before: later, {entry[1:]}}}}}\n")
    assert [one.name for one in placed.monitoring] == ["weekly", "a", "later", "b"]


def test_what_is_no_rule_at_all_is_told_once() -> None:
    assert [one.code for one in problems(f"{HEAD}rules: {{new: stop}}\n")] == ["P025"]


def test_the_words_for_the_last_place_are_no_name_so_a_rule_called_end_is_one_like_any_other(folder: Path) -> None:
    assert NAME.fullmatch(amendments.LAST) is None
    (folder / "protocol.yaml").write_text(BASE.replace("  two:", "  end:"), encoding="utf-8")
    assert rules(amended(f"rules: {{new: {{before: end, {RULE}}}}}\n")) == ["one", "new", "end", "three"]


@pytest.mark.parametrize(
    ("changes", "order"),
    [
        (("a", "two"), "one a two three"),
        (("a", "two", "b", "two"), "one a b two three"),
        (("a", "b", "b", "two"), "one a b two three"),
        (("b", "two", "a", "b"), "one a b two three"),
        (("a", "b", "b", "one"), "a b one two three"),
        (("a", "the end", "b", "the end"), "one two three a b"),
        (("a", "b", "b", "the end"), "one two three a b"),
        (("b", "the end", "a", "b", "c", "the end"), "one two three a b c"),
    ],
)
def test_rules_before_each_other_stand_in_the_order_that_all_of_them_say(changes: tuple[str, ...], order: str) -> None:
    entries = "".join(
        f"  {name}: {{before: {before}, {RULE}}}\n" for name, before in zip(changes[::2], changes[1::2], strict=True)
    )
    assert rules(amended(f"rules:\n{entries}")) == order.split()


def test_doses_are_said_anew_and_a_generated_ladder_can_take_their_place() -> None:
    assert [level.name for level in amended("doses: {low: 50 mg every day}\n").levels] == ["low"]
    ladder = amended(
        "doses: 1 to 3 by 1 mg every day\nrules: {one: {in: before treatment, when: always, must: start at dose-1}}\n"
    )
    assert [level.name for level in ladder.levels] == ["dose-1", "dose-2", "dose-3"]


def test_otherwise_and_the_ends_of_the_ladder_are_changed_state_by_state_and_end_by_end() -> None:
    protocol = amended("otherwise: {held: silent}\nladder ends: {highest: ours}\n")
    assert (protocol.otherwise, protocol.silent) == (("on treatment",), ("held",))
    assert (protocol.ladder_ends.lowest, protocol.ladder_ends.highest) == ("ours", "ours")


def test_what_is_left_out_is_gone_and_its_section_with_its_last_entry() -> None:
    protocol = amended("without: {rules: [two, three], derived: recovered, properties: [calm, reached], otherwise: held}\n")
    assert rules(protocol) == ["one"]
    assert (protocol.derived, protocol.properties, protocol.otherwise) == ((), (), ("on treatment",))


def test_what_is_left_out_can_be_said_anew_as_what_is_new() -> None:
    left = "without: {rules: one, properties: calm}\n"
    protocol = amended(f"{left}rules: {{one: {{before: the end, {RULE}}}}}\nproperties: {{calm: {{never: escalate}}}}\n")
    assert rules(protocol) == ["two", "three", "one"]
    assert [one.name for one in protocol.properties] == ["reached", "calm"]
    assert [one.code for one in problems(f"{HEAD}{left}rules: {{one: {{{RULE}}}}}\n")] == ["P107"]


def test_a_section_that_the_other_one_has_not_is_new() -> None:
    assert [one.name for one in amended("trackers: {nadir: {lowest: anc}}\n").trackers] == ["nadir"]


def test_an_amendment_can_be_amended(folder: Path) -> None:
    (folder / "second.yaml").write_text(f"{HEAD}rules: {{new: {{before: one, {RULE}}}}}\n", encoding="utf-8")
    third = amended("without: {rules: [two]}\n", 'protocol: base\nversion: "3"\namends: second.yaml\n')
    assert rules(third) == ["new", "one", "three"]
    assert third.version == "3"


def test_it_is_an_ordinary_protocol_with_the_fingerprint_of_the_whole() -> None:
    protocol = amended(f"rules: {{new: {{before: two, {RULE}}}}}\n")
    assert parse(print_protocol(protocol)) == protocol
    assert fingerprint(parse(print_protocol(protocol))) == fingerprint(protocol)


def test_a_change_of_the_file_that_is_amended_is_a_change_of_the_amendment(folder: Path) -> None:
    before = fingerprint(amended())
    (folder / "protocol.yaml").write_text(BASE.replace("anc < 1", "anc < 2"), encoding="utf-8")
    assert fingerprint(amended()) != before


# ------------------------------------------------------------------------------------------------ where it is found


def test_a_path_counts_from_the_file_in_which_it_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "other").mkdir()
    (folder / "other" / "amendment.yaml").write_text(HEAD.replace("protocol.yaml", "../protocol.yaml"), encoding="utf-8")
    monkeypatch.chdir("/")
    assert load(folder / "other" / "amendment.yaml").version == "2"


def test_a_text_that_is_in_no_file_can_amend_a_shipped_protocol_and_no_path() -> None:
    assert rules(parse('protocol: mine\nversion: "1"\namends: imatinib-hes\n')) == rules(load("imatinib-hes"))
    (problem,) = problems(HEAD, "")
    assert problem.code == "P101" and problem.message == "a text that is in no file cannot amend 'protocol.yaml'"


def test_a_shipped_name_is_never_a_folder_that_happens_to_be_here(folder: Path) -> None:
    (folder / "imatinib-hes").mkdir()
    (folder / "imatinib-hes" / "protocol.yaml").write_text(BASE, encoding="utf-8")
    assert len(parse('protocol: mine\nversion: "1"\namends: imatinib-hes\n', "mine.yaml").rules) > 3


@pytest.mark.parametrize("target", ["a-folder.yaml", "a" * 5000 + ".yaml", '"a\\0b.yaml"', "dangling.yaml", "nowhere/x.yaml"])
def test_what_is_no_file_is_told(target: str, folder: Path) -> None:
    (folder / "a-folder.yaml").mkdir()
    (folder / "dangling.yaml").symlink_to("gone.yaml")
    (problem,) = problems(HEAD.replace("protocol.yaml", target))
    assert (problem.code, problem.line, problem.column) == ("P100", 3, 9)


def test_a_link_to_itself_is_a_circle_or_no_file(folder: Path) -> None:
    (folder / "round.yaml").symlink_to("round.yaml")
    assert problems(HEAD.replace("protocol.yaml", "round.yaml"))[0].code == "P100"
    (folder / "amendment.yaml").write_text(HEAD, encoding="utf-8")
    (folder / "link.yaml").symlink_to("amendment.yaml")
    assert problems(HEAD.replace("protocol.yaml", "link.yaml"))[0].code == "P102"


def test_a_chain_of_eight_files_is_read_and_one_of_nine_is_not(folder: Path) -> None:
    for number in range(2, 10):
        amends = "protocol" if number == 2 else f"v{number - 1}"
        text = f'protocol: base\nversion: "{number}"\namends: {amends}.yaml\n'
        (folder / f"v{number}.yaml").write_text(text, encoding="utf-8")
    assert load(folder / "v8.yaml").version == "8"
    assert problems((folder / "v9.yaml").read_text(), "v9.yaml")[0].code == "P103"


def test_files_of_more_than_one_megabyte_together_are_refused(folder: Path) -> None:
    (folder / "protocol.yaml").write_text(f"{BASE}# {'x' * 600_000}\n", encoding="utf-8")
    (problem,) = problems(f"{HEAD}# {'x' * 600_000}\n")
    assert problem.code == "P103" and "1 MB" in problem.message


# ------------------------------------------------------------------------------------------------ where problems are shown


def test_each_problem_is_shown_in_its_file_in_the_order_of_the_files(folder: Path) -> None:
    (folder / "protocol.yaml").write_text(BASE.replace("anc < 1", "ancc < 1"), encoding="utf-8")
    found = problems(f'{HEAD}rules:\n  new: {{before: two, in: on treatment, when: "rashh", must: stop}}\n')
    assert [(one.file, one.line, one.column, one.text[one.column - 1 :][: one.length]) for one in found] == [
        ("amendment.yaml", 5, 47, "rashh"),
        ("protocol.yaml", 15, 34, "ancc"),
    ]


def test_a_use_of_what_is_left_out_is_shown_where_it_stands() -> None:
    (problem,) = problems(f"{HEAD}without: {{derived: [recovered]}}\n")
    assert (problem.code, problem.file, problem.line) == ("P012", "protocol.yaml", 16)


def test_a_problem_of_an_entry_that_is_replaced_is_none_any_more(folder: Path) -> None:
    (folder / "protocol.yaml").write_text(BASE.replace("anc < 1", "ancc < 1"), encoding="utf-8")
    assert amended(f"rules: {{two: {{{RULE}}}}}\n")


@pytest.mark.parametrize("base", ["", "# nothing\n", "- a\n", "a: [\n", "[" * 70, "a: \0\n"])
def test_what_is_wrong_with_the_whole_of_the_other_file_is_shown_there(base: str, folder: Path) -> None:
    (folder / "protocol.yaml").write_text(base, encoding="utf-8")
    assert {one.file for one in problems(HEAD)} == {"protocol.yaml"}


# ------------------------------------------------------------------------------------------------ courses of a family


@pytest.mark.parametrize(
    ("courses", "protocol"),
    [
        ("courses.md", "protocol.yaml"),
        ("courses-ordered.md", "protocol.yaml"),
        ("dfsp.courses.md", "dfsp.yaml"),
        ("dfsp.courses-study-day.md", "dfsp.yaml"),
        ("2026-dress.courses.md", "2026-dress.yaml"),
        ("courses-a.courses.md", "courses-a.yaml"),
        ("notes.md", None),
        ("dfsp.notes.md", None),
    ],
)
def test_courses_belong_to_a_protocol_by_their_name(courses: str, protocol: str | None, folder: Path) -> None:
    assert protocol_of(folder / courses) == (protocol and folder / protocol)
    (folder / courses).touch()
    assert not protocol or courses_of(folder / protocol) == [folder / courses]


def test_courses_without_a_further_word_come_first(folder: Path) -> None:
    for name in ("dfsp.courses-a.md", "dfsp.courses.md", "courses.md", "courses-a.md", "dfsp-2.courses.md"):
        (folder / name).touch()
    assert [file.name for file in courses_of(folder / "protocol.yaml")] == ["courses.md", "courses-a.md"]
    assert [file.name for file in courses_of(folder / "dfsp.yaml")] == ["dfsp.courses.md", "dfsp.courses-a.md"]


def test_every_shipped_name_leads_to_its_own_file() -> None:
    files = [shipped.shipped_file(name) for name in shipped_names()]
    assert None not in files and len(set(files)) == len(files)


@pytest.mark.parametrize("name", ["imatinib-hes/protocol", "imatinib-hes/", "/imatinib-hes", "imatinib-hes/../x", "Imatinib", ""])
def test_what_is_no_shipped_name_leads_to_nothing(name: str) -> None:
    assert shipped.shipped_file(name) is None


# ------------------------------------------------------------------------------------------------ laws


class Dumper(yaml.SafeDumper):
    """Writes nothing where there is no value."""


Dumper.add_representer(type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", ""))


def tree(protocol: Protocol) -> dict[str, object]:
    loaded: dict[str, object] = yaml.load(print_protocol(protocol), yaml.BaseLoader)
    return loaded


def text(value: object) -> str:
    # What BaseLoader reads as an empty text, such as the value of 'yes or no', was nothing.
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, width=10_000).replace(": ''", ":")


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), data=st.data())
def test_any_protocol_comes_back_from_any_part_of_it_and_an_amendment_with_the_rest(seed: int, data: st.DataObject) -> None:
    """Some entries are moved from the file to an amendment of it, each in its place; the whole is what it was."""
    whole = tree(any_protocol(random.Random(seed).choice))
    base, changes = dict(whole), {"protocol": whole["protocol"], "version": "amended", "amends": "rest.yaml"}
    for section, entries in whole.items():
        if isinstance(entries, dict) and section not in amendments.SAID_ANEW:
            moved = data.draw(st.sets(st.sampled_from(sorted(entries))), label=section)
            base[section], changes[section] = _parted(section, entries, moved)
    Path("rest.yaml").write_text(text({key: value for key, value in base.items() if value}), encoding="utf-8")
    found = parse(text({key: value for key, value in changes.items() if value}), "amendment.yaml")
    expected = parse(text({**whole, "version": "amended"}))
    assert (found.rules, found.levels, found.monitoring) == (expected.rules, expected.levels, expected.monitoring)
    assert set(found.inputs) == set(expected.inputs) and set(found.properties) == set(expected.properties)
    assert set(found.derived) == set(expected.derived) and set(found.trackers) == set(expected.trackers)
    assert set(found.numbers) == set(expected.numbers) and set(found.interpretations) == set(expected.interpretations)
    assert set(found.otherwise) == set(expected.otherwise) and set(found.silent) == set(expected.silent)


def _parted(section: str, entries: dict[str, object], moved: set[str]) -> tuple[dict[str, object], dict[str, object]]:
    names = list(entries)
    changes: dict[str, object] = {}
    for name in names:
        if name in moved:
            after = (*names[names.index(name) + 1 :], amendments.LAST)[0]
            entry = entries[name]
            ordered = section in amendments.ORDERED and isinstance(entry, dict)
            changes[name] = {"before": after, **entry} if ordered and isinstance(entry, dict) else entry
    return {name: entry for name, entry in entries.items() if name not in moved}, changes
