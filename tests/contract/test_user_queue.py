"""UserQueue: what arrived, once or at least once, and what did not."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from headrace.aws.queue import SqsUserQueue
from headrace.errors import HeadraceError, QueueAccessError, QueueNotFoundError, TransientError
from headrace.job.model import Place
from headrace.messages import MAX_MESSAGE_BYTES
from headrace.ports import UserMessage, UserQueue
from tests.contract.conftest import OfAUser, client, make_queue
from tests.fakes import MemoryUserQueue

GONE = "https://sqs.eu-west-1.amazonaws.com/123456789012/gone"


def messages(to: OfAUser, *bodies: str) -> list[UserMessage]:
    if not to.is_fifo:
        return [UserMessage(body) for body in bodies]
    return [UserMessage(body, "group", f"job-0-{number}") for number, body in enumerate(bodies)]


def test_a_batch_arrives_as_it_was_sent(of_a_user: OfAUser) -> None:
    bodies = [f'{number} [{{"id":{{"S":"é𝄞"}}}}]\n' for number in range(10)]
    assert of_a_user.queue.send(messages(of_a_user, *bodies)) == []
    arrived = of_a_user.arrived()
    assert sorted(arrived) == sorted(bodies)
    assert not of_a_user.is_fifo or arrived == bodies


def test_a_message_of_the_limit_is_taken(of_a_user: OfAUser) -> None:
    assert of_a_user.queue.send(messages(of_a_user, "x" * MAX_MESSAGE_BYTES)) == []


def test_what_was_sent_before_arrives_once_where_the_queue_is_fifo(of_a_user: OfAUser) -> None:
    for _ in range(2):
        assert of_a_user.queue.send(messages(of_a_user, "a", "b")) == []
    once = ["a", "b"] if of_a_user.is_fifo else ["a", "a", "b", "b"]
    assert sorted(of_a_user.arrived()) == once


def test_a_queue_that_is_there_may_be_sent_to(of_a_user: OfAUser) -> None:
    of_a_user.queue.check()


@pytest.fixture(params=["fake", "moto"])
def gone(request: pytest.FixtureRequest) -> UserQueue:
    if request.param == "fake":
        return MemoryUserQueue(exists=False)
    request.getfixturevalue("aws")
    return SqsUserQueue(client("sqs"), GONE)


def test_a_queue_that_is_not_there_is_told(gone: UserQueue) -> None:
    with pytest.raises(QueueNotFoundError, match="there is no"):
        gone.check()
    with pytest.raises(QueueNotFoundError, match="there is no"):
        gone.send([UserMessage("a")])


@pytest.mark.usefixtures("aws")
def test_entries_that_failed_are_told_by_their_positions() -> None:
    sqs = client("sqs")
    sqs.meta.events.register("after-call.sqs.SendMessageBatch", _fail_some)
    assert SqsUserQueue(sqs, make_queue(sqs)).send([UserMessage(body) for body in "abc"]) == [0, 2]


def _fail_some(parsed: dict[str, Any], **_: object) -> None:
    parsed["Failed"] = [{"Id": number, "SenderFault": False, "Code": "Busy"} for number in ("2", "0")]


@pytest.mark.parametrize("place", [Place(), Place(role_arn="arn:aws:iam::222222222222:role/reader")], ids=str)
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("AWS.SimpleQueueService.NonExistentQueue", QueueNotFoundError),
        ("InvalidAddress", QueueNotFoundError),
        ("AccessDenied", QueueAccessError),
        ("KMS.AccessDeniedException", QueueAccessError),
        ("RequestThrottled", TransientError),
    ],
)
def test_every_refusal_becomes_an_error_of_ours(code: str, error: type[HeadraceError], place: Place) -> None:
    refusal = ClientError({"Error": {"Code": code, "Message": "the message"}}, "any")
    for call in _calls(refusal, place):
        with pytest.raises(error, match=f"queue {GONE}.*the message") as caught:
            call()
        may_not = error is QueueAccessError
        assert ("role/reader" in str(caught.value)) == (may_not and place.role_arn is not None)


def test_a_queue_that_cannot_be_reached_is_trouble_that_may_pass() -> None:
    for call in _calls(EndpointConnectionError(endpoint_url="https://sqs"), Place()):
        with pytest.raises(TransientError, match="gone"):
            call()


def _calls(error: Exception, place: Place) -> list[Any]:
    queue = SqsUserQueue(_Refusing(error), GONE, place)
    return [queue.check, lambda: queue.send([UserMessage("a")])]


class _Refusing:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def get_queue_attributes(self, **_: object) -> None:
        raise self._error

    def send_message_batch(self, **_: object) -> None:
        raise self._error
