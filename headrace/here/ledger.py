"""Ledger over SQLite: survives the process, so that a job that was interrupted goes on where it stood.

`records` has a job's record, `stop` and `unit#<unit>`, each as JSON; `messages` has a row for each message
that anything is known of.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import RLock

import orjson

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
    add_counts,
)
from headrace.ledger_json import read_job, read_outcome, read_progress, read_unit
from headrace.ports import Counts

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    job TEXT, name TEXT, data TEXT NOT NULL, PRIMARY KEY (job, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    job TEXT, unit INTEGER, sequence INTEGER,
    settled TEXT, progress TEXT, reason TEXT, parked INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job, unit, sequence)
) WITHOUT ROWID;
"""
_JOB, _STOP = "job", "stop"
_PATIENCE_SECONDS = 60.0
"""How long to wait for another process that writes."""


class SqliteLedger:
    """One connection for all threads of a process, one at a time; other processes may look on.

    Args:
        path: of the database, which is made where there is none.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = RLock()
        with _errors():
            self._database = sqlite3.connect(
                path, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
            )
            # Written at once and read by others meanwhile; a power cut may cost the last moments, a killed
            # process nothing.
            self._database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def jobs(self) -> list[JobRecord]:
        """All jobs, the latest first."""
        with self._reading():
            found = self._database.execute(
                "SELECT data FROM records WHERE name = ? AND job NOT LIKE '%/%'", (_JOB,)
            )
            records = [read_job(data) for (data,) in found]
        return sorted(records, key=lambda record: record.started, reverse=True)

    def forget(self, job: str) -> None:
        """Deletes all that is known of a job, its resumptions included."""
        with self._transaction():
            for table in ("records", "messages"):
                self._database.execute(
                    f"DELETE FROM {table} WHERE job = ? OR (job > ? || '/' AND job < ? || '0')", (job,) * 3
                )

    def claim(self, record: JobRecord) -> JobRecord:
        with self._transaction():
            self._database.execute(
                "INSERT OR IGNORE INTO records VALUES (?, ?, ?)", (record.job, _JOB, _json(record))
            )
            return self.job(record.job) or record

    def job(self, job: str) -> JobRecord | None:
        data = self._get(job, _JOB)
        return read_job(data) if data else None

    def save_job(self, record: JobRecord) -> None:
        with self._transaction():
            known = self.job(record.job)
            if known and known.resumed > record.resumed:
                raise TurnLostError(f"job {record.job!r} was resumed by another execution")
            self._put(record.job, _JOB, record)

    def stop(self, job: str, stop: Stop) -> None:
        with self._transaction():
            self._database.execute(
                "INSERT OR IGNORE INTO records VALUES (?, ?, ?)", (job, _STOP, _json(stop))
            )

    def stopped(self, job: str) -> Stop | None:
        data = self._get(job, _STOP)
        return Stop(**orjson.loads(data)) if data else None

    def clear_stop(self, job: str) -> None:
        with self._transaction():
            self._database.execute("DELETE FROM records WHERE job = ? AND name = ?", (job, _STOP))

    def unit(self, job: str, unit: int) -> UnitRecord | None:
        data = self._get(job, _unit_name(unit))
        return read_unit(data) if data else None

    def take_unit(self, job: str, fresh: UnitRecord) -> UnitRecord:
        with self._transaction():
            known = self.unit(job, fresh.unit) or fresh
            if known.state.is_final:
                return known
            taken = replace(known, turn=known.turn + 1)
            self._put(job, _unit_name(fresh.unit), taken)
            return taken

    def save_unit(self, job: str, record: UnitRecord) -> None:
        with self._transaction():
            known = self.unit(job, record.unit) or UnitRecord(record.unit)
            is_over = known.state.is_final and record.state is not UnitState.VOID
            if not is_over and known.turn <= record.turn:
                self._put(job, _unit_name(record.unit), record)
            elif known.state is not UnitState.DONE or known.turn > record.turn:
                raise TurnLostError(f"unit {record.unit} of job {job!r} is in the hands of another worker")

    def reopen_unit(self, job: str, record: UnitRecord) -> None:
        with self._transaction():
            known = self.unit(job, record.unit)
            if known and known.state in (UnitState.DONE, UnitState.FAILED) and known.turn <= record.turn:
                self._put(job, _unit_name(record.unit), record)

    def units(self, job: str) -> list[UnitRecord]:
        with self._reading():
            found = self._database.execute(
                "SELECT data FROM records WHERE job = ? AND name >= 'unit#' AND name < 'unit$'", (job,)
            )
            return sorted((read_unit(data) for (data,) in found), key=lambda record: record.unit)

    def delivery(self, job: str, unit: int, sequence: int) -> Delivery:
        with self._reading():
            row = self._database.execute(
                "SELECT settled, progress, reason FROM messages WHERE job = ? AND unit = ? AND sequence = ?",
                (job, unit, sequence),
            ).fetchone()
            stopped = self.stopped(job) is not None
        settled, progress, reason = row or (None, None, None)
        if settled is not None:
            return Delivery(settled=True, stopped=stopped)
        return Delivery(
            stopped=stopped, progress=read_progress(progress) if progress else Progress(), reason=reason
        )

    def keep_progress(self, job: str, unit: int, sequence: int, progress: Progress) -> None:
        self._note(job, unit, sequence, "progress", _json(progress))

    def note_failure(self, job: str, unit: int, sequence: int, reason: str) -> None:
        self._note(job, unit, sequence, "reason", reason)

    def settle(self, job: str, unit: int, sequence: int, outcome: Outcome) -> bool:
        with self._transaction():
            changed = self._database.execute(
                "INSERT INTO messages (job, unit, sequence, settled) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET settled = excluded.settled, progress = NULL, reason = NULL "
                "WHERE settled IS NULL",
                (job, unit, sequence, _json(outcome)),
            )
            return changed.rowcount == 1

    def park(self, job: str, unit: int, sequence: int) -> None:
        self._note(job, unit, sequence, "parked", 1)

    def settled(self, job: str) -> dict[int, Settled]:
        sums: dict[int, _UnitSum] = defaultdict(_UnitSum)
        with self._reading():
            rows = self._database.execute(
                "SELECT unit, sequence, settled, progress, parked FROM messages WHERE job = ? "
                "ORDER BY unit, sequence",
                (job,),
            )
            for unit, sequence, outcome, progress, parked in rows:
                sums[unit].add(sequence, outcome, progress, parked)
        return {unit: one.settled() for unit, one in sums.items()}

    def _note(self, job: str, unit: int, sequence: int, column: str, value: str | int) -> None:
        with self._transaction():
            self._database.execute(
                f"INSERT INTO messages (job, unit, sequence, {column}) VALUES (?, ?, ?, ?) "
                f"ON CONFLICT DO UPDATE SET {column} = excluded.{column}",
                (job, unit, sequence, value),
            )

    def _get(self, job: str, name: str) -> str | None:
        with self._reading():
            row = self._database.execute(
                "SELECT data FROM records WHERE job = ? AND name = ?", (job, name)
            ).fetchone()
        return row[0] if row else None

    def _put(self, job: str, name: str, value: object) -> None:
        self._database.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", (job, name, _json(value)))

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Of what is there now, also inside a transaction; it keeps no other process from writing."""
        with self._lock, _errors():
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, and nobody else in between; one inside another is part of it."""
        with self._lock:
            if self._database.in_transaction:
                yield
                return
            with _errors():
                self._database.execute("BEGIN IMMEDIATE")
                with self._database:
                    yield


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise TransientError(f"the ledger on this machine: {error}") from error


class _UnitSum:
    """Adds up the messages of a unit."""

    def __init__(self) -> None:
        self._settled: list[int] = []
        self._parked: list[int] = []
        self._lines = 0
        self._counts = Counts()
        self._parts: list[str] = []
        self._reason: str | None = None

    def add(self, sequence: int, outcome: str | None, progress: str | None, parked: int) -> None:
        if outcome is not None:
            self._settle(sequence, read_outcome(outcome))
            return
        if parked:
            self._parked.append(sequence)
        if progress is not None:
            self._lines += read_progress(progress).lines

    def _settle(self, sequence: int, outcome: Outcome) -> None:
        self._settled.append(sequence)
        self._counts = add_counts(self._counts, outcome.counts)
        self._parts += outcome.parts
        self._reason = self._reason or outcome.reason

    def settled(self) -> Settled:
        return Settled(
            _bitmap(self._settled),
            self._lines,
            self._counts,
            tuple(self._parts),
            self._reason,
            _bitmap(self._parked),
        )


def _bitmap(numbers: list[int]) -> int:
    bits = bytearray(max(numbers, default=-1) // 8 + 1)
    for number in numbers:
        bits[number // 8] |= 1 << number % 8
    return int.from_bytes(bits, "little")


def _unit_name(unit: int) -> str:
    return f"unit#{unit:06d}"


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
