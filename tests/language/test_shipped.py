"""Which file a path or a name means, and what is said about files that cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from protocol.errors import InputError
from protocol.language import shipped
from protocol.language.mapping.from_yaml import load_mapping
from protocol.language.shipped import MAPPING, courses_of, find, load, shipped_names

SMALL = """protocol: small
version: 1
doses:
  low: 100 mg every day
rules:
  begin:
    in: before treatment
    when: always
    must: start at low
"""


def complaint(path: str | Path) -> tuple[str, str]:
    """The code and the whole message."""
    with pytest.raises(InputError) as caught:
        load(path)
    return caught.value.problems[0].code, str(caught.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that holds a protocol."""
    (tmp_path / "protocol.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


def test_a_file_and_its_folder_are_the_same_protocol(folder: Path) -> None:
    assert load(folder) == load(folder / "protocol.yaml") == load(str(folder))


def test_a_shipped_protocol_is_found_by_its_name() -> None:
    assert "imatinib-hes" in shipped_names()
    assert load("imatinib-hes").name == "imatinib-hes"
    assert find("imatinib-hes").name == "protocol.yaml"


def test_every_shipped_protocol_can_be_read_and_has_the_name_of_its_folder() -> None:
    for name in shipped_names():
        folder, _, member = name.partition("/")
        assert load(name).name in {folder, f"{folder}-{member}" if member else folder}


def test_no_two_shipped_protocols_have_the_same_name_and_version() -> None:
    said = [(load(name).name, load(name).version) for name in shipped_names()]
    assert len(set(said)) == len(said)


def test_every_file_beside_a_shipped_protocol_is_one_of_its_family_the_courses_of_one_or_a_mapping_for_one() -> None:
    for folder in {find(name).parent for name in shipped_names()}:
        protocols = [find(name) for name in shipped_names() if find(name).parent == folder]
        courses = [file for protocol in protocols for file in courses_of(protocol)]
        mappings = [file for file in folder.iterdir() if file.name.endswith(MAPPING)]
        assert sorted(folder.iterdir()) == sorted([*protocols, *courses, *mappings])
        assert all(find(load_mapping(file).protocol) in protocols for file in mappings)


def test_protocols_inside_the_installed_package_come_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = folder / "site-packages" / "protocol"
    (package / "specs" / "small").mkdir(parents=True)
    (package / "specs" / "small" / "protocol.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setattr(shipped, "_PACKAGE", package)
    assert shipped_names() == ("small",)
    assert load("small").name == "small"


def test_a_folder_called_specs_beside_an_installed_package_is_not_ours(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "specs" / "other").mkdir(parents=True)
    (folder / "specs" / "other" / "protocol.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setattr(shipped, "_PACKAGE", folder / "protocol")
    assert shipped_names() == ()


def test_a_path_comes_before_a_shipped_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "imatinib-hes").mkdir()
    (tmp_path / "imatinib-hes" / "protocol.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load("imatinib-hes").name == "small"


def test_a_misspelled_name_is_told_with_the_right_one() -> None:
    code, message = complaint("imatinib-hse")
    assert code == "P011"
    assert "did you mean 'imatinib-hes'?" in message


@pytest.mark.parametrize("path", ["no/such/file.yaml", "x" * 5000, "a\0b", "../*.yaml", ""])
def test_a_path_that_leads_nowhere_is_told(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert complaint(path)[0] in ("P009", "P011")


def test_a_folder_without_a_protocol_is_told(tmp_path: Path) -> None:
    code, message = complaint(tmp_path)
    assert code == "P009"
    assert "holds no protocol.yaml" in message


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_told(folder: Path) -> None:
    (folder / "protocol.yaml").chmod(0)
    assert complaint(folder)[0] == "P009"


def test_a_file_that_vanishes_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "find", lambda path: Path(path))
    assert complaint(tmp_path / "gone.yaml")[0] == "P009"


def test_a_device_is_no_file() -> None:
    assert complaint(os.devnull)[0] == "P009"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "P007"),
        (b"\xef\xbb\xbf", "P007"),
        (b"protocol: \0", "P008"),
        (b"protocol: m\xe4rz", "P010"),
        (SMALL.encode("utf-16"), "P010"),
        (b"\xff\xff\xff", "P010"),
        (b"#" * 1_000_002, "P002"),
        ("é".encode() * 600_000, "P002"),
    ],
    ids=["empty", "only a byte order mark", "NUL", "Latin-1", "UTF-16", "no text", "too large", "cut inside a character"],
)
def test_bytes_that_are_no_protocol_are_told(data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_bytes(data)
    assert complaint(path)[0] == code


def test_the_line_of_a_byte_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_bytes(b"protocol: x\ntitle: M\xe4rz\n")
    assert f"{path}:2: error P010" in complaint(path)[1]


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"])
def test_line_endings_of_other_systems_and_a_byte_order_mark_change_nothing(ending: bytes, folder: Path) -> None:
    other = folder / "other.yaml"
    other.write_bytes(b"\xef\xbb\xbf" + SMALL.encode().replace(b"\n", ending))
    assert load(other) == load(folder)


def test_places_are_right_with_a_byte_order_mark_and_other_line_endings(folder: Path) -> None:
    other = folder / "other.yaml"
    other.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("start at low", "start at hi").encode().replace(b"\n", b"\r\n"))
    assert f"{other}:9:20: error P013" in complaint(other)[1]


def test_a_mapping_in_the_place_of_a_protocol_is_told_in_one_message() -> None:
    with pytest.raises(InputError) as caught:
        load("specs/cdiscpilot-xanomeline/cdiscpilot.mapping.yaml")
    (problem,) = caught.value.problems
    assert problem.code == "P113" and "protocol map --check" in problem.hint
