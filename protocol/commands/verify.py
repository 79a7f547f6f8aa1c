"""The command `verify`: do the properties of a protocol hold on all courses, or which patient breaks one?"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protocol.commands import FAILS, FAULT, HOLDS
from protocol.commands.amounts import Amount
from protocol.commands.apart import minutes
from protocol.commands.form import in_form
from protocol.commands.screen import show
from protocol.commands.subject import complete_property, complete_spec, load
from protocol.commands.unusable import Reporting

if TYPE_CHECKING:
    from protocol.adapters.baseline import Accepted
    from protocol.adapters.fault import Fault
    from protocol.adapters.verified import Verified
    from protocol.commands.forms import Shown
    from protocol.commands.verified import Asked
    from protocol.model.protocol import Protocol

FORMS = ("text", "json", "sarif", "junit", "github")


@click.command(
    cls=Reporting,
    short_help="Prove a protocol's properties over all courses, or show the patient who breaks one.",
    epilog="Example: protocol verify imatinib-hes",
)
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True, shell_complete=complete_spec)
@click.option(
    "--property", "only", metavar="NAME", multiple=True, shell_complete=complete_property,
    help="Only this property; can be given several times.",
)  # fmt: skip
@click.option("--every", metavar="DURATION", help="Visits so far apart, such as '7 days'; else as the protocol measures.")
@click.option("--any-dose-given", "any_dose", is_flag=True, help="At each visit any dose may be given, whatever is ordered.")
@click.option(
    "--limit", "states", type=click.IntRange(1), metavar="STATES", help="End the search after so many states; else 200,000."
)
@click.option("--seconds", type=Amount(0), metavar="SECONDS", help="End it after so many seconds; else 1,200.")
@click.option(
    "--memory", type=click.IntRange(1), metavar="MB",
    help="End it when so much memory is in use; else 4,000, or half of what there is.",
)  # fmt: skip
@click.option(
    "--regrade", metavar="CRITERIA",
    help="Instead: which decisions change if grades are meant by other criteria, such as 'CTCAE 5.0'?",
)  # fmt: skip
@click.option(
    "--as-grades", metavar="CRITERIA",
    help="With --regrade: thresholds that are grades of these criteria, such as 'CTC 2.0', are regraded too.",
)  # fmt: skip
@click.option(
    "--certify", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="Also prove what holds for visits at any time by the solver Z3, and have each certificate checked by cvc5.",
)  # fmt: skip
@click.option("--baseline", type=click.Path(path_type=Path), help="A file of accepted findings, each with a reason.")
@click.option("--write-baseline", "write", is_flag=True, help="Write the findings into the baseline; the reasons are yours.")
@click.option("--allow-unproved", is_flag=True, help="List what is not proved, and do not fail on it.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--no-cache", is_flag=True, help="Search anew, and keep nothing.")
@click.option(
    "--report", "reports", type=(click.Choice(FORMS), click.Path(path_type=Path)), metavar="FORM FILE", multiple=True,
    help="Also write the report into a file, in this form; can be given several times.",
)  # fmt: skip
@in_form(*FORMS)
def verify(
    specs: tuple[str, ...],
    only: tuple[str, ...],
    every: str | None,
    any_dose: bool,
    states: int | None,
    seconds: float | None,
    memory: int | None,
    regrade: str | None,
    as_grades: str | None,
    certify: Path | None,
    baseline: Path | None,
    write: bool,
    allow_unproved: bool,
    exit_zero: bool,
    no_cache: bool,
    reports: tuple[tuple[str, Path], ...],
    form: str,
) -> int:
    """Prove the properties of a protocol over all courses of any length, or show the shortest course on which one fails.

    Exits with 0 only if each property is proved, or fails for a reason that is written down: 'expect: fails' or a waiver in the
    file, or an entry of the baseline. Exits with 1 also for what is not proved, not finished or interrupted.
    """
    from protocol.adapters.verified import is_fine
    from protocol.commands.drift import drift
    from protocol.commands.verified import Asked

    protocols = [(spec, load(spec)) for spec in specs]
    given = (("states", states), ("seconds", seconds), ("memory", memory))
    bounds = {name: value for name, value in given if value is not None}
    if regrade is not None or as_grades is not None:
        return drift(protocols, regrade, as_grades, every, bounds, form)
    _check_names(protocols, only)
    _check_outputs(protocols, reports, baseline, write, certify)
    asked = Asked(only, {"every": minutes(every), "any_dose": any_dose}, bounds, not no_cache, certify)
    found = _judged(protocols, asked, baseline, write)
    _tell(found, form, reports, allow_unproved, bool(only))
    fine = len(found.verified) == len(protocols) and all(is_fine(one, allow_unproved) for one in found.verified)
    return FAULT if found.faults else HOLDS if fine or exit_zero else FAILS


def _check_outputs(
    protocols: list[tuple[str, Protocol]], reports: tuple[tuple[str, Path], ...], baseline: Path | None, write: bool,
    certify: Path | None,
) -> None:  # fmt: skip
    """What would be lost, or could not be written, is said before anything is searched."""
    from protocol.commands.output import check_new_folder, check_output, check_reports, check_several, read_of_spec

    read = [file for spec, _ in protocols for file in read_of_spec(spec)]
    if baseline is not None and write:
        check_several([baseline], "--baseline", read)
    read += [] if baseline is None else [baseline]
    check_reports(reports, read)
    if certify is not None:
        from protocol.commands.certified import certificate_file

        check_new_folder(certify, "--certify")
        for _, protocol in protocols:
            for item in protocol.properties:
                check_output(certificate_file(certify, protocol.name, item.name), "--certify", read)


def _need_solvers() -> None:
    """Raises SolverMissing before anything is searched."""
    from protocol.verification.proof.solvers import cvc5, z3

    z3()
    cvc5()


def _judged(protocols: list[tuple[str, Protocol]], asked: Asked, baseline: Path | None, write: bool) -> Shown:
    """The verifications against the findings that are accepted, which are written anew where that is wanted."""
    from protocol.adapters.baseline import of_none
    from protocol.adapters.fault import Fault
    from protocol.adapters.verified import Verified
    from protocol.commands.forms import Shown
    from protocol.commands.verified import against

    if asked.certify is not None:
        _need_solvers()
    entries = _entries(baseline, write)
    found = _found(protocols, asked, entries)
    verified = [one for one in found if isinstance(one, Verified)]
    if write and baseline:
        entries = _write(baseline, entries, verified)
        verified = [against(one, entries, asked.only) for one in verified]
    faults = tuple(one for one in found if isinstance(one, Fault))
    return Shown(tuple(verified), faults, of_none(entries, ((one.name, one.version) for _, one in protocols)))


def _found(protocols: list[tuple[str, Protocol]], asked: Asked, entries: tuple[Accepted, ...]) -> list[Verified | Fault]:
    """What was found of each protocol, of those that were done where somebody interrupts."""
    from protocol.adapters.verified import Verified

    found: list[Verified | Fault] = []
    with contextlib.suppress(KeyboardInterrupt):
        for spec, protocol in protocols:
            one = _found_of(spec, protocol, asked, entries)
            found.append(one)
            if isinstance(one, Verified) and one.report.is_interrupted:
                break
    if len(found) < len(protocols):
        missed = ", ".join(spec for spec, _ in protocols[len(found) :])
        click.echo(f"Interrupted: nothing is said of {missed}.", err=True)
    return found


def _found_of(spec: str, protocol: Protocol, asked: Asked, entries: tuple[Accepted, ...]) -> Verified | Fault:
    """The verification of one protocol, or the fault of this program in its place: the others are told all the same."""
    from protocol.commands.faults import fault_of
    from protocol.commands.progress import telling
    from protocol.commands.verified import against, verified
    from protocol.errors import ProtocolError

    try:
        with telling() as progress:
            return against(verified(spec, protocol, asked, progress), entries, asked.only)
    except (ProtocolError, click.ClickException):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.filename is None:  # in writing to the terminal
            raise
        return fault_of(spec, error)


def _check_names(protocols: list[tuple[str, Protocol]], only: tuple[str, ...]) -> None:
    """A property that none of the protocols has is a mistake."""
    from protocol.language.hints import told_instead
    from protocol.model.verification import BUILT_IN

    known = {item.name for _, protocol in protocols for item in protocol.properties} | set(BUILT_IN)
    for name in only:
        if name not in known:
            raise click.UsageError(told_instead(f"there is no property '{name}'", name, known, "Properties"))


def _entries(baseline: Path | None, write: bool) -> tuple[Accepted, ...]:
    from protocol.adapters.baseline import read_baseline
    from protocol.commands.verified import file_read

    if baseline is None:
        if write:
            raise click.UsageError("'--write-baseline' needs '--baseline FILE'")
        return ()
    if write and not baseline.exists():
        return ()
    return read_baseline(file_read(baseline), str(baseline), reasons=not write)


def _write(baseline: Path, entries: tuple[Accepted, ...], found: list[Verified]) -> tuple[Accepted, ...]:
    """Writes what is needed now, with the reasons that were given; returns what it wrote."""
    from protocol.adapters.baseline import renewed, write_baseline
    from protocol.commands.verified import to_accept

    gone = [one for verified in found for one in verified.stale]
    needed = [one for verified in found for one in to_accept(verified)]
    written = tuple(one for one in renewed(entries, needed) if one not in gone)
    _keep(baseline, write_baseline(written))
    open_ = sum(not one.reason.strip() for one in written)
    click.echo(f"{baseline}: {len(written)} accepted, {open_} of them without a reason yet.", err=True)
    return written


def _tell(found: Shown, form: str, reports: tuple[tuple[str, Path], ...], allow_unproved: bool, whole: bool) -> None:
    """Writes the reports, and shows one; what to do about a fault is said beside it."""
    from protocol.commands.faults import tell_fault
    from protocol.commands.forms import report_in

    for other, file in reports:
        _keep(file, report_in(other, found, allow_unproved, whole))
    document = report_in(form, found, allow_unproved, whole)
    if form == "text":
        show(document.removesuffix("\n"))
    else:
        click.echo(document, nl=False)
    for fault in found.faults:
        tell_fault(fault.what)


def _keep(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise click.UsageError(f"'{file}' cannot be written: {error.strerror or error}") from None
