"""Every code has an entry in the table, and every entry is raised somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import protocol.language
from protocol.language.codes import CODES

GOLDEN = Path(__file__).parent / "golden"
OF_MAPPINGS = Path(__file__).parent / "mapping" / "golden"
RAISED_IN_TESTS_OF_FILES = {
    "P002": "test_limits.py",
    "P009": "test_shipped.py",
    "P010": "test_shipped.py",
    "P011": "test_shipped.py",
    "P113": "test_shipped.py",
}


def raised() -> set[str]:
    """The codes that the source of the language names."""
    folder = Path(protocol.language.__file__).parent
    sources = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if path.name != "codes.py"]
    return {code for source in sources for code in re.findall(r'"(P\d{3})"', source)}


def test_every_code_that_is_raised_has_an_entry_and_every_entry_is_raised() -> None:
    assert raised() == set(CODES)


def test_every_code_is_raised_by_a_test() -> None:
    texts = [path.read_text(encoding="utf-8") for folder in (GOLDEN, OF_MAPPINGS) for path in folder.glob("*.txt")]
    shown = {code for text in texts for code in re.findall(r"error (P\d{3})", text)}
    assert shown | set(RAISED_IN_TESTS_OF_FILES) == set(CODES)
    for code, name in RAISED_IN_TESTS_OF_FILES.items():
        assert f'"{code}"' in (Path(__file__).parent / name).read_text(encoding="utf-8")


def test_codes_stand_in_order_and_titles_differ() -> None:
    assert list(CODES) == sorted(CODES)
    assert len({entry.title for entry in CODES.values()}) == len(CODES)
    assert all(entry.meaning.endswith((".", '".')) for entry in CODES.values())
