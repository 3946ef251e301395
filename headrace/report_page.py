"""The report as a page: one file, no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1d2733;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .5rem}
.status{display:inline-block;padding:.1rem .6rem;border-radius:.3rem;color:#fff;font-weight:600}
.SUCCEEDED{background:#1a7f4b}.FAILED{background:#b3261e}
.cause{background:#fdecea;border-left:4px solid #b3261e;padding:.6rem 1rem;white-space:pre-wrap}
table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;border-bottom:1px solid #e3e8ee;
text-align:left;vertical-align:top;overflow-wrap:anywhere}td.number{text-align:right;
font-variant-numeric:tabular-nums;white-space:nowrap}th{width:14rem;font-weight:500;color:#526071}
.bar{display:flex;height:1.1rem;border-radius:.3rem;overflow:hidden;background:#e3e8ee;margin:.6rem 0}
.written{background:#1a7f4b}.superseded{background:#7a5cc2}.skipped{background:#8a97a6}.rejected{background:#b3261e}
.key{display:inline-block;width:.7rem;height:.7rem;border-radius:.15rem;margin-right:.4rem}
"""
_TERMS = ("written", "superseded", "skipped", "rejected")


def report_page(report: Mapping[str, Any]) -> str:
    """HTML of a report as `build_report` or `build_refusal` makes it."""
    title = f"Headrace job {report['job']}"
    parts = [
        f"<h1>{escape(title)} <span class='status {report['status']}'>{report['status']}</span></h1>",
        f"<p>{escape(str(report.get('source', '')))} &rarr; {escape(str(report.get('target', '')))}</p>",
        f"<p class='cause'>{escape(report['cause'])}</p>" if report["cause"] else "",
        "<h2>Rows</h2>",
        _bar(report["rows"]),
        _rows(report["rows"]),
        "<h2>Details</h2>",
        _table({name: report[name] for name in _details(report)}),
    ]
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<meta name='viewport' content='width=device-width'><style>{_STYLE}</style><body>{''.join(parts)}"
    )


def _bar(rows: Mapping[str, int]) -> str:
    spans = [
        f"<span class='{term}' style='flex:{rows[term]}' title='{rows[term]:,} {term}'></span>"
        for term in _TERMS
        if rows[term]
    ]
    return f"<div class='bar'>{''.join(spans)}</div>"


def _rows(rows: Mapping[str, int]) -> str:
    terms = "".join(
        f"<tr><th><span class='key {term}'></span>{term}</th><td class='number'>{rows[term]:,}</td></tr>"
        for term in _TERMS
    )
    return f"<table><tr><th>read</th><td class='number'>{rows['read']:,}</td></tr>{terms}</table>"


def _details(report: Mapping[str, Any]) -> list[str]:
    shown_above = {"job", "status", "cause", "rows", "source", "target"}
    return [name for name in report if name not in shown_above and report[name] not in (None, "", {}, [])]


def _table(fields: Mapping[str, Any]) -> str:
    lines = [f"<tr><th>{escape(name)}</th><td>{_value(value)}</td></tr>" for name, value in fields.items()]
    return f"<table>{''.join(lines)}</table>"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "<br>".join(f"{escape(str(name))}: {_value(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "<br>".join(_value(one) for one in value)
    return escape(
        f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
    )
