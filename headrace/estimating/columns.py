"""What becomes of the columns of a delimited text, and why."""

from __future__ import annotations

from headrace.estimating.estimate import ColumnPlan
from headrace.items.header import HeaderColumn, read_header
from headrace.job.model import Shape
from headrace.plan import Plan


def column_plans(plan: Plan) -> tuple[ColumnPlan, ...]:
    """Those that are not dropped; none of JSON lines and of tables."""
    if plan.job.format.shape is not Shape.DELIMITED or plan.job.operation.reads_table:
        return ()
    suggestions = plan.looks_like or {}
    return tuple(
        ColumnPlan(one.name, one.attribute, str(one.type), _how(one), suggestions.get(one.name))
        for one in read_header(plan.header, plan.keys, plan.job, plan.inferred)
        if not one.dropped
    )


def _how(column: HeaderColumn) -> str:
    if column.is_key:
        return "key"
    if column.inferred:
        return "inferred"
    return "declared" if column.declared else "text"
