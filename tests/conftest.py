"""What tests of several parts share: the folder of published data, where there is one, and a folder to keep answers in."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from protocol.adapters.mapped.courses import Mapped
    from protocol.model.decision import Trace

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = (REPOSITORY / os.environ.get("PROTOCOL_DATA", "../shared/data")).resolve()


@pytest.fixture(scope="session", autouse=True)
def empty_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test, nor a command that it starts, finds what was kept by an earlier run, or keeps anything in somebody's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTOCOL_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


@pytest.fixture(scope="module", autouse=True)
def garbage_is_seldom_looked_for() -> Iterator[None]:
    """What a file's tests leave in caches is not looked through again for garbage: that took a sixth of the time of all tests."""
    gc.set_threshold(50_000, 20, 20)
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder named by PROTOCOL_DATA, relative to the repository; tests that need it are skipped where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"no published data at {DATA}: set PROTOCOL_DATA to the folder that holds ctc_v2_grades.csv")
    return DATA


@pytest.fixture(scope="session")
def study_folder(data_folder: Path) -> Path:
    """The folder of the tables of the CDISC pilot study; without it, or what reads it, tests are skipped."""
    pytest.importorskip("pyreadstat", reason="pyreadstat is not installed, so SAS files cannot be read: extra 'cdisc'")
    if not (data_folder / "cdiscpilot").is_dir():
        pytest.skip(f"no tables of the CDISC pilot study in {data_folder}")
    return data_folder / "cdiscpilot"


@pytest.fixture(scope="session")
def study(study_folder: Path) -> Mapped:
    """The CDISC pilot study through its shipped mapping; read once, because that takes seconds."""
    from protocol import load
    from protocol.adapters.mapped.courses import read_mapped
    from protocol.language.mapping.from_yaml import load_mapping
    from protocol.language.shipped import find

    mapping = find("cdiscpilot-xanomeline").parent / "cdiscpilot.mapping.yaml"
    return read_mapped(load_mapping(mapping), study_folder, load("cdiscpilot-xanomeline"))


@pytest.fixture(scope="session")
def study_traces(study: Mapped) -> tuple[Trace, ...]:
    """What the study's titration decides in all of its patients."""
    from protocol import load, trace

    return tuple(trace(load("cdiscpilot-xanomeline"), course) for course in study.courses)
