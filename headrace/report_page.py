"""The report as a page: one file, no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark;--text:#1d2733;--soft:#526071;--line:#e3e8ee;--back:#fff;--loss:#b3261e;
--good:#1a7f4b;--cause:#fdecea}
@media(prefers-color-scheme:dark){:root{--text:#e4eaf0;--soft:#a5b3c1;--line:#2c3845;--back:#12181f;
--loss:#d9534a;--good:#2f9e66;--cause:#3a1f1d}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:54rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.05rem;margin:2rem 0 .5rem}
.status{padding:.05rem .6rem;border-radius:.3rem;color:#fff;font-size:1rem;font-weight:600;
vertical-align:middle}
.SUCCEEDED{background:var(--good)}.FAILED{background:var(--loss)}
.cause{background:var(--cause);border-left:4px solid var(--loss);padding:.6rem 1rem;white-space:pre-wrap;
overflow-wrap:anywhere}
table{border-collapse:collapse}td,th{padding:.25rem 1rem .25rem 0;text-align:left;vertical-align:top;
overflow-wrap:anywhere}
body>table{width:100%}body>table>*>tr>*{border-bottom:1px solid var(--line)}
th{width:11rem;font-weight:500;color:var(--soft)}table table th{width:auto;padding-right:1.5rem}
td td,td th{padding-top:0}.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
table.rows{width:auto}table.rows td{padding-left:2rem}
.bar{display:flex;height:1.1rem;border-radius:.3rem;overflow:hidden;background:var(--line);margin:.6rem 0}
.bar span{min-width:3px}
.written{background:var(--good)}.superseded{background:#7a5cc2}.skipped{background:#8a97a6}
.rejected{background:var(--loss)}
.key{display:inline-block;width:.7rem;height:.7rem;border-radius:.15rem;margin-right:.4rem}
"""
_TERMS = ("written", "superseded", "skipped", "rejected")
_COLUMNS = ("suggestions", "inferred")
_SECTIONS = {"count": "Count", "export": "Export", "planned": "Counted first", "pending": "Left to do"}
"""Those of a report that only some jobs have, or that are mostly empty."""
_SHOWN_ABOVE = {"job", "status", "cause", "rows", "source", "target", "rejects", *_COLUMNS, *_SECTIONS}


def report_page(report: Mapping[str, Any]) -> str:
    """HTML of a report as `build_report` or `build_refusal` makes it."""
    title = f"Headrace job {report['job']}"
    parts = [
        f"<h1>{escape(title)} <span class='status {report['status']}'>{report['status']}</span></h1>",
        f"<p>{_way(report)}</p>",
        f"<p class='cause'>{escape(report['cause'])}</p>" if report["cause"] else "",
        *(_section(heading, _told(report.get(name, {}))) for name, heading in _SECTIONS.items()),
        "" if "count" in report else f"<h2>Rows</h2>{_bar(report['rows'])}{_rows(report['rows'])}",
        _section("Rejects", report.get("rejects", {}) if report["rows"]["rejected"] else {}),
        _section("Columns", {name: report.get(name) for name in _COLUMNS}),
        _section("Details", {name: report[name] for name in report if name not in _SHOWN_ABOVE}),
    ]
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<meta name='viewport' content='width=device-width'><style>{_STYLE}</style><body>{''.join(parts)}"
    )


def _way(report: Mapping[str, Any]) -> str:
    """From where to where; some operations have only one of them."""
    ends = (report.get("source", ""), report.get("target", ""))
    return f"{escape(report.get('operation', ''))} {' &rarr; '.join(escape(end) for end in ends if end)}"


def _told(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Nothing where all of them are zero."""
    return fields if any(fields.values()) else {}


def _bar(rows: Mapping[str, int]) -> str:
    spans = [
        f"<span class='{term}' style='flex:{rows[term]}' title='{rows[term]:,} {term}'></span>"
        for term in _TERMS
        if rows[term]
    ]
    return f"<div class='bar'>{''.join(spans)}</div>"


def _rows(rows: Mapping[str, int]) -> str:
    terms = "".join(
        f"<tr><th><span class='key {term}'></span>{term}</th><td class='number'>{rows[term]:,}</td>"
        f"<td class='number'>{rows[term] / max(rows['read'], 1):.2%}</td></tr>"
        for term in _TERMS
    )
    read = f"<tr><th>read</th><td class='number'>{rows['read']:,}</td><td></td></tr>"
    return f"<table class='rows'>{read}{terms}</table>"


def _section(heading: str, fields: Mapping[str, Any]) -> str:
    table = _table(fields)
    return f"<h2>{escape(heading)}</h2>{table}" if table else ""


def _table(fields: Mapping[str, Any]) -> str:
    lines = [
        f"<tr><th>{escape(str(name))}</th><td>{_value(value)}</td></tr>"
        for name, value in fields.items()
        if value not in (None, "", {}, [])
    ]
    return f"<table>{''.join(lines)}</table>" if lines else ""


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return _table(value)
    if isinstance(value, list | tuple):
        return "<br>".join(map(_value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.12g}" if isinstance(value, int | float) else escape(str(value))
