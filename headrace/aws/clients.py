"""Clients of AWS, made when they are first needed.

They are botocore's: boto3 makes the same, and takes longer to be imported. Untyped, as the stubs know
services only by their literal names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.credentials import CredentialProvider, CredentialResolver

from headrace.aws.errors import credential_errors
from headrace.aws.laned import LanedClient, open_lane

MAX_CONNECTIONS = 64
"""Of all threads together; more are made and thrown away."""
_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 5})


@cache
def client(service: str) -> Any:
    """A client that retries what the network spoils."""
    return patient_client(service, _own_session())


@cache
def laned_client(service: str) -> LanedClient:
    """The same with a lane beside it."""
    return LanedClient(client(service), open_lane(client(service), _own_session()))


class LateClient:
    """Stands in for a client that may not be needed, and is made when it is.

    Args:
        make: not called by two threads at once.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = cache(make)
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            made = self._make()
        return getattr(made, name)


@cache
def _own_session() -> Any:
    return botocore.session.get_session()


def session(
    region: str | None, credentials: CredentialProvider | None = None, profile: str | None = None
) -> Any:
    """For clients in another region, or with other credentials than the function's own."""
    core = botocore.session.get_session()
    if profile is None:
        # What the SDK knows of services is read once: that takes most of what a client takes to be made.
        core.register_component("data_loader", _own_session().get_component("data_loader"))
    else:
        core.set_config_variable("profile", profile)
        core.get_scoped_config()  # tells at once where there is no such profile
    if credentials is not None:
        core.register_component("credential_provider", CredentialResolver([credentials]))
    if region is not None:
        core.set_config_variable("region", region)
    return core


def table_client(create: Callable[..., Any], endpoint: str | None = None) -> Any:
    """A client for users' tables that does not retry: its caller has to know each throttling.

    Args:
        create: makes clients, as a session of the SDK does.
    """
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        connect_timeout=3,
        read_timeout=15,
        tcp_keepalive=True,
        max_pool_connections=MAX_CONNECTIONS,
    )
    return create("dynamodb", config=config, endpoint_url=endpoint)


def queue_client(session: Any, endpoint: str | None = None) -> Any:
    """A client for users' queues."""
    return session.create_client("sqs", config=_PATIENT, endpoint_url=endpoint)


def patient_client(service: str, session: Any, endpoint: str | None = None) -> Any:
    """One that retries what the network spoils, of a session of its own."""
    return session.create_client(service, config=_PATIENT, endpoint_url=endpoint)


def clients_of(region: str | None, profile: str | None, endpoint: str | None) -> Callable[[str], Any]:
    """Makes clients for somebody who uses the stack from outside, by a service's name.

    Args:
        region, profile, endpoint: None: what the environment and the AWS configuration say.

    Raises CredentialsError, also when a client is made: there is no such profile, or no region."""
    with credential_errors():
        made = session(region, profile=profile)

    def make(service: str) -> Any:
        with credential_errors():
            return patient_client(service, made, endpoint)

    return make
