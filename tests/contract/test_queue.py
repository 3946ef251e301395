"""WriteQueue: what it took and what it did not."""

from __future__ import annotations

import pytest

from headrace.aws.queue import SqsWriteQueue
from headrace.errors import TransientError
from headrace.messages import MAX_MESSAGE_BYTES
from headrace.ports import WriteQueue
from tests.contract.conftest import client


def test_a_full_batch_is_taken(queue: WriteQueue) -> None:
    assert queue.send([f"body {number} é𝄞\n\t" for number in range(10)]) == []


def test_a_batch_of_one_message_of_the_limit_is_taken(queue: WriteQueue) -> None:
    assert queue.send(["x" * MAX_MESSAGE_BYTES], delay=900) == []


@pytest.mark.usefixtures("aws")
def test_bodies_arrive_as_they_were_sent() -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="writes")["QueueUrl"]
    SqsWriteQueue(sqs, url).send(['{"v":1}\n[{"a":"é\\ufffe"}]'])
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == '{"v":1}\n[{"a":"é\\ufffe"}]'
    SqsWriteQueue(sqs, url).release(message["ReceiptHandle"], 0)
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["MessageId"] == message["MessageId"]


@pytest.mark.usefixtures("aws")
def test_entries_that_failed_are_told_by_their_positions() -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="writes")["QueueUrl"]
    sqs.meta.events.register("after-call.sqs.SendMessageBatch", _fail_some)
    assert SqsWriteQueue(sqs, url).send(["a", "b", "c"]) == [0, 2]


def _fail_some(parsed: dict[str, object], **_: object) -> None:
    parsed["Failed"] = [
        {"Id": number, "SenderFault": False, "Code": "InternalError"} for number in ("2", "0")
    ]


@pytest.mark.usefixtures("aws")
def test_a_queue_that_is_not_there_is_trouble_that_may_pass() -> None:
    queue = SqsWriteQueue(client("sqs"), "https://sqs.eu-west-1.amazonaws.com/123456789012/gone")
    with pytest.raises(TransientError, match="the write queue"):
        queue.send(["a"])
