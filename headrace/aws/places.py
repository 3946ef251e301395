"""Places over STS: clients for other regions and, with roles to assume, for other accounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from typing import Any

from botocore.credentials import CredentialProvider, DeferredRefreshableCredentials

from headrace.aws.clients import client, patient_client, queue_client, session, table_client
from headrace.aws.errors import HERE, OwnPlace, credential_errors, role_errors
from headrace.aws.lane import Lane
from headrace.aws.laned import LanedClient, open_lane
from headrace.aws.queue import SqsUserQueue
from headrace.aws.tables import DynamoTables
from headrace.job.model import Place

_SESSION_NAME = "headrace"
_QUEUE_REGION = re.compile(r"https://sqs\.([a-z0-9-]+)\.amazonaws\.com")


def _own_sts(profile: str | None) -> Any:
    return client("sts") if profile is None else patient_client("sts", session(None, profile=profile))


def _now() -> datetime:
    return datetime.now(UTC)


class AwsPlaces:
    """Each place is made once; its credentials are refreshed before they expire.

    Args:
        sts: makes a client of STS with the credentials that are there without a role, by the profile's name
            if there is one.
        own: what holds for places that do not say it: region, profile, endpoint.
        lane: beside a client and its session.
    """

    def __init__(
        self,
        sts: Callable[[str | None], Any] = _own_sts,
        now: Callable[[], datetime] = _now,
        own: Place = HERE,
        lane: Callable[[Any, Any], Lane | None] = open_lane,
    ) -> None:
        self._sts = sts
        self._lane = lane
        self._now = now
        self._own = own
        self._lock = Lock()
        self._credentials: dict[tuple[str, str | None, str | None], AssumedRole] = {}
        self._tables: dict[Place, DynamoTables] = {}
        self._queues: dict[tuple[str, Place], SqsUserQueue] = {}

    def tables(self, place: Place) -> DynamoTables:
        """Raises RoleNotAllowedError, CredentialsError, TransientError."""
        with self._lock, credential_errors():
            if place not in self._tables:
                core = self._session(place)
                client = table_client(core.create_client, place.endpoint or self._own.endpoint)
                self._tables[place] = DynamoTables(client, self._told(place), self._lane(client, core))
            return self._tables[place]

    def queue(self, url: str, place: Place) -> SqsUserQueue:
        """Raises RoleNotAllowedError, CredentialsError, TransientError."""
        place = replace(place, region=place.region or _region_of(url))
        with self._lock, credential_errors():
            if (url, place) not in self._queues:
                core = self._session(place)
                client = queue_client(core, place.endpoint or self._own.endpoint)
                laned = LanedClient(client, self._lane(client, core))
                self._queues[url, place] = SqsUserQueue(laned, url, self._told(place))
            return self._queues[url, place]

    def _told(self, place: Place) -> Place:
        """As errors are to tell of it."""
        return OwnPlace(**asdict(place)) if isinstance(self._own, OwnPlace) else place

    def _session(self, place: Place) -> Any:
        """The role is assumed at once: who may not is told before anything is done."""
        region, profile = place.region or self._own.region, place.profile or self._own.profile
        if place.role_arn is None:
            return session(region, None, profile)
        key = place.role_arn, place.external_id, profile
        if key not in self._credentials:
            role = self._assumed(place.role_arn, place.external_id, profile)
            role.load().get_frozen_credentials()
            self._credentials[key] = role
        return session(region, self._credentials[key], profile)

    def _assumed(self, role: str, external_id: str | None, profile: str | None) -> AssumedRole:
        is_stacks = not isinstance(self._own, OwnPlace)
        return AssumedRole(partial(self._sts, profile), role, external_id, self._now, is_stacks)


class AssumedRole(CredentialProvider):
    """Where a client gets a role's credentials from, each time that they are about to expire.

    What goes wrong comes out of whatever call needs them, as RoleNotAllowedError or TransientError.
    """

    METHOD = "headrace-assumed-role"

    def __init__(
        self,
        sts: Callable[[], Any],
        role: str,
        external_id: str | None,
        now: Callable[[], datetime],
        is_stacks: bool = True,
    ) -> None:
        super().__init__()
        self._sts = sts
        self._role = role
        self._external_id = external_id
        self._is_stacks = is_stacks
        self._credentials = DeferredRefreshableCredentials(self._assume, self.METHOD, now)

    def load(self) -> DeferredRefreshableCredentials:
        return self._credentials

    def _assume(self) -> dict[str, str]:
        asked = {"RoleArn": self._role, "RoleSessionName": _SESSION_NAME}
        if self._external_id is not None:
            asked["ExternalId"] = self._external_id
        with role_errors(self._role, self._external_id, self._is_stacks):
            found = self._sts().assume_role(**asked)["Credentials"]
        return {
            "access_key": found["AccessKeyId"],
            "secret_key": found["SecretAccessKey"],
            "token": found["SessionToken"],
            "expiry_time": found["Expiration"].isoformat(),
        }


def _region_of(url: str) -> str | None:
    found = _QUEUE_REGION.match(url)
    return found[1] if found else None
