"""What an amendment is to replace and names wrongly is found by `check`, in every section in which it would decide something."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol.cli import run
from protocol.language.from_yaml import KEYS
from protocol.language.shipped import load

BASE = """protocol: base
version: "1"
sources: {paper: A paper}
doses: {low: 100 mg every day, high: 400 mg every day}
ladder ends: {lowest: printed}
dispensing: {strengths: [100 mg], round: nearest}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  rash: {yes or no, valid for: 35 days}
derived: {recovered: "anc >= 1.5"}
trackers: {episodes: {episodes of: "anc < 1"}}
interpretations:
  four-weeks: {question: When?, chosen: elapsed, readings: {elapsed: {means: 28 days, guard: "time since start >= 28 days"}}}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: "anc >= 1", must: start at low, source: paper}
  end: {in: on treatment, when: "episodes >= 3", must: stop, source: paper}
  hold: {in: on treatment, when: "anc < 1", must: hold, source: paper}
  resume: {in: held by hold, when: recovered, must: resume at the same level, source: paper}
  raise: {in: on treatment at low, when: "four-weeks and recovered and rash is no", may: escalate, source: paper}
monitoring: {weekly: {of: anc, every: 7 days, when: "time since start < 4 weeks", source: paper}}
properties: {calm: {never: "escalate while rash", source: paper}}
"""
HEAD = 'protocol: base\nversion: "2"\namends: protocol.yaml\n'
MISSPELLED = [
    ("titel: Another", "P022"),
    ("dose: {low: 50 mg every day, high: 400 mg every day}", "P022"),
    ("doses: {lowe: 50 mg every day, high: 400 mg every day}", "P013"),
    ("ladder ends: {lowst: ours}", "P022"),
    ("dispensing: {strength: [50 mg]}", "P022"),
    ("inputs: {ancc: {unit: 10*9/L, plausible: 0 to 100, valid for: 15 days}}", "F006"),
    ('derived: {recoverd: "anc >= 2"}', "F015"),
    ('trackers: {episode: {episodes of: "anc < 0.5"}}', "F015"),
    (
        "interpretations: {four-week: {question: When?, chosen: elapsed, "
        'readings: {elapsed: {means: 27 days, guard: "time since start >= 27 days"}}}}',
        "F015",
    ),
    ("otherwise: {hold: silent}", "P027"),
    ('rules: {holds: {in: on treatment, when: "anc < 0.5", must: hold, source: paper}}', "P107"),
    ('monitoring: {weekley: {of: anc, every: 3 days, when: "time since start < 4 weeks", source: paper}}', "P107"),
]
DECIDES_NOTHING = {
    "sources": "sources: {papers: Another paper}",
    "properties": 'properties: {calmer: {never: "escalate while rash or unknown(rash)", source: paper}}',
}
"""What such an entry was to replace stays beside it: a citation, or a claim that goes on to be held to."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which holds what is amended."""
    (tmp_path / "protocol.yaml").write_text(BASE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def amendment(folder: Path, change: str) -> str:
    (folder / "member.yaml").write_text(f"{HEAD}{change}\n", encoding="utf-8")
    return "member.yaml"


def test_without_a_mistake_nothing_is_found(folder: Path) -> None:
    assert run(["check", "protocol.yaml", amendment(folder, "title: Another")]) == 0


@pytest.mark.parametrize(("change", "code"), MISSPELLED)
def test_a_misspelled_name_of_what_is_to_be_replaced_is_found(
    change: str, code: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", amendment(folder, change)]) == (1 if code.startswith("F") else 2)
    said = capsys.readouterr()
    assert code in said.out + said.err


@pytest.mark.parametrize("section", DECIDES_NOTHING)
def test_what_stays_beside_a_misspelled_one_of_these_changes_no_decision(section: str, folder: Path) -> None:
    names = [one.name for one in getattr(load(amendment(folder, DECIDES_NOTHING[section])), section)]
    assert names == [*(one.name for one in getattr(load("protocol.yaml"), section)), names[-1]]


def test_every_section_is_asked() -> None:
    texts = {"protocol", "version", "amends", "without", "title", "drug", "note", "time", "safe side", "between visits"}
    asked = {change.partition(":")[0] for change, _ in MISSPELLED} | set(DECIDES_NOTHING)
    assert set(KEYS) - texts - {"act within"} <= asked
