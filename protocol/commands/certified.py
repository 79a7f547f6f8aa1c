"""What do the solvers prove for visits at any time, and where is the certificate of each proof?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
from attrs import evolve

from protocol.model.property import OfVisits, Property
from protocol.model.protocol import Protocol
from protocol.model.verification import Grid, Outcome, Report, Verdict
from protocol.verification.proof.certificates import recheck
from protocol.verification.proof.prove import Proof, Proving

SECONDS = 60.0
"""How long Spacer may take for one property, and cvc5 for one question of its certificate, where nothing else is asked for."""


def with_proofs(
    protocol: Protocol, report: Report, folder: Path, any_dose: bool, seconds: float | None, progress: Callable[[str], None]
) -> Report:
    """The report with a further verdict on each property of the file that holds: for visits at any time, by the solvers.

    What the solvers cannot be asked, or do not answer, is unfinished, and says why.
    """
    proving = Proving(protocol, any_dose=any_dose, seconds=float("inf") if seconds is None else seconds)
    items = {item.name: item for item in protocol.properties}
    found = []
    for verdict in _to_prove(report, items):
        progress(f"{protocol.name}: {verdict.name}, at any time")
        proof = proving.prove(items[verdict.name], timeout=SECONDS if seconds is None else seconds)
        found.append(_verdict(verdict, proof, folder, seconds))
    return evolve(report, verdicts=(*report.verdicts, *found))


def _to_prove(report: Report, items: dict[str, Property]) -> Iterator[Verdict]:
    """What the search found to hold of all courses, for which a proof is to be had."""
    for verdict in report.verdicts:
        item = items.get(verdict.name)
        if verdict.origin == "spec" and item is not None and verdict.outcome == "holds":
            sentence = item.sentence
            if not (isinstance(sentence, OfVisits) and sentence.family == "sometimes"):
                yield verdict


def _verdict(verdict: Verdict, proof: Proof, folder: Path, seconds: float | None) -> Verdict:
    outcome, by, why = _answer(proof, folder, seconds)
    return evolve(
        verdict, outcome=outcome, grid=Grid(verdict.grid.every, free=True), by=by, why=why, vacuous=False, counterexample=None
    )


def _answer(proof: Proof, folder: Path, seconds: float | None) -> tuple[Outcome, str, str]:
    """The outcome, by what, and why not."""
    if proof.outcome == "fails":
        return "not confirmed", "spacer", "visits at some times lead to where it fails, and no readings were looked for that do"
    if proof.outcome != "holds":
        return "unfinished", "spacer", proof.why
    file = folder / f"{proof.protocol}-{proof.property}.smt2"
    _write(file, proof.certificate)
    checked = recheck(proof.certificate, SECONDS if seconds is None else seconds)
    if checked.confirmed:
        return "holds", "spacer, checked by cvc5", ""
    said = ", ".join((*checked.answers, *checked.complaints))
    return "unfinished", "spacer", f"cvc5 does not confirm the certificate {file.name}: {said}"


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"'{file}' cannot be written: {error.strerror or error}") from None
