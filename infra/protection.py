"""What several constructs share: the key, what becomes of data when the stack goes, and log groups."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.settings import Settings

KEY_ACTIONS = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""What DynamoDB, S3 and SQS ask of a caller whose data a customer's key protects."""


class Protection(Construct):
    """`key` is None where the services' own keys encrypt."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, "Protection")
        arn = settings.kms_key_arn
        self.key = kms.Key.from_key_arn(self, "Key", arn) if arn else None
        self.removal_policy = cdk.RemovalPolicy(settings.removal_policy.upper())
        self.retention_days = settings.retention_days

    def log_group(self, scope: Construct, name: str) -> logs.LogGroup:
        group = logs.LogGroup(scope, name, encryption_key=self.key, removal_policy=self.removal_policy)
        resource = group.node.default_child
        assert isinstance(resource, logs.CfnLogGroup)
        resource.retention_in_days = self.retention_days
        return group
