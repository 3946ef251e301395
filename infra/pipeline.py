"""The state machine that runs a job, and the role with which it does so."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from headrace.names import JOBS_PREFIX, MAP_RESULTS_PREFIX
from infra.acknowledge import acknowledge, acknowledge_wildcards
from infra.data_bucket import DataBucket
from infra.functions import Functions
from infra.grants import Grant
from infra.protection import KEY_ACTIONS, Protection

WRITE_RESULTS = (
    "s3:AbortMultipartUpload",
    "s3:GetObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)
"""What a Map's ResultWriter needs: it uploads in parts. Source: Step Functions Developer Guide, "IAM
policies for using Distributed Map states"."""


class Pipeline(Construct):
    def __init__(
        self,
        scope: Construct,
        name: str,
        definition: Path,
        functions: Functions,
        data: DataBucket,
        protection: Protection,
    ) -> None:
        super().__init__(scope, "Pipeline")
        steps = {
            "PlanFunctionArn": functions.plan.function_arn,
            "LoadChunkFunctionArn": functions.load_chunk.function_arn,
            "ScanSegmentFunctionArn": functions.scan_segment.function_arn,
            "SettleFunctionArn": functions.settle.function_arn,
            "ReportFunctionArn": functions.report.function_arn,
        }
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        self.state_machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_name=name,
            definition_body=sfn.DefinitionBody.from_file(str(definition)),
            definition_substitutions={
                **steps,
                "DataBucketName": data.bucket.bucket_name,
                "MapResultsPrefix": MAP_RESULTS_PREFIX,
            },
            role=self.role,
            logs=sfn.LogOptions(
                destination=protection.log_group(self, "Log"),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
            tracing_enabled=True,
        )
        acknowledge(
            self.role,
            "AwsSolutions-IAM5[Resource::*]",
            "Log deliveries and X-Ray know no resources of their own to name.",
        )
        self._allow("Steps", [Grant(["lambda:InvokeFunction"], list(steps.values()))])
        self._allow("Map", [*_map_children(self.state_machine), *_map_objects(data, protection)])

    def _allow(self, name: str, grants: list[Grant]) -> None:
        """A policy of its own: one within the role would need the state machine before it is there."""
        policy = iam.Policy(self, name, statements=[grant.statement() for grant in grants])
        policy.attach_to_role(self.role)
        acknowledge_wildcards(policy, grants)


def _map_children(machine: sfn.StateMachine) -> list[Grant]:
    """A Distributed Map starts its children as executions of its own state machine."""
    executions = cdk.Stack.of(machine).format_arn(
        service="states",
        resource="execution",
        resource_name=machine.state_machine_name,
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
    children = [f"{executions}:*", f"{executions}/*"]
    return [
        Grant(["states:StartExecution"], [machine.state_machine_arn]),
        Grant(["states:DescribeExecution", "states:StopExecution"], children, "The Map's own children."),
    ]


def _map_objects(data: DataBucket, protection: Protection) -> list[Grant]:
    units, results = f"{JOBS_PREFIX}*", f"{MAP_RESULTS_PREFIX}/*"
    key = [Grant(KEY_ACTIONS, [protection.key.key_arn])] if protection.key else []
    return [
        Grant(["s3:GetObject"], [data.bucket.arn_for_objects(units)], "The lists of work units."),
        Grant(WRITE_RESULTS, [data.bucket.arn_for_objects(results)], "The Map's results."),
        *key,
    ]
