"""What is written of input that cannot be used, where a report was asked for: so CI shows it at its line, too."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from protocol.commands.form import PROBLEMS, Answering
from protocol.errors import InputError, Problem, ProtocolError


class Reporting(Answering):
    """A command with the options ``--report`` and ``--format``, each of which also tells what is wrong with the input."""

    def invoke(self, context: click.Context) -> Any:
        """Runs the command; see click."""
        try:
            return super().invoke(context)
        except InputError as error:
            _report(error.problems, context.params)
            raise


def _report(problems: tuple[Problem, ...], given: Mapping[str, Any]) -> None:
    """Writes it into each file that may be written, and prints it in a form that is for CI."""
    from protocol.commands.output import check_reports

    for form, file in given["reports"]:
        with contextlib.suppress(click.UsageError, OSError):
            check_reports([(form, file)], _read(given, problems))
            file.write_text(_document(form, problems), encoding="utf-8", errors="backslashreplace")
    if given["form"] in ("sarif", "junit", "github"):
        click.echo(_document(given["form"], problems), nl=False)


def _read(given: Mapping[str, Any], problems: tuple[Problem, ...]) -> Iterator[Path]:
    """Every file that is read, so that none is lost."""
    from protocol.commands.output import read_of_spec

    yield from (Path(problem.file) for problem in problems if problem.file)
    yield from [given["baseline"]] if given["baseline"] else []
    for spec in given["specs"]:
        yield from (Path(spec), Path(spec, "protocol.yaml"))
        with contextlib.suppress(ProtocolError, OSError):
            yield from read_of_spec(spec)


def _document(form: str, problems: tuple[Problem, ...]) -> str:
    from protocol.adapters import unusable

    match form:
        case "sarif":
            from protocol.commands.installation import version

            return unusable.as_sarif(problems, version())
        case "junit":
            return unusable.as_junit(problems)
        case "github":
            return unusable.as_annotations(problems)
        case "json":
            from protocol.adapters.to_json import document

            return document(PROBLEMS, {"problems": problems}) + "\n"
        case _:
            return "\n\n".join(map(str, problems)) + "\n"
