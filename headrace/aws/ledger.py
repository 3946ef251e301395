"""Ledger over a DynamoDB table.

A job's records share its partition: `job`, `stop` where it is to stop, `unit#<unit>`, and
`settled#<unit>#<group>`, which settles up to 256 messages of a unit: their numbers are a set, what
became of them is added up beside it, and one conditional update does both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from typing import Any

import orjson
from botocore.exceptions import ClientError

from headrace.aws.errors import code_of, service_errors
from headrace.errors import TransientError, TurnLostError
from headrace.ledger import (
    Delivery,
    JobRecord,
    Outcome,
    Progress,
    Settled,
    Stop,
    UnitRecord,
    UnitState,
    add_outcomes,
)
from headrace.ledger_json import read_job, read_progress, read_unit
from headrace.names import LEDGER_PARTITION_KEY, LEDGER_SORT_KEY, LEDGER_TTL
from headrace.ports import Clock, Counts

_GROUP = 256
_GROUP_BYTES = _GROUP // 8
_STOP = "stop"
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
        return read_job(found["data"]["S"]) if found else None

    def save_job(self, record: JobRecord) -> None:
        put = self._put_of(record.job, "job", record)
        put["Item"]["resumed"] = {"N": str(record.resumed)}
        is_saved = _holds(
            lambda: self._dynamodb.put_item(
                **put,
                ConditionExpression="attribute_not_exists(#resumed) OR #resumed <= :resumed",
                ExpressionAttributeNames={"#resumed": "resumed"},
                ExpressionAttributeValues={":resumed": put["Item"]["resumed"]},
            )
        )
        if not is_saved:
            raise TurnLostError(f"job {record.job!r} was resumed by another execution")

    def stop(self, job: str, stop: Stop) -> None:
        _holds(
            lambda: self._dynamodb.put_item(
                **self._put_of(job, _STOP, stop),
                ConditionExpression="attribute_not_exists(#sort)",
                ExpressionAttributeNames={"#sort": LEDGER_SORT_KEY},
            )
        )

    def stopped(self, job: str) -> Stop | None:
        found = self._get(job, _STOP)
        return Stop(**orjson.loads(found["data"]["S"])) if found else None

    def clear_stop(self, job: str) -> None:
        with service_errors("the ledger"):
            self._dynamodb.delete_item(TableName=self._table, Key=_key(job, _STOP))

    def unit(self, job: str, unit: int) -> UnitRecord | None:
        found = self._get(job, _unit_record(unit))
        return _read_unit(found) if found else None

    def take_unit(self, job: str, fresh: UnitRecord) -> UnitRecord:
        while True:
            found = self._get(job, _unit_record(fresh.unit))
            known = _read_unit(found) if found else fresh
            if known.state.is_final:
                return known
            taken = replace(known, turn=known.turn + 1)
            if self._replace_unit(job, found, taken):
                return taken

    def save_unit(self, job: str, record: UnitRecord) -> None:
        condition = "(attribute_not_exists(#turn) OR #turn <= :turn)"
        names, values = {"#turn": "turn"}, {":turn": {"N": str(record.turn)}}
        if record.state is not UnitState.VOID:
            condition += " AND (attribute_not_exists(#state) OR NOT #state IN (:done, :void))"
            names["#state"] = "state"
            values |= {":done": {"S": str(UnitState.DONE)}, ":void": {"S": str(UnitState.VOID)}}
        if not self._put_unit(job, record, condition, names, values):
            self._refuse(job, record)

    def reopen_unit(self, job: str, record: UnitRecord) -> None:
        condition = "#state IN (:done, :failed) AND (attribute_not_exists(#turn) OR #turn <= :turn)"
        states = {":done": {"S": str(UnitState.DONE)}, ":failed": {"S": str(UnitState.FAILED)}}
        values = states | {":turn": {"N": str(record.turn)}}
        self._put_unit(job, record, condition, {"#state": "state", "#turn": "turn"}, values)

    def units(self, job: str) -> list[UnitRecord]:
        return sorted(map(_read_unit, self._query(job, "unit#")), key=lambda record: record.unit)

    def delivery(self, job: str, unit: int, sequence: int) -> Delivery:
        record = _settled_record(unit, sequence)
        found = self._get_all(job, (record, _STOP))
        item, stopped = found.get(record, {}), _STOP in found
        if str(sequence) in item.get("settled", {}).get("NS", ()):
            return Delivery(settled=True, stopped=stopped)
        progress = item.get(f"{_PROGRESS}{sequence}")
        reason = item.get(f"{_REASON}{sequence}")
        return Delivery(
            stopped=stopped,
            progress=read_progress(progress["S"]) if progress else Progress(),
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

    def park(self, job: str, unit: int, sequence: int) -> None:
        with service_errors("the ledger"):
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(job, _settled_record(unit, sequence)),
                UpdateExpression="ADD #parked :number SET #ttl = :ttl",
                ExpressionAttributeNames={"#parked": "parked", "#ttl": LEDGER_TTL},
                ExpressionAttributeValues={":number": {"NS": [str(sequence)]}, ":ttl": self._expiry()},
            )

    def settled(self, job: str) -> dict[int, Settled]:
        found: dict[int, _UnitSum] = defaultdict(_UnitSum)
        for item in self._query(job, "settled#"):
            _, unit, group = item[LEDGER_SORT_KEY]["S"].split("#")
            found[int(unit)].add(int(group), item)
        return {unit: one.settled() for unit, one in found.items()}

    def _put_unit(
        self, job: str, record: UnitRecord, condition: str, names: dict[str, str], values: Attributes
    ) -> bool:
        """False: the condition did not hold."""
        put = self._put_of(job, _unit_record(record.unit), record)
        put["Item"] |= {"state": {"S": str(record.state)}, "turn": {"N": str(record.turn)}}
        options = {"ExpressionAttributeValues": values} if values else {}
        return _holds(
            lambda: self._dynamodb.put_item(
                **put, ConditionExpression=condition, ExpressionAttributeNames=names, **options
            )
        )

    def _replace_unit(self, job: str, found: Attributes, record: UnitRecord) -> bool:
        """False: what was found is not what is there any more: someone was faster."""
        if not found:
            return self._put_unit(job, record, "attribute_not_exists(#sort)", {"#sort": LEDGER_SORT_KEY}, {})
        return self._put_unit(job, record, "#data = :data", {"#data": "data"}, {":data": found["data"]})

    def _refuse(self, job: str, record: UnitRecord) -> None:
        """A unit's record was not taken: right where the same turn has done the unit, and else the turn
        is lost."""
        known = self.unit(job, record.unit)
        if known is None or known.state is not UnitState.DONE or known.turn > record.turn:
            raise TurnLostError(f"unit {record.unit} of job {job!r} is in the hands of another worker")

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

    def _get_all(self, job: str, records: Iterable[str]) -> dict[str, Attributes]:
        """By record, those that there are."""
        keys = {"Keys": [_key(job, record) for record in records], "ConsistentRead": True}
        with service_errors("the ledger"):
            answer = self._dynamodb.batch_get_item(RequestItems={self._table: keys})
        if answer.get("UnprocessedKeys"):
            raise TransientError("the ledger: it did not answer for every record, as it is busy")
        return {item[LEDGER_SORT_KEY]["S"]: item for item in answer["Responses"].get(self._table, ())}

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
    return read_unit(item["data"]["S"])


def _additions(sequence: int, outcome: Outcome) -> Attributes:
    counts = asdict(outcome.counts)
    added: Attributes = {"settled": {"NS": [str(sequence)]}}
    added |= {name: {"N": str(counts[name])} for name in _COUNTS}
    added["units"] = {"N": f"{counts['units']:.1f}"}
    added |= {f"{_THROTTLE}{reason}": {"N": str(n)} for reason, n in outcome.counts.throttles.items()}
    if outcome.parts:
        added["parts"] = {"SS": list(outcome.parts)}
    return added


class _UnitSum:
    """Adds up the groups of a unit, in a time that grows with their number alone."""

    def __init__(self) -> None:
        self._settled = bytearray()
        self._parked = bytearray()
        self._in_progress = 0
        self._outcome = Outcome()

    def add(self, group: int, item: Attributes) -> None:
        settled, parked = _numbers(item, "settled"), _numbers(item, "parked")
        _place(self._settled, group, settled)
        _place(self._parked, group, parked - settled)
        self._in_progress += _lines_in_progress(item, settled)
        self._outcome = add_outcomes(self._outcome, _read_outcome(item))

    def settled(self) -> Settled:
        outcome = self._outcome
        return Settled(
            int.from_bytes(self._settled, "little"),
            self._in_progress,
            outcome.counts,
            outcome.parts,
            outcome.reason,
            int.from_bytes(self._parked, "little"),
        )


def _numbers(item: Attributes, name: str) -> set[int]:
    return set(map(int, item.get(name, {}).get("NS", ())))


def _place(bitmap: bytearray, group: int, numbers: Iterable[int]) -> None:
    """Sets the bits of a group's messages."""
    bits = 0
    for number in numbers:
        bits |= 1 << (number % _GROUP)
    end = (group + 1) * _GROUP_BYTES
    bitmap.extend(bytes(max(end - len(bitmap), 0)))
    bitmap[end - _GROUP_BYTES : end] = bits.to_bytes(_GROUP_BYTES, "little")


def _lines_in_progress(item: Attributes, settled: Iterable[int]) -> int:
    return sum(
        read_progress(value["S"]).lines
        for name, value in item.items()
        if name.startswith(_PROGRESS) and int(name.removeprefix(_PROGRESS)) not in settled
    )


def _read_outcome(item: Attributes) -> Outcome:
    numbers = {name: float(value["N"]) for name, value in item.items() if "N" in value}
    written, skipped, rejected, failed = (int(numbers.get(name, 0)) for name in _COUNTS)
    throttles = {
        name.removeprefix(_THROTTLE): int(n) for name, n in numbers.items() if name.startswith(_THROTTLE)
    }
    counts = Counts(written, skipped, rejected, failed, numbers.get("units", 0.0), throttles)
    return Outcome(counts, tuple(item.get("parts", {}).get("SS", ())), item.get("reason", {}).get("S"))
