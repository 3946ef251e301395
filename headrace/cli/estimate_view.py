"""Shows a job's estimate to people."""

from __future__ import annotations

from collections.abc import Iterator

import click

from headrace.cli.rows_view import Row, show_rows
from headrace.estimating.estimate import Estimate

_WHERE = {"here": "on this machine", "pipeline": "in the deployed pipeline"}
_MOST = 5


def show_estimate(estimate: Estimate) -> None:
    """On standard output."""
    for line in _lines(estimate):
        click.echo(line)
    if estimate.columns:
        show_rows(("column", "attribute", "type", "by", "looks like"), _columns(estimate))
    elif estimate.sample.types:
        show_rows(("attribute", "types in the sample"), _attributes(estimate))
    show_rows(("charged for", "amount", "per million", estimate.prices.currency), _costs(estimate))
    for line in _ending(estimate):
        click.echo(line)


def _lines(estimate: Estimate) -> Iterator[str]:
    volume, sample = estimate.volume, estimate.sample
    sides = " -> ".join(side for side in (estimate.source, estimate.target) if side)
    yield f"{estimate.operation} {sides}, {_WHERE[estimate.where]}"
    about = "" if estimate.rows_known else "about "
    units = "" if estimate.units_known else "about "
    yield f"{units}{volume.units:,} work units, {about}{volume.rows:,.0f} rows"
    yield from _of_sample(estimate)
    if sample.items:
        mean = sample.an_item(sample.bytes)
        yield f"items of {mean:,.0f} bytes, the largest {sample.largest:,}"
    if volume.write_units:
        told = ", ".join(
            f"{units:,.0f} of {f'index {index}' if index else 'the table'}"
            for index, units in volume.write_units.items()
        )
        yield f"write units: {told}"


def _of_sample(estimate: Estimate) -> Iterator[str]:
    sample = estimate.sample
    yield f"sample: {sample.rows:,} rows from {sample.places:,} places"
    if sample.rejected:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in sample.reasons.most_common(_MOST))
        yield f"  {sample.rejected:,} would be rejected: {reasons}"
        yield f"  first: {sample.first_reject}"
    if sample.superseded:
        yield f"  {sample.superseded:,} have the key of another row of it"


def _columns(estimate: Estimate) -> Iterator[Row]:
    for one in estimate.columns:
        renamed = one.attribute if one.attribute != one.name else None
        yield one.name, renamed, one.type, one.how, one.looks_like


def _attributes(estimate: Estimate) -> Iterator[Row]:
    for name, types in estimate.sample.types.items():
        yield name, ", ".join(f"{kind} {count:,}" for kind, count in types.most_common())


def _costs(estimate: Estimate) -> Iterator[Row]:
    for one in estimate.amounts:
        price = None if one.is_hourly else f"{estimate.prices.per_million[one.kind]:g}"
        yield one.what, one.amount, price, "by the hour" if one.is_hourly else f"{estimate.cost(one):.4f}"
    yield "total", None, None, f"{estimate.total:.4f}"


def _ending(estimate: Estimate) -> Iterator[str]:
    if estimate.own:
        percent = estimate.own_percent
        told = "" if percent is None else f", {percent:,.2f} % of the price of the write units"
        yield f"of it the pipeline's own: {estimate.own:.4f}{told}"
    yield f"prices of {estimate.prices.region} as of {estimate.prices.date}"
    first, *others = estimate.bounds
    yield f"time: {_duration(first.seconds)}, by {first.what}"
    for one in others:
        yield f"  {_duration(one.seconds)} by {one.what}"
    for note in estimate.notes:
        yield f"note: {note}"
    yield "nothing was written"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
