"""The eight functions: one asset, one role each, and the queues that call two of them."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from headrace import names
from infra.acknowledge import acknowledge_wildcards
from infra.asset import Asset
from infra.grants import Grant, Grants
from infra.protection import Protection
from infra.settings import DEAD_LETTER_TIMEOUT, Settings

SERVICE = "headrace"
BATCH_SIZE = 10
LONGEST = 900
"""Seconds that Lambda gives a function at most."""


class Functions(Construct):
    def __init__(
        self, scope: Construct, settings: Settings, protection: Protection, asset: Asset, grants: Grants
    ) -> None:
        super().__init__(scope, "Functions")
        self._settings, self._protection = settings, protection
        self._code = lambda_.Code.from_asset(
            str(asset.path), asset_hash=asset.digest, asset_hash_type=cdk.AssetHashType.CUSTOM
        )
        self._environment = _environment(settings, grants)
        self.plan = self._function("plan", LONGEST, grants.plan())
        self.load_chunk = self._function("load_chunk", settings.loader_timeout, grants.load_chunk())
        self.scan_segment = self._function("scan_segment", settings.loader_timeout, grants.scan_segment())
        self.write_batch = self._function("write_batch", settings.writer_timeout, grants.write_batch())
        self.dead_letter = self._function("dead_letter", DEAD_LETTER_TIMEOUT, grants.dead_letter())
        self.settle = self._function("settle", 60, grants.settle())
        self.report = self._function("report", LONGEST, grants.report())
        self.stop = self._function("stop", LONGEST, grants.stop())
        _feed(self.write_batch, grants.write_queue, settings.writer_concurrency)
        _feed(self.dead_letter, grants.dead_letter_queue)

    def all(self) -> list[lambda_.Function]:
        workers = [self.load_chunk, self.scan_segment, self.write_batch, self.dead_letter]
        return [self.plan, *workers, self.settle, self.report, self.stop]

    def _function(self, module: str, timeout: int, grants: Sequence[Grant]) -> lambda_.Function:
        name = "".join(map(str.capitalize, module.split("_")))
        target = self._settings.target
        log_group = self._protection.log_group(self, f"{name}Log")
        return lambda_.Function(
            self,
            name,
            code=self._code,
            handler=f"lambdas.{module}.handler",
            runtime=lambda_.Runtime(f"python{target.python}", lambda_.RuntimeFamily.PYTHON),
            architecture=lambda_.Architecture.custom(target.architecture),
            memory_size=self._settings.memory(module),
            timeout=cdk.Duration.seconds(timeout),
            environment=self._environment,
            role=_role(self, f"{name}Role", grants, log_group),
            log_group=log_group,
        )


def _environment(settings: Settings, grants: Grants) -> dict[str, str]:
    return {
        names.ENV_BUCKET: grants.bucket.bucket_name,
        names.ENV_WRITE_QUEUE_URL: grants.write_queue.queue_url,
        names.ENV_LEDGER_TABLE: grants.ledger.table_name,
        names.ENV_TABLES: ",".join(settings.tables),
        names.ENV_RETENTION_DAYS: str(settings.retention_days),
        names.ENV_STALL_SECONDS: str(settings.stall_seconds),
        "POWERTOOLS_SERVICE_NAME": SERVICE,
        **_optional(settings),
    }


def _optional(settings: Settings) -> dict[str, str]:
    """A variable of a function cannot be empty everywhere: what is not set is left out."""
    values = {
        names.ENV_QUEUES: ",".join(settings.queues),
        names.ENV_ROLES: ",".join(settings.roles),
        names.ENV_SCAN_TABLE: settings.scan_table,
        names.ENV_SCAN_QUEUE_URL: settings.scan_queue_url,
    }
    return {name: value for name, value in values.items() if value}


def _role(scope: Construct, name: str, grants: Sequence[Grant], log_group: logs.LogGroup) -> iam.Role:
    """The whole of what the function may do stands in the role itself: nothing is added elsewhere."""
    logging = Grant(
        ["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.log_group_arn], "The group's log streams."
    )
    granted = [*grants, logging]
    document = iam.PolicyDocument(statements=[grant.statement() for grant in granted])
    role = iam.Role(
        scope,
        name,
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={"Function": document},
    )
    acknowledge_wildcards(role, granted)
    return role


def _feed(function: lambda_.Function, queue: sqs.IQueue, concurrency: int | None = None) -> None:
    function.add_event_source_mapping(
        "Queue",
        event_source_arn=queue.queue_arn,
        batch_size=BATCH_SIZE,
        report_batch_item_failures=True,
        max_concurrency=concurrency,
    )
