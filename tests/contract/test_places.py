"""Places: other regions, and other accounts by roles that are assumed and assumed again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from headrace.aws.errors import OwnPlace, queue_errors, table_errors
from headrace.aws.places import AwsPlaces
from headrace.errors import HeadraceError, QueueNotFoundError, RoleNotAllowedError, TransientError
from headrace.job.model import Place
from headrace.ports import ReadRequest, UserMessage
from tests.contract.conftest import REGION, TABLE, client, create_orders

pytestmark = pytest.mark.usefixtures("aws")

OTHER_REGION = "us-east-2"
OTHER_ACCOUNT = "222222222222"
ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/reader"
AS_ROLE = Place(role_arn=ROLE, external_id="secret-handshake")


class Sts:
    """Lets moto assume the role, and keeps what it was asked and whose credentials it gave."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.asked: list[dict[str, str]] = []
        self.error: Exception | None = None
        self._sts = client("sts")

    def assume_role(self, **asked: str) -> dict[str, Any]:
        self.asked.append(asked)
        if self.error is not None:
            raise self.error
        answer: dict[str, Any] = self._sts.assume_role(**asked)
        answer["Credentials"]["Expiration"] = self.now + timedelta(hours=1)
        return answer


@pytest.fixture
def sts() -> Sts:
    return Sts()


@pytest.fixture
def places(sts: Sts) -> AwsPlaces:
    """Without lanes, as moto plays AWS in this process."""
    return AwsPlaces(lambda _: sts, lambda: sts.now, lane=lambda _client, _session: None)


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "the message"}}, "AssumeRole")


def as_the_role(service: str) -> Any:
    """A client of the other account, to see what is there."""
    given = client("sts").assume_role(RoleArn=ROLE, RoleSessionName="test")["Credentials"]
    return client(
        service,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def test_each_region_has_its_own_tables(places: AwsPlaces) -> None:
    untyped: Any = boto3
    create_orders(client("dynamodb"))
    create_orders(untyped.client("dynamodb", region_name=OTHER_REGION))
    here, there = (places.tables(place).describe(TABLE).arn for place in (Place(), Place(OTHER_REGION)))
    assert here.startswith(f"arn:aws:dynamodb:{REGION}:")
    assert there.startswith(f"arn:aws:dynamodb:{OTHER_REGION}:")


def test_a_place_is_made_once(places: AwsPlaces, sts: Sts) -> None:
    first, second = places.tables(AS_ROLE), places.tables(AS_ROLE)
    assert first is second
    assert first is not places.tables(Place(OTHER_REGION, ROLE, AS_ROLE.external_id))
    assert len(sts.asked) == 1
    places.tables(Place(role_arn=ROLE))
    assert sts.asked == [
        {"RoleArn": ROLE, "RoleSessionName": "headrace", "ExternalId": "secret-handshake"},
        {"RoleArn": ROLE, "RoleSessionName": "headrace"},
    ]


def test_a_role_sees_the_tables_of_its_account(places: AwsPlaces) -> None:
    create_orders(as_the_role("dynamodb"))
    assert places.tables(AS_ROLE).describe(TABLE).arn.split(":")[4] == OTHER_ACCOUNT
    with pytest.raises(HeadraceError, match="no table 'orders' in this account and region"):
        places.tables(Place()).describe(TABLE)
    with pytest.raises(HeadraceError, match=f"no table 'others' in the account of role {ROLE}"):
        places.tables(AS_ROLE).read(ReadRequest("others"))


def test_a_role_is_assumed_again_before_its_credentials_expire(places: AwsPlaces, sts: Sts) -> None:
    create_orders(as_the_role("dynamodb"))
    tables, asked = places.tables(AS_ROLE), []
    for minutes in (30, 20, 8, 40, 15):
        sts.now += timedelta(minutes=minutes)
        tables.read(ReadRequest(TABLE))
        asked.append(len(sts.asked))
    assert asked == [1, 2, 2, 3, 3]


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError", "RegionDisabledException"])
def test_a_role_that_does_not_trust_is_told_before_anything_is_done(
    places: AwsPlaces, sts: Sts, code: str
) -> None:
    sts.error = refusal(code)
    expected = f"the role {ROLE} may not be assumed .the message.*sts:AssumeRole.*'secret-handshake'"
    with pytest.raises(RoleNotAllowedError, match=expected):
        places.tables(AS_ROLE)
    with pytest.raises(RoleNotAllowedError, match="without an external id"):
        places.queue("https://sqs.eu-west-1.amazonaws.com/222222222222/q", Place(role_arn=ROLE))


def test_a_role_that_trusts_no_more_is_told_by_the_call_that_needs_it(places: AwsPlaces, sts: Sts) -> None:
    create_orders(as_the_role("dynamodb"))
    tables = places.tables(AS_ROLE)
    sts.now += timedelta(minutes=59)
    sts.error = refusal("AccessDenied")
    for call in (lambda: tables.describe(TABLE), lambda: tables.read(ReadRequest(TABLE))):
        with pytest.raises(RoleNotAllowedError, match=ROLE):
            call()


def test_a_role_that_could_not_be_assumed_can_be_the_next_time(places: AwsPlaces, sts: Sts) -> None:
    for error in (refusal("Throttling"), EndpointConnectionError(endpoint_url="https://sts")):
        sts.error = error
        with pytest.raises(TransientError, match=ROLE):
            places.tables(AS_ROLE)
    sts.error = None
    places.tables(AS_ROLE)


def test_a_queue_is_used_where_its_url_says(places: AwsPlaces) -> None:
    untyped: Any = boto3
    far = untyped.client("sqs", region_name=OTHER_REGION)
    url = far.create_queue(QueueName="far")["QueueUrl"]
    assert places.queue(url, Place()).send([UserMessage("a")]) == []
    assert places.queue(url, Place()) is places.queue(url, Place(OTHER_REGION))
    assert far.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "a"
    with pytest.raises(QueueNotFoundError):
        places.queue(url, Place(REGION)).check()


def test_a_role_sends_to_the_queue_of_its_account(places: AwsPlaces) -> None:
    theirs = as_the_role("sqs")
    url = theirs.create_queue(QueueName="theirs")["QueueUrl"]
    assert places.queue(url, AS_ROLE).send([UserMessage("a")]) == []
    assert theirs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "a"


def test_a_person_is_told_of_a_persons_own_credentials(sts: Sts) -> None:
    mine = AwsPlaces(lambda _: sts, lambda: sts.now, own=OwnPlace())
    sts.error = refusal("AccessDenied")
    with pytest.raises(RoleNotAllowedError, match="sts:AssumeRole to these credentials") as refused:
        mine.tables(AS_ROLE)
    assert "stack" not in str(refused.value)
    for told in (mine.tables(Place())._place, mine.queue("http://x/000000000000/q", Place())._place):
        assert isinstance(told, OwnPlace)


@pytest.mark.parametrize("denied", [table_errors, queue_errors])
def test_what_a_person_may_not_do_is_no_stacks_fault(denied: Any) -> None:
    with (
        pytest.raises(HeadraceError, match="these credentials may not") as error,
        denied("orders", OwnPlace()),
    ):
        raise refusal("AccessDeniedException")
    assert "deploy" not in str(error.value)
