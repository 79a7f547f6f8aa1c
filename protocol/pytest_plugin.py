"""For pytest: each protocol.yaml, each protocol of its family, and each course beside them is a test.

``pytest -p protocol.pytest_plugin`` collects, of every ``protocol.yaml``, one test ``check`` (nothing is found wrong with
it, and no course is missing on which a property is expected to fail), and of every ``courses*.md`` beside it one test for each
course (it does what its table expects, and the properties do on it what is expected of them). Another YAML file ``NAME.yaml``
is a protocol too where it has courses of its own, ``NAME.courses*.md``, or stands beside a protocol.yaml and begins a line
with ``protocol:``. A file that cannot be read is one failing test that shows its problems.

There is no entry point that loads the plugin by itself: in a folder with a ``protocol.py`` of its own that would keep pytest
from starting.

With ``--protocol-verify`` each property is a test too, ``verify: NAME``: it is proved over all courses, or its failure is
expected or waived in the file. With ``--protocol-coverage PERCENT`` a test ``coverage`` says whether the courses reach so much
of the protocol.
"""

from __future__ import annotations

import codecs
from argparse import ArgumentTypeError
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from protocol.errors import InputError, ProtocolError
from protocol.language.shipped import FILE_NAME, MAPPING, courses_of, protocol_of

if TYPE_CHECKING:
    from protocol.adapters.sheet import Example
    from protocol.adapters.verified import Judged, Verified
    from protocol.model.protocol import Protocol


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("protocol", "dose-adjustment protocols")
    said = "Prove each property of each protocol over all courses; each is a test."
    group.addoption("--protocol-verify", action="store_true", help=said)
    said = "Fail where the courses reach less than so many per cent of the rules, states and outcomes of their protocol."
    group.addoption("--protocol-coverage", type=_percent, metavar="PERCENT", help=said)


