"""What was computed is found again as it was, and never where anything is different, damaged or out of reach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve

from protocol.commands import cache
from protocol.model.verification import Verdict
from tests.hand_made import PROTOCOL, SEEN, UNPROVED, WEEKLY, report, verdicts

WHOLE = evolve(report(), verdicts=verdicts(WEEKLY))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PROTOCOL_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept" / "verify"


def test_a_report_is_found_as_it_was() -> None:
    cache.keep("key", WHOLE)
    assert cache.kept("key") == evolve(WHOLE, cached=True)
    assert cache.kept("other") is None


def test_a_report_of_which_something_was_changed_is_not_found(folder: Path) -> None:
    cache.keep("key", WHOLE)
    text = (folder / "key.json").read_text(encoding="utf-8")
    (folder / "key.json").write_text(text.replace('"fails"', '"holds"', 1), encoding="utf-8")
    assert '"fails"' in text and cache.kept("key") is None


def test_another_protocol_and_another_question_have_another_key() -> None:
    asked = {"only": (), "free": True}
    same = cache.key_of(PROTOCOL, {"free": True, "only": ()})
    assert cache.key_of(PROTOCOL, asked) == same
    others = [cache.key_of(evolve(PROTOCOL, version="2"), asked), cache.key_of(PROTOCOL, {**asked, "free": False})]
    assert len({same, *others}) == 3


def test_another_program_has_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.key_of(PROTOCOL, {})
    monkeypatch.setattr(cache, "source", lambda: "another")
    assert cache.key_of(PROTOCOL, {}) != before


@pytest.mark.parametrize("more", [{"seen": (evolve(SEEN[0], complete=False, why="interrupted"),)}, {"verdicts": UNPROVED[1:]}])
def test_what_was_not_finished_is_not_kept(more: dict[str, tuple[Verdict, ...]]) -> None:
    cache.keep("key", evolve(WHOLE, **more))
    assert cache.kept("key") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        "\0",
        '{"format": "protocol-report/0"}',
        '{"format": "protocol-report/2", "key": "key"}',
    ],
)
def test_what_is_damaged_is_as_if_it_were_not_there(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "key.json").write_text(text, encoding="utf-8")
    assert cache.kept("key") is None
    cache.keep("key", WHOLE)
    assert cache.kept("key") == evolve(WHOLE, cached=True)


def test_bytes_that_are_no_text_are_as_if_they_were_not_there(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "key.json").write_bytes(b"\xff\xfe\x00")
    assert cache.kept("key") is None


def test_a_field_that_is_changed_or_missing_is_seen(folder: Path) -> None:
    cache.keep("key", WHOLE)
    document = json.loads((folder / "key.json").read_text(encoding="utf-8"))
    document["report"]["verdicts"][0]["outcome"] = "fine"
    (folder / "key.json").write_text(json.dumps(document), encoding="utf-8")
    assert cache.kept("key") is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("PROTOCOL_CACHE", str(tmp_path / "file"))
    cache.keep("key", WHOLE)
    assert cache.kept("key") is None


def test_the_folder_is_the_named_one_or_one_of_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache.folder() == tmp_path / "kept"
    monkeypatch.delenv("PROTOCOL_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder() == tmp_path / "dose-protocol"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert cache.folder() == Path.home() / ".cache" / "dose-protocol"
