"""What do the solvers prove for visits at any time, and where is the certificate of each proof?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
from attrs import evolve

from protocol.model.property import OfVisits, Property
from protocol.model.protocol import Protocol
from protocol.model.verification import INTERRUPTED, Grid, Outcome, Report, Verdict
from protocol.verification.proof.certificates import recheck
from protocol.verification.proof.prove import Proof, Proving
from protocol.verification.search.bounds import Bounds

SECONDS = 60.0
"""How long Spacer may take for one property, and cvc5 for one question of its certificate, where more is left for all of them."""


def with_proofs(
    protocol: Protocol, report: Report, folder: Path, any_dose: bool, bounds: Bounds, progress: Callable[[str], None]
) -> Report:
    """The report with a further verdict on each property of the file that holds: for visits at any time, by the solvers.

    What the solvers cannot be asked, or do not answer within the bounds, is unfinished, and says why; where somebody interrupts
    them, what they had proved by then is there.
    """
    found, seen = list[Verdict](), report.seen
    try:
        proving = Proving(protocol, any_dose=any_dose, bounds=bounds)
        for one in _proved(protocol, report, folder, proving, progress):
            found.append(one)
    except KeyboardInterrupt:
        seen = tuple(evolve(one, complete=False, why=INTERRUPTED) for one in seen)
    return evolve(report, verdicts=(*report.verdicts, *found), seen=seen, notes=(*report.notes, _said(found, folder)))


def _said(found: list[Verdict], folder: Path) -> str:
    """What was asked of the solvers, as a note of the report: also that it was nothing."""
    if not found:
        return (
            "nothing was asked for visits at any time: solvers prove the properties of the file that hold and say what is so "
            "always or never, and there is none"
        )
    proved = sum(one.outcome == "holds" for one in found)
    where = f"; the certificates are in {folder}" if proved else ""
    return f"proved for visits at any time: {proved} of {len(found)} properties of the file{where}"


def _proved(
    protocol: Protocol, report: Report, folder: Path, proving: Proving, progress: Callable[[str], None]
) -> Iterator[Verdict]:
    items = {item.name: item for item in protocol.properties}
    wanted = list(_to_prove(report, items))
    for number, verdict in enumerate(wanted):
        progress(f"{protocol.name}: {verdict.name}, at any time")
        proving.find_all()
        share = min(SECONDS, proving.bounds.left() / (len(wanted) - number))
        yield _verdict(verdict, proving.prove(items[verdict.name], timeout=share), folder, max(share, 1))


def _to_prove(report: Report, items: dict[str, Property]) -> Iterator[Verdict]:
    """What the search found to hold of all courses, for which a proof is to be had."""
    for verdict in report.verdicts:
        item = items.get(verdict.name)
        if verdict.origin == "spec" and item is not None and verdict.outcome == "holds":
            sentence = item.sentence
            if not (isinstance(sentence, OfVisits) and sentence.family == "sometimes"):
                yield verdict


def _verdict(verdict: Verdict, proof: Proof, folder: Path, seconds: float) -> Verdict:
    outcome, by, why = _answer(proof, folder, seconds)
    return evolve(
        verdict,
        outcome=outcome,
        grid=Grid(verdict.grid.every, free=True),
        by=by,
        why=why,
        vacuous=False,
        unseen="",
        counterexample=None,
    )


def _answer(proof: Proof, folder: Path, seconds: float) -> tuple[Outcome, str, str]:
    """The outcome, by what, and why not."""
    if proof.outcome == "fails":
        return "not confirmed", "spacer", "visits at some times lead to where it fails, and no readings were looked for that do"
    if proof.outcome != "holds":
        return "unfinished", "spacer", proof.why
    file = certificate_file(folder, proof.protocol, proof.property)
    _write(file, proof.certificate)
    checked = recheck(proof.certificate, seconds)
    if checked.confirmed:
        return "holds", "spacer, checked by cvc5", ""
    said = ", ".join((*checked.answers, *checked.complaints))
    return "unfinished", "spacer", f"cvc5 does not confirm the certificate {file.name}: {said}"


def certificate_file(folder: Path, protocol: str, name: str) -> Path:
    """Where the certificate of a property stands."""
    return folder / f"{protocol}-{name}.smt2"


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"'{file}' cannot be written: {error.strerror or error}") from None
