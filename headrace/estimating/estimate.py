"""The estimate of a job: what it would do, what that takes, what it costs and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from headrace.estimating.amounts import Amount
from headrace.estimating.pace import Bound
from headrace.estimating.sample import Sample
from headrace.estimating.volume import Volume
from headrace.prices import Prices


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """`type`: what its cells become. `how`: that is so by the table's `key`, or it is `declared`,
    `inferred`, or neither: `text`. `looks_like`: the type that all sampled cells are of, beside text."""

    name: str
    attribute: str
    type: str
    how: str
    looks_like: str | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    `units_known`, `rows_known`: counted, not estimated. `columns`: of delimited text. `amounts`: what is
    charged for. `bounds`: what takes time, the slowest first. `notes`: what to know beside, for a person.
    """

    operation: str
    source: str
    target: str
    where: str
    """`pipeline` or `here`."""
    units_known: bool
    rows_known: bool
    volume: Volume
    sample: Sample
    columns: tuple[ColumnPlan, ...]
    amounts: tuple[Amount, ...]
    bounds: tuple[Bound, ...]
    prices: Prices
    notes: tuple[str, ...] = ()

    def cost(self, amount: Amount) -> float:
        """Beside what is paid by the hour."""
        return 0.0 if amount.is_hourly else self.prices.of(amount.kind, amount.amount)

    @property
    def total(self) -> float:
        return sum(map(self.cost, self.amounts))

    @property
    def own(self) -> float:
        """What the pipeline costs, beside the tables."""
        return sum(self.cost(one) for one in self.amounts if not one.is_of_tables)

    @property
    def own_percent(self) -> float | None:
        """Of what the write units cost; None where there are none, or they are paid for by the hour."""
        writes = sum(self.cost(one) for one in self.amounts if one.is_of_tables and one.kind == "write_units")
        return 100 * self.own / writes if writes else None

    def to_json(self) -> Mapping[str, object]:
        """For programs."""
        volume, sample = self.volume, self.sample
        return {
            "operation": self.operation,
            "source": self.source,
            "target": self.target,
            "where": self.where,
            "units": {"count": volume.units, "counted": self.units_known},
            "rows": {"count": round(volume.rows), "counted": self.rows_known},
            "items": {
                "count": round(volume.items),
                "bytes": round(sample.an_item(sample.bytes)),
                "largest": sample.largest,
            },
            "read_units": round(volume.read_units, 1),
            "write_units": {index or "table": round(units) for index, units in volume.write_units.items()},
            "sample": {
                "places": sample.places,
                "rows": sample.rows,
                "rejected": sample.rejected,
                "reasons": dict(sample.reasons),
                "first_reject": sample.first_reject,
                "superseded": sample.superseded,
                "types": {name: dict(types) for name, types in sample.types.items()},
            },
            "columns": list(map(asdict, self.columns)),
            "cost": {
                "total": round(self.total, 4),
                "pipeline": round(self.own, 6),
                "pipeline_percent_of_writes": None
                if self.own_percent is None
                else round(self.own_percent, 2),
                "currency": self.prices.currency,
                "region": self.prices.region,
                "date": self.prices.date,
                "amounts": [
                    {"what": one.what, "amount": one.amount, "cost": round(self.cost(one), 6)}
                    for one in self.amounts
                ],
            },
            "time": [{"what": one.what, "seconds": round(one.seconds, 1)} for one in self.bounds],
            "notes": list(self.notes),
        }
