"""A copy from one account and region to another, by roles that trust the stack's functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.emulator import ACCOUNTS
from tests.e2e.policies import without
from tests.e2e.stack import Ended, Stack
from tests.everything import everything

pytestmark = pytest.mark.usefixtures("enforced")

ROLE, EXTERNAL_ID = "e2e-headrace", "e2e-agreed"
SOURCE_ACTIONS = ("dynamodb:DescribeTable", "dynamodb:Scan")
TARGET_ACTIONS = ("dynamodb:DescribeTable", "dynamodb:BatchWriteItem")
ITEMS = 80


@dataclass
class Side:
    """An account with a table and a role in it."""

    stack: Stack
    account: str
    region: str
    table: str

    def __post_init__(self) -> None:
        self.dynamodb = self._client("dynamodb")
        self.iam = self._client("iam")
        self.dynamodb.create_table(
            TableName=self.table,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def _client(self, service: str) -> Any:
        return self.stack.emulator.client(service, key=self.account, region=self.region)

    @property
    def role(self) -> str:
        return f"arn:aws:iam::{self.account}:role/{ROLE}"

    def make_role(self, actions: tuple[str, ...]) -> None:
        self.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=self._trust())
        table = f"arn:aws:dynamodb:{self.region}:{self.account}:table/{self.table}"
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": actions, "Resource": table}],
        }
        self.iam.put_role_policy(RoleName=ROLE, PolicyName="Table", PolicyDocument=json.dumps(document))

    def trust(self, external_id: str = EXTERNAL_ID) -> None:
        self.iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=self._trust(external_id))

    def _trust(self, external_id: str = EXTERNAL_ID) -> str:
        roles = [self.stack.part(f"Functions{name}Role") for name in ("Plan", "ScanSegment", "WriteBatch")]
        own = self.stack.state_machine.split(":")[4]
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:aws:iam::{own}:role/{role}" for role in roles]},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def place(self, **fields: str) -> dict[str, str]:
        own = {"role_arn": self.role, "external_id": EXTERNAL_ID}
        return {"table": self.table, "region": self.region, **own, **fields}

    @property
    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.dynamodb.scan(TableName=self.table, ConsistentRead=True)["Items"]
        return sorted(found, key=lambda item: str(item["id"]))


@pytest.fixture(scope="module")
def sides(stack: Stack) -> tuple[Side, Side]:
    if not stack.emulator.enforces_iam:
        pytest.skip("this emulator does not enforce IAM policies")
    source = Side(stack, ACCOUNTS[0], "eu-west-1", stack.name("there"))
    target = Side(stack, ACCOUNTS[1], "ap-southeast-2", stack.name("elsewhere"))
    source.make_role(SOURCE_ACTIONS)
    target.make_role(TARGET_ACTIONS)
    stack.fill(source.table, everything(ITEMS), source.dynamodb)
    return source, target


def copy(stack: Stack, source: dict[str, str], target: dict[str, str]) -> Ended:
    return stack.run({"operation": "copy", "source": source, "target": target, "parallel": {"segments": 3}})


def test_without_the_trust_nothing_is_written_and_the_role_is_named(
    stack: Stack, sides: tuple[Side, Side]
) -> None:
    source, target = sides
    target.trust("somebody else")
    try:
        job = copy(stack, source.place(), target.place())
    finally:
        target.trust()
    assert (job.status, job.error) == ("FAILED", "RoleNotAllowedError")
    assert target.role in job.cause
    assert target.items == []


@pytest.mark.parametrize(
    "given", [{"external_id": "wrong"}, {"role_arn": "arn:aws:iam::222222222222:role/x"}]
)
def test_another_external_id_or_role_is_refused(
    stack: Stack, sides: tuple[Side, Side], given: dict[str, str]
) -> None:
    source, target = sides
    job = copy(stack, source.place(), target.place(**given))
    assert (job.status, job.error) == ("FAILED", "RoleNotAllowedError")
    assert target.items == []


@pytest.mark.parametrize("function", ["Plan", "ScanSegment", "WriteBatch"])
def test_without_the_grant_to_assume_roles_nothing_is_written(
    stack: Stack, sides: tuple[Side, Side], function: str
) -> None:
    source, target = sides
    with without(stack, function, "sts:AssumeRole", "roles"):
        job = copy(stack, source.place(), target.place())
    assert (job.status, job.error) == ("FAILED", "RoleNotAllowedError")
    assert target.items == []


def test_a_table_is_copied_from_one_account_and_region_to_another(
    stack: Stack, sides: tuple[Side, Side]
) -> None:
    source, target = sides
    job = copy(stack, source.place(), target.place())
    assert (job.status, job.rows) == ("SUCCEEDED", {"read": ITEMS, "written": ITEMS}), job.cause
    assert target.items == source.items
    own = stack.dynamodb.list_tables()["TableNames"]
    assert not {source.table, target.table} & set(own)
