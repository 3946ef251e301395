"""What the functions' roles allow, as it is deployed: read, and taken away for a while."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.e2e.emulator import SETTINGS
from tests.e2e.stack import Stack

Statement = dict[str, Any]


def granted(stack: Stack, function: str) -> set[tuple[str, str]]:
    """All pairs of an action and what it is on, in the words of `_places`; but for the log."""
    places = _places(stack)
    return {
        (_plain(action), places[resource])
        for statement in _policy(stack, function)
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
        if not action.startswith("logs:")
    }


@contextmanager
def without(stack: Stack, function: str, action: str, on: str) -> Iterator[None]:
    """The function's role lacks the action, and its batch form, on those resources."""
    whole, places = _policy(stack, function), _places(stack)
    single = [
        {**statement, "Action": name, "Resource": resource}
        for statement in whole
        for name in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    ]
    left = [one for one in single if (_plain(one["Action"]), places.get(one["Resource"])) != (action, on)]
    assert left != single, f"{function} may not {action} on {on} anyway"
    _put_policy(stack, function, left)
    try:
        yield
    finally:
        _put_policy(stack, function, whole)


def _places(stack: Stack) -> dict[str, str]:
    """What a statement can be on, by ARN."""
    region, account = stack.state_machine.split(":")[3:5]
    bucket = f"arn:aws:s3:::{stack.bucket}"
    tables, queues = f"arn:aws:dynamodb:{region}:{account}:table", f"arn:aws:sqs:{region}:{account}"
    return {
        bucket: "bucket",
        **{f"{bucket}/{prefix}*": prefix or "objects" for prefix in ("", "jobs/", "exports/", "dead/")},
        f"{tables}/{stack.ledger_table}": "ledger",
        **{f"{tables}/{name}": "tables" for name in SETTINGS["tables"].split(",")},
        **{f"{tables}/{name}/index/*": "indexes" for name in SETTINGS["tables"].split(",")},
        f"{queues}:{stack.write_queue.rpartition('/')[2]}": "write queue",
        f"{queues}:{stack.dead_letter_queue.rpartition('/')[2]}": "dead letters",
        SETTINGS["queues"]: "queues",
        **dict.fromkeys(SETTINGS["roles"].split(","), "roles"),
        f"{stack.state_machine.replace(':stateMachine:', ':execution:')}:*": "executions",
        f"arn:aws:events:{region}:{account}:event-bus/default": "bus",
    }


def _plain(action: str) -> str:
    return action.removesuffix("Batch")


def _listed(found: str | list[str]) -> list[str]:
    return [found] if isinstance(found, str) else found


def _policy(stack: Stack, function: str) -> list[Statement]:
    role = stack.part(f"Functions{function}Role")
    found = stack.iam.get_role_policy(RoleName=role, PolicyName="Function")
    statements: list[Statement] = found["PolicyDocument"]["Statement"]
    return statements


def _put_policy(stack: Stack, function: str, statements: list[Statement]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    role = stack.part(f"Functions{function}Role")
    stack.iam.put_role_policy(RoleName=role, PolicyName="Function", PolicyDocument=document)
