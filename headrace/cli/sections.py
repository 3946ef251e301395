"""A command whose options stand under headings in its help, so that thirty of them can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click


class SectionedCommand(click.Command):
    """
    Args:
        params: arguments, and options that stand under no heading of their own.
        sections: options by their headings.
    """

    def __init__(
        self,
        name: str,
        params: Sequence[click.Parameter],
        sections: Mapping[str, Sequence[click.Option]],
        **kwargs: Any,
    ) -> None:
        under = [option for options in sections.values() for option in options]
        super().__init__(name, params=[*params, *under], **kwargs)
        self._headings = {option.name: heading for heading, options in sections.items() for option in options}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records: dict[str, list[tuple[str, str]]] = {heading: [] for heading in self._headings.values()}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record and isinstance(param, click.Option):
                records.setdefault(self._headings.get(param.name, "Other"), []).append(record)
        for heading, listed in records.items():
            with formatter.section(heading):
                formatter.write_dl(listed)