def _percent(text: str) -> int:
    if not text.isdecimal() or int(text) > 100:
        raise ArgumentTypeError(f"'{text}' is no whole number from 0 to 100")
    return int(text)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A protocol, or the courses beside one."""
    if file_path.suffix == ".yaml" and _is_protocol(file_path):
        return ProtocolFile.from_parent(parent, path=file_path)
    if file_path.suffix == ".md" and (protocol := protocol_of(file_path)) and protocol.is_file():
        return CoursesFile.from_parent(parent, path=file_path)
    return None


def _is_protocol(file: Path) -> bool:
    """Whether a YAML file is a protocol: other YAML files are none of our business."""
    if file.name == FILE_NAME or courses_of(file):
        return True
    if not file.with_name(FILE_NAME).is_file() or file.name.endswith(MAPPING):
        return False
    with file.open("rb") as lines:
        return any(line.lstrip(codecs.BOM_UTF8).startswith(b"protocol:") for line in lines)


class Failed(Exception):
    """What a test has found, as the text that is shown."""


class _Item(pytest.Item):
    """A test whose failure is a text, not a traceback."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text of what was found."""
        return str(excinfo.value) if isinstance(excinfo.value, (Failed, ProtocolError)) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the test stands."""
        return self.path, self.line, self.name

    line: int | None = None


class ProtocolFile(pytest.File):
    """A protocol: a test that nothing is found wrong with it; where they are asked for, one for each property and of coverage."""

    def collect(self) -> Iterator[pytest.Item]:
        """The tests; of a file that cannot be read only ``check``, which shows its problems."""
        from protocol.model.verification import BUILT_IN

        yield Check.from_parent(self, name="check")
        if self.config.getoption("--protocol-coverage") is not None and courses_of(self.path):
            yield Coverage.from_parent(self, name="coverage")
        if self.config.getoption("--protocol-verify") and (protocol := self._readable()):
            for name in dict.fromkeys((*(one.name for one in protocol.properties), *BUILT_IN)):
                yield Proved.from_parent(self, name=f"verify: {name}", property=name)

    def _readable(self) -> Protocol | None:
        try:
            return _protocol(self.path)
        except ProtocolError:
            return None

    @cached_property
    def verified(self) -> Verified:
        """What verification says of the protocol; all its properties are looked at together, once."""
        from protocol.commands.verified import Asked, verified

        found = verified(str(self.path), _protocol(self.path), Asked(), lambda text: None)
        if found.report.is_interrupted:
            raise KeyboardInterrupt
        return found


class Check(_Item):
    """A protocol can be read, and no check finds anything in it."""

    def runtest(self) -> None:
        """Reads the protocol and runs the checks; fails with everything that they find, and with each course that is missing."""
        from protocol.checks import findings

        protocol = _protocol(self.path)
        found = [*map(str, findings(protocol)), *_missing_courses(self.path, protocol)]
        if found:
            raise Failed("\n".join(found))


class Proved(_Item):
    """A property holds on all courses, or its failure is expected or waived in the file."""

    def __init__(self, *, property: str, **given: Any) -> None:
        super().__init__(**given)
        self.property = property

    def runtest(self) -> None:
        """Fails with the patient who breaks the property, or with why it is not proved."""
        from protocol.adapters.verified import FINE, judged

        assert isinstance(self.parent, ProtocolFile)
        found = [one for one in judged(self.parent.verified) if one.verdict.name == self.property]
        if not found:
            pytest.skip("it is not asked of this protocol")
        wrong = [one for one in found if one.standing not in FINE]
        if wrong:
            raise Failed("\n".join(line for one in wrong for line in _told(self.parent.verified, one)))


def _told(verified: Verified, one: Judged) -> Iterator[str]:
    from protocol.adapters.colours import PIPED
    from protocol.adapters.verification_text import failure_lines, standing_lines

    yield from standing_lines(one, PIPED)
    if one.standing == "fails":
        yield from ("", *failure_lines(verified, one, PIPED))


class Coverage(_Item):
    """The courses beside a protocol reach as much of it as was asked for."""

    def runtest(self) -> None:
        """Runs the courses; fails with what they do not reach."""
        from protocol.commands.test import covered_lines, tried_of

        tried = tried_of(str(self.path), True)
        reached = tried.coverage
        least = self.config.getoption("--protocol-coverage")
        if reached and 100 * len(reached.reached) < least * len(reached.goals):
            said = f"{len(reached.reached)} of {len(reached.goals)} reached, which is less than {least} per cent:"
            raise Failed("\n".join((said, *covered_lines(reached, tried.asserting, tried.visits))))


class CoursesFile(pytest.File):
    """The courses beside a protocol: one test for each."""

    def collect(self) -> Iterable[pytest.Item]:
        """A test for each course, by its heading; one that fails where the protocol or the courses cannot be read."""
        from protocol.adapters.from_file import from_file
        from protocol.adapters.selection import under

        try:
            file = protocol_of(self.path)
            assert file is not None, "only such files are collected"
            protocol = _protocol(file)
            sheet = from_file(self.path, protocol)
            read = under(protocol, sheet.readings)
        except ProtocolError as error:
            return [Unreadable.from_parent(self, name="can be read", error=error)]
        chosen = read == protocol
        return [
            Course.from_parent(self, name=one.course.name, example=one, protocol=read, chosen=chosen) for one in sheet.examples
        ]


class Unreadable(_Item):
    """A file that cannot be read; the test fails with all its problems."""

    def __init__(self, *, error: ProtocolError, **given: Any) -> None:
        super().__init__(**given)
        self.error = error
        if isinstance(error, InputError) and error.problems[0].line:
            self.line = error.problems[0].line - 1

    def runtest(self) -> None:
        """Fails."""
        raise self.error


class Course(_Item):
    """A course does what its table expects, and no property of the protocol fails on it."""

    def __init__(self, *, example: Example, protocol: Protocol, chosen: bool, **given: Any) -> None:
        super().__init__(**given)
        self.example, self.protocol, self.chosen, self.line = example, protocol, chosen, example.line - 1

    def runtest(self) -> None:
        """Replays the course; fails with each expectation that is not met and each property that does not hold."""
        from protocol.adapters.outcomes import result_text
        from protocol.commands.tested import course_tested

        result, _ = course_tested(self.protocol, str(self.path), self.example, chosen=self.chosen)
        if result.failed:
            raise Failed(result_text(result))


def _missing_courses(file: Path, protocol: Protocol) -> tuple[str, ...]:
    """What is wrong with the courses that properties name."""
    from protocol.adapters.from_file import from_file
    from protocol.adapters.selection import under
    from protocol.commands.tested import missing_courses

    if not any(item.course for item in protocol.properties):
        return ()
    sheets = [from_file(one, protocol) for one in courses_of(file)]
    chosen = (sheet for sheet in sheets if under(protocol, sheet.readings) == protocol)
    return missing_courses(protocol, [example.course.name for sheet in chosen for example in sheet.examples])


def _protocol(file: Path) -> Protocol:
    from protocol import load

    return load(file)
