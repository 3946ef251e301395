"""Moto behind a socket: what is played in this process, for those who talk to it past the SDK."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import requests

_SCOPE = re.compile(r"/\d{8}/([^/]+)/([^/]+)/aws4_request")
_HOP_BY_HOP = {"host", "content-length", "connection"}


class _Forwarder(BaseHTTPRequestHandler):
    """Hands each request to `requests`, which moto has taken over."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        found = _SCOPE.search(self.headers["Authorization"])
        assert found is not None, "the request is signed"
        region, service = found.groups()
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        body = self.rfile.read(int(self.headers["Content-Length"]))
        url = f"https://{service}.{region}.amazonaws.com{self.path}"
        answer = requests.post(url, data=body, headers=headers, timeout=10)
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def moto_behind_a_socket() -> Iterator[str]:
    """Its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Forwarder)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
