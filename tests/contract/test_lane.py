"""The lane takes plain success. Whatever else comes over the wire ends as if there were no lane."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import CredentialRetrievalError

from benchmarks.stub.certificate import make_certificate
from headrace.aws.connections import TIMEOUT, Connections
from headrace.aws.lane import Flight, Lane
from headrace.aws.laned import LanedClient, open_lane
from headrace.aws.ledger import DynamoLedger
from headrace.aws.queue import SqsUserQueue, SqsWriteQueue
from headrace.aws.signing import Service, Signer
from headrace.aws.tables import DynamoTables
from headrace.errors import HeadraceError, RoleNotAllowedError, TransientError
from headrace.ledger import Outcome, UnitRecord
from headrace.ports import Counts, ReadRequest, UserMessage, Written
from tests.contract.conftest import (
    REGION,
    TABLE,
    Behind,
    client,
    create_orders,
    make_queue,
    own_account,
    real_ledger,
)
from tests.contract.scripted import OK, Answer, answer, crc_of, scripted
from tests.contract.test_tables import put, spelled
from tests.fakes import FakeClock

REQUESTS = spelled(put())
DONE = Written(units=2.0)
LEFT = b'{"UnprocessedItems":{"orders":[{"PutRequest":{"Item":{"id":{"S":"a"},"n":{"N":"1.50"}}}}]}}'
WHOLE = answer().data


def error(code: str, status: str = "400 Bad Request", more: bytes = b"") -> Answer:
    return answer(b'{"__type":"any#' + code.encode() + b'","message":"the message"' + more + b"}", status)


FAULTS = {
    "closed": Answer(b"", last=True),
    "cut in its head": Answer(WHOLE[:40], last=True),
    "cut in its body": Answer(WHOLE[:-7], last=True),
    "more is told than comes": answer(length=len(OK) + 5, last=True),
    "no HTTP": Answer(b"SSH-2.0-OpenSSH_9.9\r\n\r\n", last=True),
    "a page of text": answer(b"<html>Please log in</html>"),
    "JSON that is cut": answer(OK[:-1]),
    "nothing": answer(b""),
    "no word of what is left": answer(b"{}"),
    "another checksum": answer(x_amz_crc32=crc_of(b"other")),
    "created": answer(status="201 Created"),
    "moved": answer(status="307 Temporary Redirect", location="https://example.com/"),
    "broken": error("InternalServerError", "500 Internal Server Error"),
    "busy": answer(b"", "503 Service Unavailable"),
    "refused": error("ValidationException"),
    "denied": error("AccessDeniedException"),
    "no table": error("ResourceNotFoundException"),
    "signature": error("InvalidSignatureException", "403 Forbidden"),
    "throttled": error(
        "ProvisionedThroughputExceededException",
        more=b',"ThrottlingReasons":[{"reason":"TableWriteKeyRangeThroughputExceeded","resource":"arn"}]',
    ),
}


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    own_account(monkeypatch)


@cache
def own_session() -> Any:
    return botocore.session.get_session()


def pair(url: str, service: str = "dynamodb", **config: Any) -> tuple[Any, Any]:
    """Client and session."""
    once = Config(retries={"total_max_attempts": 1}, **config)
    return own_session().create_client(service, endpoint_url=url, config=once), own_session()


def tables(url: str, by_lane: bool = True) -> DynamoTables:
    client, session = pair(url)
    return DynamoTables(client, lane=open_lane(client, session) if by_lane else None)


def write(tables: DynamoTables) -> Written:
    return tables.begin_write(TABLE, REQUESTS).written()


def outcome(call: Callable[[], object]) -> Any:
    try:
        return call()
    except HeadraceError as error:
        return type(error), str(error), getattr(error, "reasons", ())


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_plain_success_ends_as_without_a_lane(fault: str) -> None:
    with scripted(FAULTS[fault]) as plain, scripted(FAULTS[fault]) as server:
        without, by_lane = (tables(plain.url, by_lane=False), tables(server.url))
        ports = [one.url.rpartition(":")[2] for one in (plain, server)]
        wanted, seen = outcome(lambda: write(without)), outcome(lambda: write(by_lane))
        assert repr(seen).replace(ports[1], ports[0]) == repr(wanted)
        assert (len(plain.requests), len(server.requests)) == (1, 2)
        assert set(server.requests) == set(plain.requests)


ODD = {
    "an array": answer(b"[]"),
    "a checksum that is no number": answer(x_amz_crc32="none"),
    "another protocol": answer(b"", "101 Switching Protocols", connection="upgrade", upgrade="h2c"),
    "to be continued": Answer(b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE),
}


@pytest.mark.parametrize("fault", [*FAULTS, *ODD])
def test_what_goes_wrong_once_goes_right_by_the_client(fault: str) -> None:
    with scripted((FAULTS | ODD)[fault], answer()) as server:
        found = tables(server.url)
        assert [write(found) for _ in range(3)] == [DONE] * 3
        assert len(server.requests) == 4


PAGE = b'{"Items":[{"id":{"S":"a"}},{"id":{"S":"b"}}],"Count":2,"ScannedCount":2}'


@pytest.mark.parametrize("fault", [*FAULTS, *ODD])
def test_a_page_that_goes_wrong_once_comes_by_the_client(fault: str) -> None:
    with scripted((FAULTS | ODD)[fault], answer(PAGE, x_amz_crc32=crc_of(PAGE))) as server:
        found = tables(server.url)
        pages = [found.read(ReadRequest(TABLE)) for _ in range(3)]
        assert [page.texts for page in pages] == [[b'{"id":{"S":"a"}}', b'{"id":{"S":"b"}}']] * 3
        assert len(server.requests) == 4
        assert len(set(server.requests)) == 1


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "created"])  # which is a write's
def test_a_page_that_goes_wrong_twice_ends_as_without_a_lane(fault: str) -> None:
    with scripted(FAULTS[fault]) as plain, scripted(FAULTS[fault]) as server:
        without, by_lane = (tables(plain.url, by_lane=False), tables(server.url))
        ports = [one.url.rpartition(":")[2] for one in (plain, server)]
        wanted, seen = (outcome(partial(one.read, ReadRequest(TABLE))) for one in (without, by_lane))
        assert repr(seen).replace(ports[1], ports[0]) == repr(wanted)
        assert isinstance(seen, tuple)
        assert (len(plain.requests), len(server.requests)) == (1, 2)


def test_a_page_with_another_checksum_is_read_again() -> None:
    broken = PAGE.replace(b'"b"', b'"c"')
    with scripted(answer(broken, x_amz_crc32=crc_of(PAGE)), answer(PAGE)) as server:
        page = tables(server.url).read(ReadRequest(TABLE))
        assert page.items == [{"id": {"S": "a"}}, {"id": {"S": "b"}}]
        assert len(server.requests) == 2


def test_what_is_left_comes_back_from_the_one_request_that_left_it() -> None:
    with scripted(answer(LEFT, x_amz_crc32=crc_of(LEFT))) as server:
        (left,) = write(tables(server.url)).unprocessed
        assert left == '{"PutRequest":{"Item":{"id":{"S":"a"},"n":{"N":"1.50"}}}}'
        assert len(server.requests) == 1


def chunked(body: bytes) -> Answer:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:9], body[9:]))
    return Answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("good", "connections"),
    [
        (answer(), 1),
        (answer(x_amz_crc32=crc_of(OK)), 1),
        (chunked(OK), 1),
        (answer(connection="close", last=True), 5),
        (Answer(WHOLE.replace(b"1.1", b"1.0"), last=True), 5),
    ],
)
def test_a_connection_is_used_for_as_long_as_it_stays_open(good: Answer, connections: int) -> None:
    with scripted(good) as server:
        found = tables(server.url)
        assert [write(found) for _ in range(5)] == [DONE] * 5
        assert (server.connections, len(server.requests)) == (connections, 5)


def test_more_than_one_answer_to_a_request_is_none() -> None:
    with scripted(Answer(WHOLE + WHOLE), answer()) as server:
        found = tables(server.url)
        assert [write(found), write(found)] == [DONE, DONE]
        assert (server.connections, len(server.requests)) == (3, 3)


def test_several_requests_are_on_their_way_before_the_first_is_answered() -> None:
    with scripted(together=3) as server:
        found = tables(server.url)
        begun = [found.begin_write(TABLE, REQUESTS) for _ in range(3)]
        assert [one.written() for one in begun] == [DONE] * 3
        assert (server.connections, len(server.requests)) == (3, 3)


def test_nobody_gets_the_answer_to_a_request_that_was_abandoned() -> None:
    with scripted() as server:
        found = tables(server.url)
        begun = found.begin_write(TABLE, REQUESTS)
        begun.abandon()
        begun.abandon()
        assert [write(found), write(found)] == [DONE, DONE]
        assert server.connections == 2


def test_a_connection_that_died_while_nobody_used_it_costs_one_request_by_the_client() -> None:
    with scripted(answer(), answer(last=True), answer()) as server:
        found = tables(server.url)
        assert [write(found) for _ in range(4)] == [DONE] * 4
        assert len(server.requests) == 4
        assert server.connections == 3


def test_a_connection_that_was_not_used_for_long_is_not_used_again() -> None:
    clock = FakeClock()
    with scripted() as server:
        connections = Connections(server.url.removeprefix("http://"), None, clock.now)
        first = connections.take()
        first.send(b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        assert first.receive() == OK
        connections.give_back(first)
        clock.sleep(4.9)
        assert connections.take() is first
        connections.give_back(first)
        clock.sleep(5.1)
        second = connections.take()
        assert second is not first
        second.close()


def test_a_process_uses_no_connection_that_it_was_forked_with(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted() as server:
        found = tables(server.url)
        write(found)
        own = os.getpid()
        monkeypatch.setattr(os, "getpid", lambda: own + 1)
        assert [write(found), write(found)] == [DONE, DONE]
        assert server.connections == 2


def test_an_endpoint_that_cannot_be_connected_to_is_not_tried_again_at_once() -> None:
    clock = FakeClock()
    with scripted() as server:
        host = server.url.removeprefix("http://")
    connections = Connections(host, None, clock.now)
    for words in ("refused", "a moment ago", "a moment ago"):
        with pytest.raises(OSError, match=words):
            connections.take()
    clock.sleep(31)
    with pytest.raises(OSError, match="refused"):
        connections.take()


def test_an_endpoint_that_is_not_there_is_trouble_that_may_pass() -> None:
    with scripted() as server:
        found = tables(server.url)
    with pytest.raises(TransientError, match=TABLE):
        write(found)


@pytest.fixture
def tls(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate, and the context of a server that has it."""
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


