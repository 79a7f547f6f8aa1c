"""`protocol doctor`: is this the right package, and is everything there that it needs?"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from protocol.commands.installation import HOUSE, in_folder, library, on_path, others, package, python


def doctor(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a folder; -P keeps Python from running what is found there."""
    environment = {**os.environ, "PYTHONPATH": str(HOUSE.parent), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-P", "-m", "protocol", "doctor", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_nothing_is_wrong_in_an_empty_folder(tmp_path: Path) -> None:
    done = doctor(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok     this folder: nothing in it is called protocol" in done.stdout
    assert f"ok     Python: {sys.version.split()[0]}" in done.stdout
    assert "ok     shipped protocol: imatinib-hes 2003.1" in done.stdout
    assert "no terminal, so plain text, without colours" in done.stdout


@pytest.mark.parametrize("name", ["protocol.py", "protocol/__init__.py"])
def test_a_module_of_the_same_name_in_the_folder_is_named_and_not_run(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("raise SystemExit('run')")
    done = doctor(tmp_path, "--format", "json")
    assert done.returncode == 1
    (wrong,) = (one for one in json.loads(done.stdout)["looked_at"] if one["wrong"])
    assert wrong["what"] == "this folder"
    assert str(tmp_path / name.removesuffix("/__init__.py")) in wrong["found"]
    assert wrong["do"].startswith("Rename it")


def test_a_folder_of_the_same_name_without_a_package_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "protocol").mkdir()
    assert not in_folder(tmp_path).wrong


def test_the_source_of_the_package_hides_nothing() -> None:
    assert in_folder(HOUSE.parent).found == "holds the source of this package"


def test_the_checkout_from_which_it_was_installed_is_no_other_package(tmp_path: Path) -> None:
    (tmp_path / "protocol").mkdir()
    (tmp_path / "protocol" / "__init__.py").touch()
    assert in_folder(tmp_path).wrong
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "dose-protocol"\n', encoding="utf-8")
    assert not in_folder(tmp_path).wrong and "runs what is installed" in in_folder(tmp_path).found
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    assert in_folder(tmp_path).wrong


def test_what_another_folder_finds_first_is_said(tmp_path: Path) -> None:
    (tmp_path / "protocol.py").touch()
    assert not on_path([str(HOUSE.parent), str(tmp_path)]).wrong
    assert on_path([str(tmp_path), str(HOUSE.parent)]).wrong
    assert "not installed" in on_path([]).found


def distribution(folder: Path, name: str, files: dict[str, str]) -> metadata.Distribution:
    """An installed distribution: its files, and the list of them with what they held when they were installed."""
    lines = []
    for file, text in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{file},sha256={digest},{len(text)}")
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text("\n".join((*lines, f"{info.name}/RECORD,,")) + "\n")
    return metadata.Distribution.at(info)


def test_another_package_with_the_same_import_name_is_named(tmp_path: Path) -> None:
    foreign = distribution(tmp_path, "protocol", {"protocol/__init__.py": ""})
    harmless = distribution(tmp_path, "protocols", {"protocols/__init__.py": ""})
    ours = distribution(tmp_path, "dose-protocol", {"protocol/cli.py": ""})
    (found,) = others([foreign, harmless, ours])
    assert found.wrong and "pip uninstall protocol" in found.do


@pytest.mark.parametrize(("now", "wrong"), [("ours", False), ("theirs", True), (None, True)])
def test_a_file_that_was_written_over_is_noticed(
    now: str | None, wrong: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = distribution(tmp_path, "dose-protocol", {"protocol/__init__.py": "ours", "protocol/cli.py": "too"})
    monkeypatch.setattr(metadata, "distribution", lambda name: ours)
    if now is None:
        (tmp_path / "protocol/__init__.py").unlink()
    else:
        (tmp_path / "protocol/__init__.py").write_text(now)
    found = package(HOUSE)
    assert found.wrong is wrong
    assert ("protocol/__init__.py" in found.found) is wrong


def test_a_source_that_was_never_installed_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", absent)
    assert "not installed" in package(HOUSE).found and not package(HOUSE).wrong


@pytest.mark.parametrize(
    ("requirement", "wrong"),
    [
        ("attrs>=22.2", False),
        ("attrs", False),
        ("attrs >= 9999.1", True),
        ("no-such-library>=1", True),
        ("pytest>=8.0; python_version > '3'", False),
    ],
)
def test_a_library_is_new_enough_or_not(requirement: str, wrong: bool) -> None:
    found = library(requirement)
    assert found.wrong is wrong
    assert found.do == (f"pip install '{requirement}'" if wrong else "")


def test_versions_are_compared_as_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: "10.0rc1")
    assert not library("attrs>=9.5").wrong


@pytest.mark.parametrize(("version", "wrong"), [((3, 10, 14), True), ((3, 11, 0), False), ((3, 14, 1), False)])
def test_python_is_new_enough_or_not(version: tuple[int, ...], wrong: bool) -> None:
    assert python(version).wrong is wrong
