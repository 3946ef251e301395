"""The table that knows what is settled."""

from __future__ import annotations

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from headrace.names import LEDGER_PARTITION_KEY, LEDGER_SORT_KEY, LEDGER_TTL
from infra.protection import Protection


class Ledger(Construct):
    """On demand, as its load comes in bursts; without a customer's key DynamoDB's own encrypts it."""

    def __init__(self, scope: Construct, protection: Protection) -> None:
        super().__init__(scope, "Ledger")
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=_text(LEDGER_PARTITION_KEY),
            sort_key=_text(LEDGER_SORT_KEY),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute=LEDGER_TTL,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED if protection.key else None,
            encryption_key=protection.key,
            removal_policy=protection.removal_policy,
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
