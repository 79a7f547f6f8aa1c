"""What tests of several parts share: the folder of published data, where there is one, and a folder to keep answers in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = (REPOSITORY / os.environ.get("PROTOCOL_DATA", "../shared/data")).resolve()


@pytest.fixture(scope="session", autouse=True)
def empty_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test, nor a command that it starts, finds what was kept by an earlier run, or keeps anything in somebody's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTOCOL_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder named by PROTOCOL_DATA, relative to the repository; tests that need it are skipped where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"no published data at {DATA}: set PROTOCOL_DATA to the folder that holds ctc_v2_grades.csv")
    return DATA
