"""Where a command runs its jobs and what it connects to, as options of every command that needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import click

from headrace.job.model import Place
from headrace.library.local import DEFAULT_WORKERS, LocalPipeline, state_folder
from headrace.library.pipeline import Pipeline
from headrace.names import STACK_NAME
from headrace.ports import Places

if TYPE_CHECKING:
    from headrace import DynamoDBManager
    from headrace.estimating.estimator import Estimator
    from headrace.prices import Prices

CONNECTION: Final[tuple[click.Option, ...]] = (
    click.Option(["--profile"], metavar="NAME", help="A profile of the AWS configuration."),
    click.Option(
        ["--region"], metavar="NAME", help="The region; default: that of the profile, or AWS_DEFAULT_REGION."
    ),
    click.Option(["--endpoint"], metavar="URL", help="An emulator's URL; default: AWS, or AWS_ENDPOINT_URL."),
)
STACK: Final = click.Option(
    ["--stack"], metavar="NAME", help=f"The deployed stack; implies --pipeline.  [default: {STACK_NAME}]"
)
WHERE: Final[tuple[click.Option, ...]] = (
    click.Option(["--here", "is_here"], flag_value=True, default=None, help="Use this machine."),
    click.Option(["--pipeline", "is_here"], flag_value=False, help="Use the deployed pipeline."),
    STACK,
)
"""Shared by all commands that need them: `@click.command(params=[*WHERE, *CONNECTION])`."""


AnyPipeline = LocalPipeline | Pipeline


@dataclass(frozen=True)
class Connection:
    """What the options say; pipelines are made when they are first asked for."""

    profile: str | None = None
    region: str | None = None
    endpoint: str | None = None
    stack: str | None = None
    is_here: bool | None = None
    workers: int = DEFAULT_WORKERS

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Connection:
        """From a command's parameters. Raises click.UsageError: they contradict each other."""
        known = {name: given[name] for name in cls.__dataclass_fields__ if given.get(name) is not None}
        if known.get("is_here") and known.get("stack"):
            raise click.UsageError("--here runs no stack; leave out --here or --stack")
        return cls(**known)

    def chooses_here(self, is_default: bool) -> bool:
        """Whether jobs run on this machine, where the options leave that open by default."""
        if self.is_here is not None:
            return self.is_here
        return is_default and self.stack is None

    @cached_property
    def here(self) -> LocalPipeline:
        """Closed when the command ends."""
        pipeline = LocalPipeline(
            region=self.region, profile=self.profile, endpoint=self.endpoint, workers=self.workers
        )
        click.get_current_context().call_on_close(pipeline.close)
        return pipeline

    @property
    def own(self) -> Place:
        """What holds for tables, queues and buckets that do not say it."""
        return Place(region=self.region, profile=self.profile, endpoint=self.endpoint)

    @cached_property
    def places(self) -> Places:
        from headrace.here.wiring import places_of  # noqa: PLC0415 - brings all of AWS's SDK

        return places_of(self.own)

    def estimator(self, prices: Prices) -> Estimator:
        from headrace.here.wiring import estimator_of  # noqa: PLC0415

        return estimator_of(state_folder(), self.own, prices)

    @cached_property
    def manager(self) -> DynamoDBManager:
        from headrace import DynamoDBManager  # noqa: PLC0415

        return DynamoDBManager(self.region, self.endpoint, self.profile)

    @cached_property
    def deployed(self) -> Pipeline:
        return Pipeline(
            self.stack or STACK_NAME, region=self.region, profile=self.profile, endpoint=self.endpoint
        )
