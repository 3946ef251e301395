"""Ledger over a DynamoDB table.

A job's records share its partition: `job`, `unit#<unit>`, and `settled#<unit>#<group>`, which settles
up to 256 messages of a unit: their numbers are a set, what became of them is added up beside it, and
one conditional update does both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import orjson
from botocore.exceptions import ClientError

from headrace.aws.errors import code_of, service_errors
from headrace.ledger import (
    Delivery,
    DuplicateNote,
    JobRecord,
    JobState,
    Outcome,
    Progress,
    RejectNote,
    Settled,
    Tally,
    UnitRecord,
    UnitState,
    add_outcomes,
)
from headrace.names import LEDGER_PARTITION_KEY, LEDGER_SORT_KEY, LEDGER_TTL
from headrace.ports import Clock, Counts

_GROUP = 256
_DAY = 86_400
_COUNTS = ("written", "skipped", "rejected", "failed")
_THROTTLE, _PROGRESS, _REASON = "throttle:", "progress:", "why:"
_MAX_REASON = 500

Attributes = dict[str, dict[str, Any]]


class DynamoLedger:
    """
    Args:
        retention_days: how long a job's records stay.
    """

    def __init__(self, client: Any, table: str, clock: Clock, retention_days: int) -> None:
        self._dynamodb = client
        self._table = table
        self._clock = clock
        self._retention = retention_days * _DAY

    def claim(self, record: JobRecord) -> JobRecord:
        _holds(
            lambda: self._dynamodb.put_item(
                **self._put_of(record.job, "job", record),
                ConditionExpression="attribute_not_exists(#sort)",
                ExpressionAttributeNames={"#sort": LEDGER_SORT_KEY},
            )
        )
        return self.job(record.job) or record

    def job(self, job: str) -> JobRecord | None:
        found = self._get(job, "job")
        if not found:
            return None
        fields = orjson.loads(found["data"]["S"])
        return JobRecord(**fields | {"state": JobState(fields["state"])})

    def save_job(self, record: JobRecord) -> None:
        self._put(record.job, "job", record)

    def unit(self, job: str, unit: int) -> UnitRecord | None:
        found = self._get(job, _unit_record(unit))
        return _read_unit(found) if found else None

    def save_unit(self, job: str, record: UnitRecord) -> None:
        put = self._put_of(job, _unit_record(record.unit), record)
        put["Item"]["state"] = {"S": str(record.state)}
        _holds(
            lambda: self._dynamodb.put_item(
                **put,
                ConditionExpression="attribute_not_exists(#state) OR #state <> :done",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={":done": {"S": str(UnitState.DONE)}},
            )
        )

    def units(self, job: str) -> list[UnitRecord]:
        return [_read_unit(item) for item in self._query(job, "unit#")]

    def delivery(self, job: str, unit: int, sequence: int) -> Delivery:
        item = self._get(job, _settled_record(unit, sequence))
        if str(sequence) in item.get("settled", {}).get("NS", ()):
            return Delivery(settled=True)
        progress = item.get(f"{_PROGRESS}{sequence}")
        reason = item.get(f"{_REASON}{sequence}")
        return Delivery(
            progress=_read_progress(progress["S"]) if progress else Progress(),
            reason=reason["S"] if reason else None,
        )

    def keep_progress(self, job: str, unit: int, sequence: int, progress: Progress) -> None:
        value = {"S": orjson.dumps(progress).decode()}
        self._update(job, _settled_record(unit, sequence), {f"{_PROGRESS}{sequence}": value})

    def note_failure(self, job: str, unit: int, sequence: int, reason: str) -> None:
        value = {"S": reason[:_MAX_REASON]}
        self._update(job, _settled_record(unit, sequence), {f"{_REASON}{sequence}": value})

    def settle(self, job: str, unit: int, sequence: int, outcome: Outcome) -> bool:
        names, values = {"#settled": "settled"}, {":number": {"N": str(sequence)}}
        adds, sets = [], []
        for position, (name, value) in enumerate(_additions(sequence, outcome).items()):
            names[f"#a{position}"], values[f":a{position}"] = name, value
            adds.append(f"#a{position} :a{position}")
        if outcome.reason:
            names["#reason"], values[":reason"] = "reason", {"S": outcome.reason[:_MAX_REASON]}
            sets.append("#reason = if_not_exists(#reason, :reason)")
        names |= {"#ttl": LEDGER_TTL, "#progress": f"{_PROGRESS}{sequence}", "#why": f"{_REASON}{sequence}"}
        values[":ttl"] = self._expiry()
        sets.append("#ttl = :ttl")
        return _holds(
            lambda: self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(job, _settled_record(unit, sequence)),
                UpdateExpression=f"ADD {', '.join(adds)} SET {', '.join(sets)} REMOVE #progress, #why",
                ConditionExpression="attribute_not_exists(#settled) OR NOT contains(#settled, :number)",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        )

    def settled(self, job: str) -> dict[int, Settled]:
        found: dict[int, Settled] = {}
        for item in self._query(job, "settled#"):
            unit = int(item[LEDGER_SORT_KEY]["S"].split("#")[1])
            found[unit] = _join(found.get(unit, Settled()), _read_settled(item))
        return found

    def _put(self, job: str, record: str, value: object) -> None:
        with service_errors("the ledger"):
            self._dynamodb.put_item(**self._put_of(job, record, value))

    def _put_of(self, job: str, record: str, value: object) -> dict[str, Any]:
        data = {"data": {"S": orjson.dumps(value).decode()}, LEDGER_TTL: self._expiry()}
        return {"TableName": self._table, "Item": _key(job, record) | data}

    def _get(self, job: str, record: str) -> Attributes:
        with service_errors("the ledger"):
            answer = self._dynamodb.get_item(
                TableName=self._table, Key=_key(job, record), ConsistentRead=True
            )
        found: Attributes = answer.get("Item", {})
        return found

    def _update(self, job: str, record: str, attributes: Attributes) -> None:
        attributes = attributes | {LEDGER_TTL: self._expiry()}
        with service_errors("the ledger"):
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(job, record),
                UpdateExpression="SET " + ", ".join(f"#n{i} = :v{i}" for i in range(len(attributes))),
                ExpressionAttributeNames={f"#n{i}": name for i, name in enumerate(attributes)},
                ExpressionAttributeValues={f":v{i}": value for i, value in enumerate(attributes.values())},
            )

    def _query(self, job: str, prefix: str) -> Iterator[Attributes]:
        with service_errors("the ledger"):
            pages = self._dynamodb.get_paginator("query").paginate(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="#job = :job AND begins_with(#record, :prefix)",
                ExpressionAttributeNames={"#job": LEDGER_PARTITION_KEY, "#record": LEDGER_SORT_KEY},
                ExpressionAttributeValues={":job": {"S": job}, ":prefix": {"S": prefix}},
            )
            for page in pages:
                yield from page["Items"]

    def _expiry(self) -> dict[str, str]:
        return {"N": str(int(self._clock.now()) + self._retention)}


def _holds(write: Callable[[], object]) -> bool:
    """Writes; False: the condition did not hold and nothing was written."""
    with service_errors("the ledger"):
        try:
            write()
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            return False
    return True


def _key(job: str, record: str) -> Attributes:
    return {LEDGER_PARTITION_KEY: {"S": job}, LEDGER_SORT_KEY: {"S": record}}


def _unit_record(unit: int) -> str:
    return f"unit#{unit:06d}"


def _settled_record(unit: int, sequence: int) -> str:
    return f"settled#{unit:06d}#{sequence // _GROUP:06d}"


def _read_unit(item: Attributes) -> UnitRecord:
    fields = orjson.loads(item["data"]["S"])
    tally = fields["tally"]
    first_reject, first_duplicate = tally["first_reject"], tally["first_duplicate"]
    notes = {
        "first_reject": RejectNote(**first_reject) if first_reject else None,
        "first_duplicate": DuplicateNote(**first_duplicate) if first_duplicate else None,
    }
    return UnitRecord(**fields | {"state": UnitState(fields["state"]), "tally": Tally(**tally | notes)})


def _read_progress(text: str) -> Progress:
    fields = orjson.loads(text)
    outcome = fields["outcome"]
    return Progress(
        fields["lines"], Outcome(Counts(**outcome["counts"]), tuple(outcome["parts"]), outcome["reason"])
    )


def _additions(sequence: int, outcome: Outcome) -> Attributes:
    counts = asdict(outcome.counts)
    added: Attributes = {"settled": {"NS": [str(sequence)]}, "messages": {"N": "1"}}
    added |= {name: {"N": str(counts[name])} for name in _COUNTS}
    added["units"] = {"N": f"{counts['units']:.1f}"}
    added |= {f"{_THROTTLE}{reason}": {"N": str(n)} for reason, n in outcome.counts.throttles.items()}
    if outcome.parts:
        added["parts"] = {"SS": list(outcome.parts)}
    return added


def _read_settled(item: Mapping[str, dict[str, Any]]) -> Settled:
    numbers = {name: float(value["N"]) for name, value in item.items() if "N" in value}
    settled = set(item.get("settled", {}).get("NS", ()))
    lines = [
        _read_progress(value["S"]).lines
        for name, value in item.items()
        if name.startswith(_PROGRESS) and name.removeprefix(_PROGRESS) not in settled
    ]
    written, skipped, rejected, failed = (int(numbers.get(name, 0)) for name in _COUNTS)
    throttles = {
        name.removeprefix(_THROTTLE): int(n) for name, n in numbers.items() if name.startswith(_THROTTLE)
    }
    counts = Counts(written, skipped, rejected, failed, numbers.get("units", 0.0), throttles)
    return Settled(
        messages=int(numbers.get("messages", 0)),
        in_progress=sum(lines),
        counts=counts,
        parts=tuple(item.get("parts", {}).get("SS", ())),
        reason=item.get("reason", {}).get("S"),
    )


def _join(one: Settled, other: Settled) -> Settled:
    both = add_outcomes(
        Outcome(one.counts, one.parts, one.reason), Outcome(other.counts, other.parts, other.reason)
    )
    return Settled(
        one.messages + other.messages,
        one.in_progress + other.in_progress,
        both.counts,
        both.parts,
        both.reason,
    )
