"""What the README shows is what happens: its commands and examples are run, and what they print is compared.

`python tests/test_readme.py --write` puts what is printed now into the README; read the difference before keeping it.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import protocol
from protocol.errors import CommitError
from protocol.executors.machine import LiveCourse

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
SPECS = sorted((ROOT / "specs").rglob("*.yaml"))

BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
STUDY = "cdiscpilot"
LEFT_OUT = re.compile(r"^\s*# …\n", re.MULTILINE)

# The command, of the very package that is imported here.
COMMAND = f"""#!/bin/sh
export PYTHONPATH='{Path(protocol.__file__).parent.parent}'
exec '{sys.executable}' -c "import sys; from protocol.cli import main; sys.argv[0] = 'protocol'; sys.exit(main())" "$@"
"""


def study() -> Path:
    """The folder of the tables of the CDISC pilot study, if it is here."""
    from tests.conftest import DATA

    return DATA / STUDY


def blocks(language: str) -> list[re.Match[str]]:
    return [block for block in BLOCK.finditer(README.read_text(encoding="utf-8")) if block["language"] == language]


def line(block: re.Match[str]) -> str:
    return f"line {block.string.count(chr(10), 0, block.start()) + 1}"


def own_protocols() -> list[str]:
    """The protocols that the README prints whole; each has its courses in the next block of Markdown."""
    return [block["body"] for block in blocks("yaml") if block["body"].startswith("protocol: ")]


@contextlib.contextmanager
def desk() -> Iterator[Path]:
    """What a reader of the README has: the specs, the protocol and courses that it prints, and the command."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "specs", folder / "specs")
        for text, courses in zip(own_protocols(), blocks("markdown"), strict=True):
            own = folder / text.split(maxsplit=2)[1]
            own.mkdir()
            (own / "protocol.yaml").write_text(text, encoding="utf-8")
            (own / "courses.md").write_text(courses["body"], encoding="utf-8")
        if study().is_dir():
            (folder / STUDY).symlink_to(study())
        (folder / "bin").mkdir()
        (folder / "bin" / "protocol").write_text(COMMAND, encoding="utf-8")
        (folder / "bin" / "protocol").chmod(0o755)
        yield folder


def fresh_console(body: str) -> str:
    """The block with what its commands print now; a command begins with `$ `, a further line of it with `> `."""
    with desk() as folder:
        path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"}
        return "".join(_printed(command, folder, environment) for command in _commands(body))


def _commands(body: str) -> list[str]:
    return re.findall(r"^\$ .*\n(?:^> .*\n)*", body, re.MULTILINE)


def _printed(command: str, folder: Path, environment: dict[str, str]) -> str:
    script = re.sub(r"^[$>] ", "", command, flags=re.MULTILINE)
    shell = ["sh", "-c", f"exec 2>&1\n{script}"]
    printed = subprocess.run(shell, cwd=folder, env=environment, text=True, check=False, stdout=subprocess.PIPE).stdout
    return command + printed.rstrip("\n") + "\n" * bool(printed.strip())


def fresh_python(body: str, names: dict[str, Any]) -> str:
    """The block with what its `>>>` examples print now. A block without any is a program, whose names are there afterwards."""
    with desk() as folder, contextlib.chdir(folder):
        if ">>>" not in body:
            exec(compile(body, "README.md", "exec"), names)
            return body
        return "".join(_example(piece, names) for piece in doctest.DocTestParser().parse(body))


def _example(example: doctest.Example | str, names: dict[str, Any]) -> str:
    if isinstance(example, str):
        return example
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example.source, "README.md", "single"), names)
    first, *more = example.source.rstrip("\n").split("\n")
    return "\n".join((f">>> {first}", *(f"... {line}".rstrip() for line in more), printed.getvalue()))


@pytest.mark.parametrize("block", blocks("console"), ids=line)
def test_a_command_prints_what_the_readme_shows(block: re.Match[str]) -> None:
    if f"--data {STUDY}" in block["body"]:
        if not study().is_dir():
            pytest.skip(f"no tables of the CDISC pilot study in {study()}")
        pytest.importorskip("pyreadstat", reason="pyreadstat is not installed, so SAS files cannot be read: extra 'cdisc'")
    if "replay-table" in block["body"]:
        pytest.importorskip("duckdb", reason="duckdb is not installed, so no Parquet files are replayed: extra 'bulk'")
    assert fresh_console(block["body"]) == block["body"]


