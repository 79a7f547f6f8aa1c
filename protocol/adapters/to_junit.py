"""From verifications to JUnit XML: a suite for each protocol, in it a case for each property, for CI that shows test results."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from protocol.adapters.alerts import Alert, alerts, of_property
from protocol.adapters.fault import Fault
from protocol.adapters.paths import shown_path
from protocol.adapters.verified import Judged, Verified, judged, say_grid
from protocol.errors import visible


def to_junit(all_verified: Iterable[Verified], allow_unproved: bool = False, faults: Iterable[Fault] = ()) -> str:
    """The XML document."""
    root = ET.Element("testsuites", name="protocol verify")
    for verified in all_verified:
        root.append(_suite(verified, allow_unproved))
    for fault in faults:
        root.append(_fault(fault))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(verified: Verified, allow_unproved: bool) -> ET.Element:
    report = verified.report
    seconds = sum(seen.seconds for seen in report.seen)
    suite = ET.Element("testsuite", name=_text(f"{report.protocol} {report.version}"), time=f"{seconds:.3f}")
    for one in judged(verified):
        suite.append(_case(verified, one, next(of_property(verified, one, allow_unproved), None)))
    for stale in (alert for alert in alerts(verified) if alert.code == "V503"):
        case = ET.SubElement(suite, "testcase", classname=_text(report.protocol), name=_text(f"baseline: {stale.about}"))
        _add(case, "failure", stale)
    return _counted(suite)


def _fault(fault: Fault) -> ET.Element:
    """A suite with one case that is an error."""
    suite = ET.Element("testsuite", name=_text(fault.spec))
    case = ET.SubElement(suite, "testcase", classname=_text(fault.spec), name="verification", file=_text(fault.file))
    ET.SubElement(case, "error", message=_text(fault.what), type=_text(fault.kind)).text = _text(fault.says)
    return _counted(suite)


def _counted(suite: ET.Element) -> ET.Element:
    suite.set("tests", str(len(suite)))
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{kind}"))))
    return suite


def _case(verified: Verified, one: Judged, alert: Alert | None) -> ET.Element:
    file, line = verified.place(one.verdict)
    place = {"file": _text(shown_path(file)), "line": str(line)} if file else {}
    case = ET.Element("testcase", {"classname": _text(verified.report.protocol), "name": _text(one.verdict.called), **place})
    match one.standing:
        case "fails" | "holds now":
            _add(case, "failure", alert)
        case "not confirmed" | "unfinished":
            _add(case, "error" if alert and alert.level == "error" else "skipped", alert)
        case "waived" | "accepted":
            ET.SubElement(case, "skipped", message=_text(f"{one.standing}: {one.reason}"))
        case _:
            ET.SubElement(case, "system-out").text = _text(_proved(one))
    return case


def _proved(one: Judged) -> str:
    said = "fails, as the file expects" if one.standing == "expected" else "holds"
    grids = (f"with visits {say_grid(item.grid)}, by {item.by}" for item in one.verdicts if item.outcome == one.verdict.outcome)
    little = "vacuous" if one.is_vacuous else one.unseen
    return f"{said}: {'; '.join(grids)}{f'; {little}' if little else ''}"


def _add(case: ET.Element, kind: str, alert: Alert | None) -> None:
    assert alert is not None
    found = ET.SubElement(case, kind, message=_text(alert.message), type=alert.code)
    found.text = _text("\n\n".join(part for part in (alert.whole, alert.course.rstrip("\n")) if part))


def _text(text: str) -> str:
    """The text without signs that XML does not have."""
    return "\n".join(visible(line) for line in text.split("\n"))
