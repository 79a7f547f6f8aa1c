"""How a file is named in a report that is read elsewhere: by its path from the folder in which the command was run."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote


def shown_path(file: str, folder: Path | None = None) -> str:
    """The path from the folder, with '/'; a file that is not in the folder keeps its whole path."""
    path = Path(file)
    if file and path.is_absolute():
        path = _inside(path, folder or Path.cwd())
    return path.as_posix() if file else ""


def uri(file: str, folder: Path | None = None) -> str:
    """The same as a URI reference; one with its scheme where the file is not in the folder."""
    shown = shown_path(file, folder)
    quoted = quote(shown, safe="/:" if Path(shown).is_absolute() else "/", errors="backslashreplace")
    return f"file://{'' if quoted.startswith('/') else '/'}{quoted}" if Path(shown).is_absolute() else quoted


def _inside(path: Path, folder: Path) -> Path:
    for one, other in ((path, folder), (path.resolve(), folder.resolve())):
        if one.is_relative_to(other):
            return one.relative_to(other)
    return path
