"""In which forms is shown what was verified, for people, for programs and for CI: one document for all the SPECs."""

from __future__ import annotations

from attrs import frozen

from protocol.adapters.fault import Fault
from protocol.adapters.filled import filled
from protocol.adapters.phrases import listed
from protocol.adapters.verified import Verified
from protocol.commands.screen import width

FORMAT = "protocol-verify/1"


@frozen
class Shown:
    """The verifications, and the faults of this program that stand in the place of one.

    ``elsewhere`` are the protocols with their versions of which the baseline has entries, and which none of the SPECs is.
    """

    verified: tuple[Verified, ...]
    faults: tuple[Fault, ...] = ()
    elsewhere: tuple[str, ...] = ()


def report_in(form: str, found: Shown, allow_unproved: bool, whole: bool) -> str:
    """The report in a form; with ``whole`` people see the patients of what is accepted too."""
    match form:
        case "sarif":
            from protocol.adapters.to_sarif import to_sarif
            from protocol.commands.installation import version
            from protocol.verification.codes import CODES

            return to_sarif(found.verified, CODES, version(), allow_unproved, found.faults)
        case "junit":
            from protocol.adapters.to_junit import to_junit

            return to_junit(found.verified, allow_unproved, found.faults)
        case "github":
            from protocol.adapters.to_annotations import to_annotations

            return to_annotations(found.verified, allow_unproved, found.faults)
        case "json":
            from protocol.adapters.to_json import document
            from protocol.adapters.verification_json import verification_fields

            fields = {"protocols": [verification_fields(one) for one in found.verified], "faults": found.faults}
            return document(FORMAT, fields) + "\n"
        case _:
            return _text(found, whole)


def _text(found: Shown, whole: bool) -> str:
    from protocol.adapters.verification_text import verification_text

    parts = [verification_text(one, width(), whole) for one in found.verified]
    parts += ["\n".join(filled(one.says, width(), "", "  ")) for one in found.faults]
    if found.elsewhere:
        said = f"The baseline also has entries of {listed(found.elsewhere)}, which none of the given protocols is; they stay."
        parts.append("\n".join(filled(said, width(), "", "  ")))
    return "\n\n".join(parts) + "\n"
