"""A group whose commands are imported when they are used, so that `headrace --help` is quick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class Entry:
    """A command as the list of commands shows it. `place`: `module:attribute`. `section`: under which
    heading."""

    place: str
    summary: str
    section: str

    def load(self) -> click.Command:
        module, _, attribute = self.place.partition(":")
        found = getattr(import_module(module), attribute)
        assert isinstance(found, click.Command), f"{self.place} is no command"
        return found


class LazyGroup(click.Group):
    """
    Args:
        entries: commands by name, in the order in which they are shown.
    """

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = dict(entries)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = self.entries.get(cmd_name)
        return entry.load() if entry else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and name not in self.entries and not name.startswith("-"):
            near = get_close_matches(name, self.entries, n=1)
            advice = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(self.entries)}"
            raise click.UsageError(f"there is no command {name!r}; {advice}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        sections = dict.fromkeys(entry.section for entry in self.entries.values())
        for section in sections:
            with formatter.section(section):
                formatter.write_dl(
                    [(name, one.summary) for name, one in self.entries.items() if one.section == section]
                )