def test_certificates_are_trusted_as_the_sdk_trusts_them(
    tls: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, context = tls
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    with scripted(context=context) as server:
        found = tables(server.url)
        assert [write(found), write(found)] == [DONE, DONE]
        assert (server.connections, len(server.requests)) == (1, 2)


def test_a_certificate_that_nobody_trusts_is_refused(tls: tuple[Path, ssl.SSLContext]) -> None:
    with scripted(context=tls[1]) as server:
        with pytest.raises(TransientError, match="CERTIFICATE_VERIFY_FAILED"):
            write(tables(server.url))
        assert not server.requests


URL = "http://127.0.0.1:4566"


def test_a_lane_leads_where_the_client_does(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        lane = open_lane(own_session().create_client("dynamodb"), own_session())
        assert lane is not None
        assert lane.begin("BatchWriteItem", b"{}").answer() == OK


@pytest.mark.parametrize(
    ("url", "config"),
    [(f"{URL}/under/a/path", {}), (URL, {"signature_version": UNSIGNED}), (URL, {"proxies": {"http": URL}})],
)
def test_where_only_the_sdk_knows_the_way_there_is_no_lane(url: str, config: dict[str, Any]) -> None:
    assert open_lane(*pair(URL)) is not None
    assert open_lane(*pair(url, **config)) is None


def test_there_is_no_lane_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert open_lane(*pair("http://dynamodb.eu-west-1.amazonaws.com")) is None
    monkeypatch.setenv("no_proxy", "amazonaws.com")
    assert open_lane(*pair("http://dynamodb.eu-west-1.amazonaws.com")) is not None


def test_there_is_no_lane_for_who_has_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    client, session = pair(URL)
    monkeypatch.setattr(session, "get_credentials", lambda: None)
    assert open_lane(client, session) is None


@pytest.mark.parametrize(
    "trouble", [CredentialRetrievalError(provider="any", error_msg="odd"), RoleNotAllowedError("no")]
)
def test_credentials_that_cannot_be_had_are_the_clients_matter(trouble: Exception) -> None:
    class Without:
        def get_frozen_credentials(self) -> None:
            raise trouble

    signer = Signer(Without(), Service("127.0.0.1:1", REGION, "dynamodb", "any"))
    assert Lane(signer, Connections("127.0.0.1:1", None)).begin("BatchWriteItem", b"{}").answer() is None


class Losing(Lane):
    """Each answer is lost on its way back."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    def begin(self, operation: str, body: bytes, patience: float = TIMEOUT) -> Flight:
        assert self._lane.begin(operation, body, patience).answer() is not None
        return Flight(Connections("127.0.0.1:1", None), None)


def losing(behind: Behind, service: str) -> tuple[Any, Losing]:
    client, session = behind.pair(service)
    lane = open_lane(client, session)
    assert lane is not None
    return client, Losing(lane)


def test_a_write_whose_answer_was_lost_is_written_once(behind: Behind) -> None:
    create_orders(client("dynamodb"))
    found, lane = losing(behind, "dynamodb")
    assert write(DynamoTables(found, lane=lane)).unprocessed == ()
    assert client("dynamodb").scan(TableName=TABLE)["Count"] == 1


def test_a_settling_whose_answer_was_lost_counts_once(behind: Behind) -> None:
    real_ledger(client("dynamodb"))
    found, lane = losing(behind, "dynamodb")
    ledger = DynamoLedger(LanedClient(found, lane), "ledger", FakeClock(), 30)
    ledger.settle("job", 0, 0, Outcome(Counts(written=25)))
    assert ledger.delivery("job", 0, 0).settled
    assert ledger.settled("job")[0].counts.written == 25


def test_a_unit_is_taken_once_though_every_answer_by_the_lane_is_lost(behind: Behind) -> None:
    real_ledger(client("dynamodb"))
    found, lane = losing(behind, "dynamodb")
    ledger = DynamoLedger(LanedClient(found, lane), "ledger", FakeClock(), 30)
    assert ledger.take_unit("job", UnitRecord(0)).turn == 1
    assert ledger.take_unit("job", UnitRecord(0)).turn == 2


def test_messages_whose_answer_was_lost_are_in_the_queue_at_least_once(behind: Behind) -> None:
    sqs = client("sqs")
    found, lane = losing(behind, "sqs")
    url = make_queue(sqs)
    assert SqsWriteQueue(LanedClient(found, lane), url).send(["a"]) == []
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in received] == ["a", "a"]


def test_messages_whose_answer_was_lost_are_in_a_fifo_queue_once(behind: Behind) -> None:
    sqs = client("sqs")
    found, lane = losing(behind, "sqs")
    url = make_queue(sqs, is_fifo=True)
    assert SqsUserQueue(LanedClient(found, lane), url).send([UserMessage("a", "group", "identity")]) == []
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in received] == ["a"]


def test_entries_that_a_queue_did_not_take_are_told_without_sending_the_others_again() -> None:
    body = (
        b'{"Successful":[{"Id":"1","MessageId":"m","MD5OfMessageBody":"m"}],"Failed":[{"Id":"2"},{"Id":"0"}]}'
    )
    with scripted(answer(body)) as server:
        found, session = pair(server.url, "sqs")
        queue = SqsWriteQueue(LanedClient(found, open_lane(found, session)), f"{server.url}/1/writes")
        assert queue.send(["a", "b", "c"]) == [0, 2]
        assert len(server.requests) == 1
