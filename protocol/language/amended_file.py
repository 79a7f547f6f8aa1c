"""Which file a file amends: a path from the one in which it is named, or a shipped protocol."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

from protocol.errors import InputError
from protocol.language.hints import instead
from protocol.language.nodes import Scalar
from protocol.language.report import Report, shown, with_line_feeds
from protocol.language.shipped import SHIPPED_NAME, read_text, shipped_file, shipped_names

_ENDING = ".yaml"
_FORMS = "Write the path from this file, such as 'amends: protocol.yaml', or the name of a shipped protocol."


def amended_file(report: Report, name: Scalar, before: list[str]) -> tuple[Path, str] | None:
    """The path and the text of a file that the last file of the report amends; None, with a problem, where it cannot be.

    ``before`` are the files that amend each other up to this one, so that a circle is found; the file is added to them.
    """
    file = report.parts[-1].file
    path = _beside(report, name, file) if name.text.endswith(_ENDING) else _shipped(report, name)
    if path is None:
        return None
    hint = _FORMS
    try:
        before.extend([_real(file)] if file and not before else [])
        if _real(path) in before:
            circle = f"{shown(name.text)} amends this file in its turn"
            report.add("P102", circle, name.span, "Amend a file that stands by itself.")
            return None
        before.append(_real(path))
        if path.is_file():
            return path, with_line_feeds(read_text(path))
        why = "there is no such file" if not path.exists() else "it is no regular file"
    except InputError as error:
        why, hint = error.problems[0].message, error.problems[0].hint
    except (OSError, ValueError):
        why = "this cannot be the path of a file"
    report.add("P100", f"{shown(name.text)} cannot be amended: {why}", name.span, hint)
    return None


def _real(file: str | Path) -> str:
    """The path of a file of which links are no other one; ``Path.resolve`` raises where they lead in a circle."""
    return os.path.realpath(file)


def _beside(report: Report, name: Scalar, file: str) -> Path | None:
    """The path of a file from the one in which it is named."""
    windows = PureWindowsPath(name.text)
    if windows.root or windows.drive or "\\" in name.text:
        hint = "Write it as it is from the folder of this file, with '/': then it holds on every machine."
        report.add("P101", f"{shown(name.text)} is not a path from this file", name.span, hint)
    elif not file:
        hint = "Load it from a file, or amend a shipped protocol."
        report.add("P101", f"a text that is in no file cannot amend {shown(name.text)}", name.span, hint)
    else:
        return Path(file).parent / name.text
    return None


def _shipped(report: Report, name: Scalar) -> Path | None:
    path = shipped_file(name.text)
    if path is None and SHIPPED_NAME.fullmatch(name.text):
        hint = instead(name.text, shipped_names(), "Shipped protocols")
        report.add(
            "P100", f"no shipped protocol is called {shown(name.text)}", name.span, f"A file's name ends in '.yaml'.  {hint}"
        )
    elif path is None:
        report.add("P101", f"{shown(name.text)} is neither a YAML file nor the name of a shipped protocol", name.span, _FORMS)
    return path
