"""What the demo prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table
from rich.text import Text

from headrace.progress import Progress

TERMS = ("written", "superseded", "skipped", "rejected")


@contextmanager
def shown_progress(console: Console) -> Iterator[Callable[[Progress], None]]:
    """Shows a bar that moves with each progress that is told."""
    columns = (
        TextColumn("Loading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows"),
        TimeElapsedColumn(),
    )
    with ProgressBar(*columns, console=console) as bar:
        task = bar.add_task("", total=None)
        yield lambda progress: bar.update(task, completed=progress.done, total=progress.total)


def show_report(console: Console, report: Mapping[str, Any]) -> None:
    rows = report["rows"]
    table = Table("read", "", *TERMS, title=f"Job {report['job']}: {report['status']}", title_justify="left")
    table.add_row(f"{rows['read']:,}", "=", *(f"{rows[term]:,}" for term in TERMS))
    console.print(table)
    if report["cause"]:
        console.print(Text(f"{report['error']}: {report['cause']}"))


def show_items(console: Console, items: Sequence[Mapping[str, tuple[str, str]]]) -> None:
    """`items`: {attribute: (type, text)}; one column an item."""
    table = Table(title=f"{len(items)} of the items", title_justify="left", expand=True)
    table.add_column("attribute", no_wrap=True)
    table.add_column("type", no_wrap=True)
    for number in range(1, len(items) + 1):
        table.add_column(f"item {number}", no_wrap=True, overflow="ellipsis", ratio=1)
    for name in sorted({name for item in items for name in item}):
        found = [item.get(name, ("", "")) for item in items]
        kinds = sorted({kind for kind, _ in found if kind})
        table.add_row(name, " ".join(kinds), *(Text(text) for _, text in found))
    console.print(table)


def show_places(console: Console, places: Mapping[str, str]) -> None:
    """One line each, however long: they are there to be copied."""
    console.print("Where to look further", style="italic")
    width = max(map(len, places))
    for what, where in places.items():
        console.print(Text(f"  {what:<{width}}  {where}"), soft_wrap=True)
