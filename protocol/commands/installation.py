"""What is installed here: which `protocol` is imported, and is what it needs there? Nothing that is found is run."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from importlib.machinery import PathFinder
from pathlib import Path

from attrs import frozen

from protocol.errors import ProtocolError

DISTRIBUTION = "dose-protocol"
HOUSE = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
_REINSTALL = f"pip install --force-reinstall --no-deps {DISTRIBUTION}"
_NAMES = ("protocol", "protocol.py")
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\s*>=\s*(?P<least>[0-9.]+))?")


@frozen
class Looked:
    """Something that was looked at, what was found, and, where that is wrong, what to do."""

    what: str
    found: str
    wrong: bool = False
    do: str = ""

    def __str__(self) -> str:
        line = f"{'wrong' if self.wrong else 'ok':<7}{self.what}: {self.found}"
        return f"{line}\n  = {self.do}" if self.do else line


def version() -> str:
    """The version of this package; empty where it is run from its source and was never installed."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return ""


def looked_at() -> Iterator[Looked]:
    """Everything, one after the other."""
    yield package(HOUSE)
    yield in_folder(Path.cwd())
    # The first entry is the folder of what was started, such as the current one; unless Python was told to leave it out.
    yield on_path([entry for entry in (sys.path if sys.flags.safe_path else sys.path[1:]) if entry])
    yield from others(metadata.distributions())
    yield python(sys.version_info[:3])
    yield from _libraries()
    yield from _protocols()
    yield _output()


def package(house: Path) -> Looked:
    """The package that answers, and whether its files are those that were installed."""
    try:
        installed = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return Looked("package", f"{DISTRIBUTION} in {house}, run from its source and not installed")
    said = f"{DISTRIBUTION} {installed.version} in {house}"
    if altered := [str(file) for file in installed.files or () if file.parts[0] == "protocol" and _is_altered(file)]:
        do = f"Another package may have written over them: {_REINSTALL}"
        return Looked("package", f"{said}; {len(altered)} of its files are not those installed, such as {altered[0]}", True, do)
    return Looked("package", said)


def _is_altered(file: metadata.PackagePath) -> bool:
    """Whether an installed file is gone, or holds something else than was installed."""
    if file.hash is None:
        return False
    try:
        digest = hashlib.new(file.hash.mode, Path(str(file.locate())).read_bytes()).digest()
    except OSError:
        return True
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value


def in_folder(folder: Path) -> Looked:
    """Whether something in a folder hides the package from programs that are started there."""
    found = _finds([str(folder)])
    if found is None:
        return Looked("this folder", "nothing in it is called protocol")
    if found == HOUSE:
        return Looked("this folder", "holds the source of this package")
    if _is_checkout(found):
        said = "holds a source of this package, for 'python -m protocol'; the command 'protocol' runs what is installed"
        return Looked("this folder", said)
    do = "Rename it, or start Python in another folder: here 'import protocol' and 'python -m protocol' find it instead."
    return Looked("this folder", f"{found} hides this package", True, do)


def _is_checkout(found: Path) -> bool:
    """Whether a folder is this package in a checkout, from which it can have been installed."""
    try:
        return f'name = "{DISTRIBUTION}"' in (found.parent / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False


def on_path(path: list[str]) -> Looked:
    """What `import protocol` finds from any other folder."""
    found = _finds(path)
    if found is None:
        return Looked("other folders", "there 'import protocol' finds nothing, because the package is not installed")
    if found == HOUSE:
        return Looked("other folders", "there 'import protocol' finds this package too")
    do = f"Take its folder off PYTHONPATH, or uninstall what it belongs to, and install {DISTRIBUTION}."
    return Looked("other folders", f"there 'import protocol' finds {found}", True, do)


def _finds(path: list[str]) -> Path | None:
    """The folder or file that `import protocol` finds on a path; a folder without `__init__.py` hides nothing."""
    spec = PathFinder.find_spec("protocol", path)
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).resolve()
    return file.parent if file.name == "__init__.py" else file


def others(distributions: Iterable[metadata.Distribution]) -> Iterator[Looked]:
    """Every other installed distribution that brings an import of the same name."""
    for one in distributions:
        name = one.metadata["Name"]
        if name != DISTRIBUTION and any(file.parts[0] in _NAMES for file in one.files or ()):
            do = f"Both write to one folder: pip uninstall {name}, then {_REINSTALL}"
            yield Looked("other packages", f"{name} {one.version} has the same import name", True, do)


def python(version: tuple[int, ...]) -> Looked:
    """The version of Python, and whether it is new enough."""
    said, least = ".".join(map(str, version)), ".".join(map(str, OLDEST_PYTHON))
    if version < OLDEST_PYTHON:
        return Looked("Python", said, True, f"This package needs Python {least} or later.")
    return Looked("Python", f"{said} at {sys.executable}")


def _libraries() -> Iterator[Looked]:
    try:
        required = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return
    yield from (library(text) for text in required if "extra ==" not in text)


def library(requirement: str) -> Looked:
    """Whether what is installed of a library is new enough; a requirement is such as ``attrs>=22.2``."""
    match = _REQUIREMENT.match(requirement)
    assert match is not None
    name, least = match["name"], match["least"] or "0"
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Looked(name, "not installed", True, f"pip install '{requirement}'")
    if _numbers(version) < _numbers(least):
        return Looked(name, f"{version}, which is older than {least}", True, f"pip install '{requirement}'")
    return Looked(name, version)


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _protocols() -> Iterator[Looked]:
    from protocol.language.shipped import load, shipped_names

    if not shipped_names():
        yield Looked("shipped protocols", "none is there", True, _REINSTALL)
    for name in shipped_names():
        try:
            yield Looked("shipped protocol", f"{name} {load(name).version}")
        except ProtocolError as error:
            why = str(error).splitlines()[0]
            yield Looked("shipped protocol", f"{name} cannot be read: {why}", True, _REINSTALL)


def _output() -> Looked:
    from protocol.commands.screen import has_colours, width

    encoding = (sys.stdout.encoding or "ascii").lower()
    where = f"a terminal, text {width()} wide" if sys.stdout.isatty() else "no terminal, so plain text"
    colours = "in colours" if has_colours() else "without colours" + (" (NO_COLOR)" if os.environ.get("NO_COLOR") else "")
    do = "" if encoding == "utf-8" else "A sign that it lacks is printed as \\x and its number; PYTHONIOENCODING=utf-8 shows it."
    return Looked("output", f"{where}, {colours}, {encoding}", do=do)
