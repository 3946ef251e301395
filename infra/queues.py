"""How every queue of the stack is made: encrypted, TLS only, kept as long as SQS allows."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.protection import Protection

RETENTION = cdk.Duration.days(14)
"""The most that SQS keeps a message."""

MAX_MESSAGE_BYTES = 1_048_576
"""The most that SQS takes; older accounts and tools still make queues for a quarter of it."""


def queue(
    scope: Construct,
    name: str,
    protection: Protection,
    visibility: int | None = None,
    dead_letter_queue: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    """`visibility` in seconds."""
    return sqs.Queue(
        scope,
        name,
        visibility_timeout=None if visibility is None else cdk.Duration.seconds(visibility),
        dead_letter_queue=dead_letter_queue,
        retention_period=RETENTION,
        max_message_size_bytes=MAX_MESSAGE_BYTES,
        enforce_ssl=True,
        encryption=sqs.QueueEncryption.KMS if protection.key else sqs.QueueEncryption.SQS_MANAGED,
        encryption_master_key=protection.key,
        removal_policy=protection.removal_policy,
    )
