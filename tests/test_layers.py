"""Imports point one way, libraries stay where they belong, and nothing grows too large to read."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import protocol

HOUSE = Path(protocol.__file__).parent
FILES = sorted(HOUSE.rglob("*.py"))

# Who may import whom. `errors` is open to all; a part that stands in no row is a part nobody planned.
MAY_IMPORT = {
    "errors": set(),
    "model": set(),
    "language": {"model"},
    "semantics": {"model"},
    "adapters": {"model"},
    "checks": {"model", "semantics"},
    "executors": {"model", "semantics"},
    "verification": {"model", "semantics", "checks"},
}
# The rooms of the largest part, the same way; what stands in no room, such as `verify`, asks any of them.
ROOMS_MAY_IMPORT = {
    "search": set(),
    "properties": {"search"},
    "patients": {"search"},
    "proof": {"search", "properties"},
    "promela": {"search"},
    "difference": {"search", "patients"},
    "mutation": {"search", "patients", "difference"},
    "regrading": set(),
}
# These stand above the folders: the public names, the commands, and what other people's tests import.
ABOVE = {"__init__", "__main__", "cli", "commands", "testing", "pytest_plugin"}

# A library that only one file, or one folder, knows can be exchanged there.
ONE_FILE = ("yaml", "transitions")
ONE_PART = {
    "click": {"cli", "commands"},
    "rich": {"cli", "commands"},
    "hypothesis": {"testing", "pytest_plugin"},
    "pytest": {"testing", "pytest_plugin"},
    "numpy": {"executors"},
    "numba": {"executors"},
    "pyarrow": {"executors", "adapters"},
    "duckdb": {"executors", "adapters"},
    "pyspark": {"executors"},
    "pyreadstat": {"adapters"},
    "jinja2": {"adapters"},
    "vl_convert": {"adapters"},
}
HEAVY = {"numpy", "numba", "pyarrow", "duckdb", "pandas", "pyreadstat", "jinja2", "vl_convert", "pyspark",
         "rich", "click", "transitions", "hypothesis", "pytest"}  # fmt: skip

LONGEST_FILE = 300
LONGEST_FUNCTION = 40


def part(file: Path) -> str:
    """The folder, or the file, of the house that a file belongs to."""
    return file.relative_to(HOUSE).parts[0].removesuffix(".py")


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def imports(file: Path) -> tuple[str, ...]:
    """Every module that a file imports, wherever in the file, relative ones made absolute."""
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[str]:
    package = ("protocol", *file.relative_to(HOUSE).parts[:-1])
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # `from protocol import model` imports the folder, not a name.
            yield from (f"protocol.{alias.name}" for alias in node.names) if module == "protocol" else (module,)


def imported_parts(file: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(file) if name.startswith("protocol.")} - {part(file)}


def name(file: Path) -> str:
    return file.relative_to(HOUSE).as_posix()


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_part_imports_only_what_stands_below_it(file: Path) -> None:
    if part(file) in ABOVE:
        return
    assert part(file) in MAY_IMPORT, f"{part(file)} has no row in the table of layers"
    assert imported_parts(file) <= MAY_IMPORT[part(file)] | {"errors"}


def test_the_layers_have_no_circle() -> None:
    below: set[str] = {"errors"}
    waiting = dict(MAY_IMPORT)
    while ready := {one for one, needs in waiting.items() if needs <= below}:
        below |= ready
        waiting = {one: needs for one, needs in waiting.items() if one not in ready}
    assert not waiting


@pytest.mark.parametrize("file", [file for file in FILES if file.parent.parent == HOUSE / "verification"], ids=name)
def test_a_room_of_verification_imports_only_the_rooms_below_it(file: Path) -> None:
    inside = (module.split(".")[2] for module in imports(file) if module.startswith("protocol.verification."))
    assert set(inside) - {file.parent.name} <= ROOMS_MAY_IMPORT[file.parent.name]


@pytest.mark.parametrize("library", ONE_FILE)
def test_one_file_knows_the_library(library: str) -> None:
    knowing = [name(file) for file in FILES if any(module.split(".")[0] == library for module in imports(file))]
    assert len(knowing) <= 1, knowing


@pytest.mark.parametrize(("library", "parts"), ONE_PART.items(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_library_is_imported_only_where_it_belongs(library: str, parts: set[str]) -> None:
    knowing = {part(file) for file in FILES if any(module.split(".")[0] == library for module in imports(file))}
    assert knowing <= parts


@pytest.mark.parametrize("file", FILES, ids=name)
def test_text_is_never_run_as_code(file: Path) -> None:
    called = {node.func.id for node in ast.walk(tree(file)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"eval", "exec", "compile", "__import__"}
    assert not {module.split(".")[0] for module in imports(file)} & {"pickle", "marshal", "shelve", "dill", "cloudpickle"}


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_file_can_be_read_in_one_sitting(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_FILE
    long = [
        f"{node.name}, line {node.lineno}"
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long


@pytest.mark.parametrize("file", FILES, ids=name)
def test_the_first_line_of_a_file_says_what_it_answers(file: Path) -> None:
    docstring = ast.get_docstring(tree(file))
    assert docstring, "the file has no docstring"


def test_importing_the_package_loads_no_heavy_library() -> None:
    listing = "import sys, protocol; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & set(loaded)


def test_checking_a_protocol_loads_nothing_that_runs_or_stores_one() -> None:
    program = (
        "import contextlib, io, sys; from protocol.cli import main; sys.argv = ['protocol', 'check', 'imatinib-hes']\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): main()\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "protocol.checks" in loaded
    assert not [one for one in loaded if one.startswith(("protocol.executors", "transitions"))]
