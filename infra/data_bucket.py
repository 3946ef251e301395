"""The bucket of uploads, and of what jobs leave behind: units, rejects, reports, dead messages."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from headrace.names import JOBS_PREFIX, MAP_RESULTS_PREFIX
from infra.acknowledge import acknowledge
from infra.protection import Protection


class DataBucket(Construct):
    """With `removal_policy=destroy` the bucket goes with the stack only if it is empty: emptying it
    would take a custom resource, and a person's decision."""

    def __init__(self, scope: Construct, protection: Protection) -> None:
        super().__init__(scope, "Data")
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            encryption=s3.BucketEncryption.KMS if protection.key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=protection.key,
            bucket_key_enabled=True if protection.key else None,
            lifecycle_rules=_lifecycle(protection.retention_days),
            removal_policy=protection.removal_policy,
        )
        _publish_events(self.bucket)
        acknowledge(self.bucket, "AwsSolutions-S1", "Access logs need a bucket of the account's own choice.")


def _lifecycle(retention_days: int) -> list[s3.LifecycleRule]:
    expiration = cdk.Duration.days(retention_days)
    prefixes = (JOBS_PREFIX, f"{MAP_RESULTS_PREFIX}/")
    expire = [s3.LifecycleRule(prefix=prefix, expiration=expiration) for prefix in prefixes]
    return [*expire, s3.LifecycleRule(abort_incomplete_multipart_upload_after=cdk.Duration.days(1))]


def _publish_events(bucket: s3.Bucket) -> None:
    """By the bucket's own property: CDK's `event_bridge_enabled` would add a custom resource."""
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    resource.add_property_override(
        "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True
    )