def test_the_python_examples_print_what_the_readme_shows() -> None:
    names: dict[str, Any] = {}
    for block in blocks("python"):
        assert fresh_python(block["body"], names) == block["body"], line(block)


def test_the_program_that_the_readme_shows_is_the_one_that_is_tested() -> None:
    programs = [block["body"] for block in blocks("python") if ">>>" not in block["body"]]
    assert programs[0] == (ROOT / "tests" / "embedding" / "example.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(("right", "planted", "code"), [("< 50", "< 50", 0), ("< 50", "<= 50", 1)])
def test_the_property_tests_that_the_readme_shows_find_a_difference(right: str, planted: str, code: int) -> None:
    (program,) = (block["body"] for block in blocks("python") if "from hypothesis" in block["body"])
    assert right in program
    with desk() as folder:
        (folder / "test_counts.py").write_text(program.replace(right, planted), encoding="utf-8")
        command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "protocol.pytest_plugin", "-p", "no:cacheprovider"]
        # As CI does: the same examples in every run, and none that fails because the machine is slow.
        command.append("--hypothesis-profile=ci")
        path = {"PYTHONPATH": str(Path(protocol.__file__).parent.parent)}
        done = subprocess.run([*command, "counts", "test_counts.py"], cwd=folder, env=os.environ | path, capture_output=True)
        assert done.returncode == code, done.stdout.decode()


def test_the_readme_names_everything_that_a_live_course_can_do_and_refuse() -> None:
    section = README.read_text(encoding="utf-8").partition("## In a trial-management system")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(?:course\.)?(\w+)", "\n".join(re.findall(r"^\| [^|]*", section, re.MULTILINE))))
    can_do = {name for name in vars(LiveCourse) if not name.startswith("_")}
    refusals = {one.__name__ for one in CommitError.__subclasses__()}
    others = {"VisitError", "NotationError", "InputError", "StoredError"}
    assert can_do | refusals | others == named - {"machine", "stored"}


@pytest.mark.parametrize("block", blocks("yaml"), ids=line)
def test_a_piece_of_yaml_stands_in_a_shipped_spec_or_is_a_protocol(block: re.Match[str], tmp_path: Path) -> None:
    if block["body"] in own_protocols():
        (tmp_path / "protocol.yaml").write_text(block["body"], encoding="utf-8")
        assert protocol.load(str(tmp_path / "protocol.yaml"))
    else:
        assert any(_stands_in(block["body"], spec.read_text(encoding="utf-8")) for spec in SPECS)


def _stands_in(excerpt: str, text: str) -> bool:
    """Whether the pieces between the marks `# …` stand in the text, in this order."""
    place = 0
    for piece in LEFT_OUT.split(excerpt):
        found = text.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return True


def test_the_readme_has_an_example_of_every_kind() -> None:
    assert all(blocks(language) for language in ("console", "python", "yaml", "sh"))


def test_the_test_command_of_the_readme_is_what_ci_runs() -> None:
    tests = README.read_text(encoding="utf-8").partition("## Tests")[2]
    commands = re.findall(r"^make [\w-]+", tests, re.MULTILINE)
    assert "make test" in commands
    # `make test-all` is `make test` without leaving anything out.
    assert "make test-all" in commands
    assert re.search(r"^make test-all$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_make_command_of_the_readme_exists() -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"make ([\w-]+)", "".join(block["body"] for block in blocks("sh")))) <= set(targets)


def write() -> None:
    """Puts what the commands and examples print now into the README."""
    names: dict[str, Any] = {}

    def renewed(block: re.Match[str]) -> str:
        body = block["body"]
        if block["language"] == "console" and (f"--data {STUDY}" not in body or study().is_dir()):
            body = fresh_console(body)
        elif block["language"] == "python":
            body = fresh_python(body, names)
        return f"```{block['language']}\n{body}```"

    README.write_text(BLOCK.sub(renewed, README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__" and sys.argv[1:] == ["--write"]:
    sys.path.append(str(ROOT))
    write()
