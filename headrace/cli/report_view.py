"""Shows a job's report: to people as a few lines, to programs as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import click

from headrace.library.following import Report
from headrace.locations import is_file

_TERMS = ("written", "superseded", "skipped", "rejected")
_MOST = 5


def show_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, default=str))


def show_report(report: Report) -> None:
    """On standard output."""
    colour = "green" if report["status"] == "SUCCEEDED" else "red"
    click.secho(f"{report['status']}  {report['job']}, {report['seconds']:.1f} s", fg=colour, bold=True)
    for line in report_lines(report):
        click.echo(line)


def report_lines(report: Report) -> Iterator[str]:
    """All but the headline."""
    if report["cause"]:
        yield f"{report['error']}: {report['cause']}"
    if "units" not in report:
        return
    yield from _what_was_done(report)
    yield from _what_it_took(report)
    yield from _what_to_look_at(report)


def _what_was_done(report: Report) -> Iterator[str]:
    rows = report["rows"]
    terms = " + ".join(f"{rows[term]:,} {term}" for term in _TERMS)
    if "count" in report:
        counted = report["count"]
        yield f"{counted['items']:,} items, of {counted['scanned']:,} looked at"
    elif report["dry_run"]:
        yield from _what_would_be(report)
    else:
        yield f"{rows['read']:,} rows read = {terms}"
    if report.get("deleted"):
        yield f"{report['deleted']:,} of them deleted"
    if delivered := report["messages"]["delivered"]:
        yield f"{delivered:,} messages in {report['target']}"
    if "export" in report and not report["dry_run"]:
        export = report["export"]
        yield f"{export['parts']:,} parts, {export['bytes']:,} bytes: {export['location']}"


def _what_would_be(report: Report) -> Iterator[str]:
    planned, records = report["planned"], report["records_planned"]
    told = [f"{records:,} records"] if records is not None else []
    told += [f"{planned['items']:,} items"] if "items" in planned else []
    told += [f"{planned['deletes']:,} to delete"] if "deletes" in planned else []
    yield f"dry run, nothing was written: {', '.join(told) or 'how many records, only reading tells'}"


def _what_it_took(report: Report) -> Iterator[str]:
    consumed = report["consumed"]
    units = [f"{_short(consumed[kind])} {kind.replace('_', ' ')}" for kind in consumed if consumed[kind]]
    if units:
        yield f"consumed: {', '.join(units)}"
    throttles = {**report["throttles"], **report.get("scan", {}).get("throttles", {})}
    if throttles:
        yield f"throttled: {_counted(throttles)}"


def _short(units: float) -> str:
    return f"{units:,.1f}".removesuffix(".0")


def _what_to_look_at(report: Report) -> Iterator[str]:
    if report["rejects"]["rows"]:
        yield from _what_was_rejected(report)
    for column, kind in list(report["suggestions"].items())[:_MOST]:
        yield f"column {column!r} looks like {kind}: --column {column}={kind}"
    yield f"report: {report['page']}"
    if not is_file(report["page"]):
        yield f"  headrace report {report['job']} --open shows it"


def _what_was_rejected(report: Report) -> Iterator[str]:
    rejects, job = report["rejects"], report["job"]
    yield f"rejected: {_counted(rejects['reasons'])}" if rejects["reasons"] else "rejected:"
    if first := rejects["first"]:
        row = f"row {first['row']}: " if first.get("row") else ""
        yield f"  first: {row}{first['reason']}"
    for reason in rejects["refused"][:_MOST]:
        yield f"  {reason}"
    if location := rejects["location"]:
        yield f"  {location}"
        if not is_file(location):
            yield f"  headrace rejects {job} fetches that file"
        yield f"  mend it, then: headrace retry {job} --mended FILE"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in list(counts.items())[:_MOST])
