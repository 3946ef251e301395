"""Finds a deployed stack: its outputs, as CloudFormation tells them."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from headrace.aws.errors import code_of, user_errors
from headrace.errors import StackNotFoundError


def stack_outputs(client: Any, stack: str) -> dict[str, str]:
    """Args:
        client: of CloudFormation.

    Raises StackNotFoundError, StackAccessError, CredentialsError, TransientError."""
    with user_errors(f"stack {stack!r}"):
        try:
            (found,) = client.describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            if code_of(error) != "ValidationError":
                raise
            raise StackNotFoundError(
                f"there is no stack {stack!r} in region {client.meta.region_name} of this account: "
                "deploy it with `cdk deploy`, or name another stack, region or profile"
            ) from error
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
