"""Which file is meant by a path or by the name of a shipped protocol, and the protocol that it holds."""

from __future__ import annotations

import codecs
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.errors import InputError, Problem, check_kind
from protocol.language.hints import instead
from protocol.language.names import NAME
from protocol.language.positions import MOST_BYTES
from protocol.language.report import shown

if TYPE_CHECKING:
    from protocol.model.protocol import Protocol

FILE_NAME = "protocol.yaml"
MAPPING = ".mapping.yaml"
"""How the name of a file ends that says how data become courses of the protocol beside it."""
SHIPPED_NAME = re.compile(rf"(?P<folder>{NAME.pattern})(?:/(?P<member>[a-z0-9][a-z0-9-]*))?")
"""``imatinib-label`` is the file protocol.yaml of that folder, ``imatinib-label/dfsp`` its file dfsp.yaml."""
_COURSES = re.compile(r"(?:(?P<member>.+?)\.)?courses.*\.md")
_PACKAGE = Path(__file__).resolve().parent.parent


def load(path_or_name: str | os.PathLike[str]) -> Protocol:
    """The protocol of a file, of the folder that holds it, or of a shipped name, such as imatinib-hes; raises InputError.

    A file that amends another one comes back as the whole protocol.
    """
    from protocol.language.from_yaml import parse  # which finds here what a file amends

    path = find(path_or_name)
    return parse(read_text(path), str(path))


def find(path_or_name: str | os.PathLike[str]) -> Path:
    """The file that is meant; a path comes before a shipped name. Raises InputError where there is none."""
    check_kind("what is to be loaded", path_or_name, (str, os.PathLike), "a path, or the name of a shipped protocol")
    wanted = Path(path_or_name)
    if wanted.name.endswith(MAPPING):
        hint = f"'protocol map --check {wanted}' says what it makes of tables; replay and watch take it where courses stand."
        raise InputError((Problem("P113", f"{shown(str(wanted))} is a mapping, not a protocol", hint),))
    try:
        if wanted.is_file():
            return wanted
        if (wanted / FILE_NAME).is_file():
            return wanted / FILE_NAME
        if shipped := shipped_file(wanted.as_posix()):
            return shipped
        why = f"the folder holds no {FILE_NAME}" if wanted.is_dir() else "there is no such file"
        why = "it is no regular file" if wanted.exists() and not wanted.is_dir() else why
    except (OSError, ValueError):
        why = "this cannot be the path of a file"
    raise _not_found(str(wanted), why)


def courses_of(file: Path) -> list[Path]:
    """The files of courses of a protocol: ``courses*.md`` beside protocol.yaml, ``dfsp.courses*.md`` beside dfsp.yaml.

    The one without a further word comes first.
    """
    begin = "courses" if file.name == FILE_NAME else f"{file.stem}.courses"
    found = (one for one in file.parent.glob("*.md") if one.name.startswith(begin) and protocol_of(one) == file)
    return sorted(found, key=lambda one: (one.name != f"{begin}.md", one.name))


def protocol_of(courses: Path) -> Path | None:
    """The file of the protocol to which a file of courses belongs by its name; None where it is no such name."""
    match = _COURSES.fullmatch(courses.name)
    return match and courses.with_name(f"{match['member']}.yaml" if match["member"] else FILE_NAME)


def shipped_file(name: str) -> Path | None:
    """The file of a shipped protocol; None where none has that name."""
    match = SHIPPED_NAME.fullmatch(name)
    if match is None or match["member"] == Path(FILE_NAME).stem:  # a protocol has one name
        return None
    file = Path(match["folder"], f"{match['member']}.yaml" if match["member"] else FILE_NAME)
    return next((folder / file for folder in _folders() if (folder / file).is_file()), None)


def shipped_mapping(name: str) -> Path | None:
    """The file of a shipped mapping, named with its folder; None where none has that name."""
    folder, _, file = name.partition("/")
    if not NAME.fullmatch(folder) or "/" in file or not file.endswith(MAPPING):
        return None
    return next((place / name for place in _folders() if (place / name).is_file()), None)


def shipped_mappings() -> tuple[str, ...]:
    """The names of the shipped mappings, each with its folder."""
    files = (path for folder in _folders() for path in folder.glob(f"*/*{MAPPING}"))
    return tuple(sorted({f"{path.parent.name}/{path.name}" for path in files}))


def shipped_names() -> tuple[str, ...]:
    """The names of the shipped protocols, each followed by those of its family."""
    files = (path for folder in _folders() for path in folder.glob("*/*.yaml") if not path.name.endswith(MAPPING))
    return tuple(sorted({path.parent.name if path.name == FILE_NAME else f"{path.parent.name}/{path.stem}" for path in files}))


def _folders() -> tuple[Path, ...]:
    """Where shipped protocols are: inside the installed package, or beside it in a checkout of the source."""
    checkout = _PACKAGE.parent
    return (_PACKAGE / "specs", *((checkout / "specs",) if (checkout / "pyproject.toml").is_file() else ()))


def _not_found(wanted: str, why: str) -> InputError:
    if _could_be_shipped(wanted) and why == "there is no such file":
        hint = instead(wanted, shipped_names(), "Shipped protocols")
        return InputError((Problem("P011", f"no shipped protocol is called {shown(wanted)}", hint),))
    hint = f"Give a file, a folder that holds {FILE_NAME}, or the name of a shipped protocol."
    return InputError((Problem("P009", f"{shown(wanted)} cannot be read: {why}", hint),))


def _could_be_shipped(wanted: str) -> bool:
    """Whether a name rather than a path was meant: one word, or a member of a family that there is."""
    match = SHIPPED_NAME.fullmatch(wanted)
    return match is not None and (not match["member"] or any((folder / match["folder"]).is_dir() for folder in _folders()))


def read_text(path: Path) -> str:
    """The text of a file; raises InputError where it cannot be read or is not UTF-8."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + len(codecs.BOM_UTF8) + 1)
    except (OSError, ValueError) as error:
        why = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else "no path"
        hint = "Check the path, and that you may read the file."
        raise InputError((Problem("P009", f"the file cannot be read: {why}", hint, str(path)),)) from error
    return decoded(data, str(path))


def decoded(data: bytes, file: str = "") -> str:
    """The text of the bytes of a file; raises InputError where they are not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(data) > MOST_BYTES:  # cut off, perhaps in the middle of a character; too large is what it is
            return data.decode("utf-8-sig", "replace")
        line = data.count(b"\n", 0, error.start) + 1
        utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        hint = "It is UTF-16; save it as UTF-8." if utf16 else "Save the file as UTF-8."
        raise InputError((Problem("P010", "the file is not UTF-8 text", hint, file, 0 if utf16 else line),)) from error
