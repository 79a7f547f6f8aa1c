"""The wheel carries what an installed copy needs, under the name it says, and declares what it imports."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import protocol

ROOT = Path(__file__).parent.parent
HOUSE = Path(protocol.__file__).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IS_SOURCE_TREE = HOUSE.parent == ROOT

# The name that a distribution is imported by, where it is another one.
IMPORTED_AS = {"pyyaml": "yaml", "vl-convert-python": "vl_convert"}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of the wheel: of one built now, or of the one that is installed."""
    if not IS_SOURCE_TREE:
        return {file.as_posix() for file in importlib.metadata.files("dose-protocol") or []}
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return set(zipfile.ZipFile(next(folder.glob("*.whl"))).namelist())


def test_the_wheel_carries_every_shipped_spec(shipped: set[str]) -> None:
    specs = {f"protocol/{file.relative_to(ROOT).as_posix()}" for file in (ROOT / "specs").rglob("*") if file.is_file()}
    assert any(name.endswith("/protocol.yaml") for name in specs)
    assert specs <= shipped


def test_the_wheel_carries_the_criteria_tables(shipped: set[str]) -> None:
    assert any(re.fullmatch(r"protocol/.*/criteria/.*\.csv", name) for name in shipped)


def test_the_wheel_carries_the_pages_of_explain(shipped: set[str]) -> None:
    assert {f"protocol/{name}/{name}.md" for name in ("language", "semantics", "verification")} <= shipped
    assert "protocol/executors/tables.md" in shipped


def test_the_wheel_carries_what_a_report_is_made_of(shipped: set[str]) -> None:
    """Its text, its style sheet, and the script that saves a table as a file."""
    assert {f"protocol/adapters/report/page.{kind}" for kind in ("html.jinja", "css", "js")} <= shipped


def test_the_wheel_says_that_it_is_typed(shipped: set[str]) -> None:
    assert "protocol/py.typed" in shipped


def test_the_wheel_carries_nothing_else(shipped: set[str]) -> None:
    ours = re.compile(
        r"protocol/.*\.(py|csv|md|yaml|json|typed|html\.jinja|css|js|properties)|dose_protocol-[^/]*\.dist-info/.*|.*\.pyc|.*/bin/[^/]+"
    )
    assert not {name for name in shipped if not ours.fullmatch(name) and not name.endswith("py.typed")}


def test_the_licence_is_apache_2(shipped: set[str]) -> None:
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert any(name.endswith("licenses/LICENSE") for name in shipped)


def test_what_is_declared_is_imported_and_what_is_imported_is_declared() -> None:
    extras = {one for extra in PROJECT["optional-dependencies"].values() for one in _libraries(extra)}
    declared = _libraries(PROJECT["dependencies"])
    assert declared == _imported() - extras - {"pytest"}


def _libraries(lines: list[str]) -> set[str]:
    """The names by which declared requirements are imported."""
    names = {re.split(r"[^A-Za-z0-9_-]", line)[0].lower() for line in lines}
    return {IMPORTED_AS.get(one, one) for one in names}


def _imported() -> set[str]:
    """The libraries outside the standard one that the package imports."""
    nodes = [node for file in HOUSE.rglob("*.py") for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"protocol"}


def test_the_changelog_has_an_entry_for_this_version() -> None:
    assert f"## [{PROJECT['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_file_of_the_build_names_a_host() -> None:
    for file in (ROOT / "Makefile", ROOT / "pyproject.toml", *(ROOT / ".ci").iterdir()):
        assert "://" not in file.read_text(encoding="utf-8"), file


def test_the_lock_holds_only_names_and_exact_versions() -> None:
    lines = (ROOT / ".ci" / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert lines
    assert not [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line)]


def test_the_lock_covers_every_declared_requirement() -> None:
    lines = (ROOT / ".ci" / "requirements.lock").read_text(encoding="utf-8").splitlines()
    locked = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    declared = PROJECT["dependencies"] + [line for extra in PROJECT["optional-dependencies"].values() for line in extra]
    assert {re.split(r"[^A-Za-z0-9_-]", line)[0].lower() for line in declared} <= locked


@pytest.mark.skipif(not IS_SOURCE_TREE, reason="an installed copy has no source tree around it")
def test_nothing_else_stands_at_the_top_of_the_tree() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no git here, so that nobody can tell what belongs to the tree")
    top = {name.split("/")[0] for name in listed.stdout.splitlines()}
    plain = {name for name in top if not name.startswith(".")}
    assert plain == {"pyproject.toml", "README.md", "protocol", "tests", "specs", "Makefile", "LICENSE", "CHANGELOG.md"}
