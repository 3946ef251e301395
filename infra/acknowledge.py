"""Findings of cdk-nag that are accepted, each where it arises and with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from infra.grants import Grant


def acknowledge(construct: Construct, rule: str, reason: str) -> None:
    cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))


def acknowledge_wildcards(construct: Construct, grants: Iterable[Grant]) -> None:
    """Accepts the resources that hold a wildcard, such as all objects below one prefix of one bucket."""
    for grant in grants:
        for resource in grant.resources:
            name = _readable(cdk.Stack.of(construct).resolve(resource))
            if "*" in name and grant.reason:
                acknowledge(construct, f"AwsSolutions-IAM5[Resource::{name}]", grant.reason)


def _readable(value: Any) -> str:
    """CloudFormation's functions spelled as cdk-nag spells them: `<Bucket.Arn>/jobs/*`."""
    match value:
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(map(_readable, parts))
        case _:
            return str(value)
