"""What do CI systems show of a file that cannot be used? Each problem at its line, in the forms in which findings are shown."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import Any

from protocol.adapters.paths import shown_path, uri
from protocol.adapters.to_annotations import workflow_command
from protocol.adapters.to_sarif import SCHEMA
from protocol.errors import Problem, visible


def as_annotations(problems: Iterable[Problem]) -> str:
    """GitHub's workflow commands, a line for each problem."""
    return "".join(f"{_command(problem)}\n" for problem in problems)


def _command(problem: Problem) -> str:
    line, column = (str(number) if number else "" for number in (problem.line, problem.column))
    said = {"file": shown_path(problem.file), "line": line, "col": column, "title": problem.code}
    return workflow_command("error", said, _text(problem))


def as_junit(problems: Iterable[Problem]) -> str:
    """JUnit XML: a case with an error for each problem."""
    found = tuple(problems)
    counts = {"tests": str(len(found)), "failures": "0", "errors": str(len(found)), "skipped": "0"}
    root = ET.Element("testsuites", {"name": "protocol verify", **counts})
    suite = ET.SubElement(root, "testsuite", {"name": "input", **counts})
    for problem in found:
        case = ET.SubElement(suite, "testcase", classname="input", name=visible(problem.place or problem.message))
        ET.SubElement(case, "error", message=visible(problem.message), type=problem.code).text = str(problem)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def as_sarif(problems: Iterable[Problem], version: str) -> str:
    """SARIF 2.1.0: one run that did not succeed, with a result for each problem."""
    found = tuple(problems)
    rules = [{"id": code} for code in dict.fromkeys(problem.code or "input" for problem in found)]
    driver = {"name": "protocol", **({"semanticVersion": version} if version else {}), "rules": rules}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "protocol-verify/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": False}],
        "results": list(map(_result, found)),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _result(problem: Problem) -> dict[str, Any]:
    region = {"startLine": max(problem.line, 1), **({"startColumn": problem.column} if problem.column else {})}
    place = {"artifactLocation": {"uri": uri(problem.file) or "protocol.yaml"}, "region": region}
    return {
        "ruleId": problem.code or "input",
        "level": "error",
        "message": {"text": _text(problem)},
        "locations": [{"physicalLocation": place}],
    }


def _text(problem: Problem) -> str:
    return "\n".join(visible(line) for line in (problem.message, problem.hint) if line)
