"""The lane beside an SDK's client: where it leads, and a client that uses it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import orjson
from botocore.httpsession import get_cert_path
from botocore.utils import get_environ_proxies
from urllib3.util.ssl_ import create_urllib3_context

from headrace.aws.connections import Connections
from headrace.aws.lane import Lane
from headrace.aws.signing import Service, Signer

_DEFAULT_PORTS = {"http": 80, "https": 443}


def open_lane(client: Any, session: Any) -> Lane | None:
    """To where the client's requests go, with its session's credentials and its trust in certificates.

    None: there is none, as only the SDK knows how to get there, by a proxy, say, or unsigned.

    Args:
        client, session: of botocore.
    """
    url, config = urlsplit(client.meta.endpoint_url), client.meta.config
    model, credentials = client.meta.service_model, session.get_credentials()
    is_plain = (
        credentials is not None
        and config.signature_version == "v4"
        and (model.protocol, model.metadata.get("jsonVersion")) == ("json", "1.0")
        and (url.path.strip("/"), url.query) == ("", "")
        and not config.proxies
        and not get_environ_proxies(client.meta.endpoint_url)
    )
    if not is_plain:
        return None
    host = _host(url.scheme, url.hostname or "", url.port)
    service = Service(host, client.meta.region_name, model.signing_name, model.metadata["targetPrefix"])
    context = _context(session.get_config_variable("ca_bundle")) if url.scheme == "https" else None
    return Lane(Signer(credentials, service), Connections(host, context))


def _host(scheme: str, name: str, port: int | None) -> str:
    name = f"[{name}]" if ":" in name else name
    return name if port in (None, _DEFAULT_PORTS[scheme]) else f"{name}:{port}"


@cache
def _context(bundle: str | None) -> ssl.SSLContext:
    """The SDK's own; making one takes 15 ms."""
    context = create_urllib3_context()
    context.load_verify_locations(bundle or get_cert_path(True))
    return context


class LanedClient:
    """Stands in for a client whose lane takes some operations: those whose arguments and answers are in
    JSON as they are in Python, without binary values and times, and that may be carried out twice."""

    def __init__(self, client: Any, lane: Lane | None) -> None:
        self._client = client
        self._lane = lane

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def send_message_batch(self, **asked: Any) -> Any:
        return self._call("SendMessageBatch", self._client.send_message_batch, asked)

    def batch_get_item(self, **asked: Any) -> Any:
        return self._call("BatchGetItem", self._client.batch_get_item, asked)

    def get_item(self, **asked: Any) -> Any:
        return self._call("GetItem", self._client.get_item, asked)

    def update_item(self, **asked: Any) -> Any:
        return self._call("UpdateItem", self._client.update_item, asked)

    def _call(self, operation: str, otherwise: Callable[..., Any], asked: dict[str, Any]) -> Any:
        answer = self._lane.begin(operation, orjson.dumps(asked)).parsed() if self._lane else None
        return otherwise(**asked) if answer is None else answer
