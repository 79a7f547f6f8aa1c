"""A folder in which a small protocol stands with its courses, and the commands are run there as somebody would."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_cli import RAISED, SPEC


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder; `small` holds the protocol."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "protocol.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "courses.md").write_text(RAISED, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path
