"""Options and arguments that several commands have."""

from __future__ import annotations

from typing import Final

import click

from headrace.library.local import DEFAULT_WORKERS

JOB: Final = click.Argument(["job"], metavar="JOB")
AS_JSON: Final = click.Option(["--json", "is_json"], is_flag=True, help="Print JSON, and nothing else.")
DETACH: Final = click.Option(["--detach", "is_detached"], is_flag=True, help="Do not wait for the pipeline.")
WORKERS: Final = click.Option(
    ["--workers"],
    type=click.IntRange(1, 256),
    metavar="N",
    default=DEFAULT_WORKERS,
    show_default=True,
    help="Batches and segments at once, on this machine.",
)
