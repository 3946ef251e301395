"""The composition root of the pipeline on this machine."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from headrace import layout
from headrace.allowed import Allowed
from headrace.aws.clients import patient_client, session
from headrace.aws.errors import HERE, OwnPlace
from headrace.aws.objects import S3ObjectStore
from headrace.aws.places import AwsPlaces
from headrace.clock import SystemClock
from headrace.dead_letters import DeadLetters
from headrace.estimating.estimator import Estimator
from headrace.here.ledger import SqliteLedger
from headrace.here.locks import JobLocks
from headrace.here.patience import Patience, PatientPlaces
from headrace.here.queue import Feed, HereQueue
from headrace.here.runner import HOME, OnLook, Parts, Runner
from headrace.here.stores import FilesAndS3
from headrace.here.workers import MessageWorker, Stopping, UnitWorker
from headrace.job.model import Place
from headrace.line_writer import Width
from headrace.loader import Loader
from headrace.plan import Plans
from headrace.planner import Planner
from headrace.ports import Clock, ObjectStore, Places
from headrace.prices import Prices
from headrace.reporter import Reporter
from headrace.scanning.scanner import Scanner
from headrace.writer import Writer

RETENTION_DAYS = 30
ANYTHING = Allowed(("arn:*",), ("arn:*",), ("arn:*",), is_here=True)
"""What this machine's own credentials may do, AWS knows."""


class Workbench:
    """The folder where jobs of this machine are kept, and all that works there.

    Args:
        folder: an absolute path; it is made where there is none.
        own: profile, region and endpoint for whatever a job does not say.
        patience: with tables that do not take what they are sent; by default jobs have it until they stall.
        places, s3: where tables and queues, and buckets are; by default AWS.
    """

    def __init__(
        self,
        folder: Path,
        own: Place = HERE,
        places: Places | None = None,
        s3: ObjectStore | None = None,
        clock: Clock | None = None,
        patience: Patience | None = None,
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is rejected is somebody's data
        self.clock = clock or SystemClock()
        self.rng = random.SystemRandom()
        self.bucket = str(folder)
        self.locks = JobLocks(folder / "locks", self.clock)
        self.ledger = SqliteLedger(folder / "ledger.sqlite")
        self.store = store_of(own, s3)
        self.plans = Plans(self.store, self.bucket)
        self._places = places or places_of(own)
        if patience:
            self._places = PatientPlaces(self._places, patience, self.clock, self.rng)
        self._forget_old_jobs(folder)

    def close(self) -> None:
        self.ledger.close()

    def _forget_old_jobs(self, folder: Path) -> None:
        """As the pipeline's bucket and ledger do by themselves."""
        oldest = self.clock.now() - RETENTION_DAYS * 86_400
        for record in self.ledger.jobs():
            if record.started < oldest and not self.locks.is_held(record.job):
                shutil.rmtree(folder / layout.job_prefix(record.job), ignore_errors=True)
                self.ledger.forget(record.job)

    def reporter(self) -> Reporter:
        return Reporter(self.store, self.ledger, self.plans, NoEvents(), self.clock, self.bucket)

    def runner(self, workers: int, on_look: OnLook) -> Runner:
        """For one run of one job."""
        stopping, queue, width = Stopping(), HereQueue(self.clock), Width()
        planner = Planner(
            self.store, self._places, self.ledger, self.locks, self.clock, self.bucket, ANYTHING
        )
        parts = Parts(
            store=self.store,
            ledger=self.ledger,
            planner=planner,
            reporter=self.reporter(),
            units=self._unit_worker(Feed(queue), stopping),
            messages=self._message_worker(queue, width, stopping),
            queue=queue,
            width=width,
            locks=self.locks,
            clock=self.clock,
            rng=self.rng,
            stopping=stopping,
        )
        return Runner(parts, workers, on_look)

    def _unit_worker(self, feed: Feed, stopping: Stopping) -> UnitWorker:
        loader = Loader(self.store, feed, self.ledger, self.clock, self.rng, self.bucket)
        scanner = Scanner(self.store, self._places, feed, self.ledger, self.clock, self.rng, self.bucket)
        return UnitWorker(loader, scanner, self.plans, self.ledger, self.clock, self.rng, stopping)

    def _message_worker(self, queue: HereQueue, width: Width, stopping: Stopping) -> MessageWorker:
        """Threads share it."""
        writer = Writer(
            self.store,
            self._places,
            queue,
            self.ledger,
            self.plans,
            self.clock,
            self.rng,
            self.bucket,
            width=width,
        )
        dead_letters = DeadLetters(self.store, self.ledger, self.plans, self.rng, self.bucket)
        return MessageWorker(queue, writer, dead_letters, self.clock, stopping)


def estimator_of(folder: Path, own: Place, prices: Prices) -> Estimator:
    """
    Args:
        folder: where jobs of this machine are kept.
    """
    return Estimator(store_of(own), places_of(own), str(folder), ANYTHING, HOME, prices)


class NoEvents:
    """Nobody listens on this machine: whoever started a job gets its report."""

    def publish(self, detail: Mapping[str, Any]) -> None:
        """Does nothing."""


def store_of(own: Place, s3: ObjectStore | None = None) -> ObjectStore:
    """Files of this machine, and buckets."""
    return FilesAndS3(lambda: s3 or S3ObjectStore(_s3(own)))


def places_of(own: Place) -> Places:
    """Where tables and queues are."""
    return AwsPlaces(own=OwnPlace(**asdict(own)))


def _s3(own: Place) -> Any:
    return patient_client("s3", session(own.region, profile=own.profile), own.endpoint)
