"""A proxy in front of a server on which something goes wrong once: one request is answered 503 and not passed on, or is passed on and its
answer is lost, or takes its time; or on which something is no longer allowed.
"""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable

DENIED = b"<Error><Code>AccessDenied</Code><Message>no longer</Message></Error>"
BUSY = b"<Error><Code>SlowDown</Code><Message>not just now</Message></Error>"


def counts(path: str) -> bool:
    """Whether a request is counted: not one of a thousand parts that are uploaded several at a time, in no order."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)
    return not ("/many?" in path and "partNumber" in query)


class Disturbed:
    """Stands before a server that `connect` connects to; the nth request that `what` fits meets `how`: "busy", "cut", "slow" (one second and a
    half), or "denied", as do then all that follow."""

    def __init__(self, connect: Callable[[], http.client.HTTPConnection], at: int = 0, how: str = "busy", what: str = "") -> None:
        self.at, self.how, self.what, self.count = at, how, re.compile(what), 0
        self.struck: str | None = None
        self.lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # An answer is written in parts, which must not wait for one another.
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                self.behind = connect()

            def finish(self) -> None:
                self.behind.close()
                super().finish()

            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                disturbed = proxy.strikes(f"{self.command} {self.path}")
                if disturbed and proxy.how == "slow":
                    time.sleep(1.5)
                elif disturbed and proxy.how != "cut":
                    status, said = (503, BUSY) if proxy.how == "busy" else (403, DENIED)
                    self.answer(status, [("content-type", "application/xml")], said)
                    return
                self.behind.request(self.command, self.path, body or None, dict(self.headers.items()))
                answer = self.behind.getresponse()
                kept = answer.read()
                if disturbed and proxy.how == "cut":
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                hop = ("connection", "transfer-encoding", "content-length")
                self.answer(answer.status, [pair for pair in answer.getheaders() if pair[0].lower() not in hop], kept, answer.getheader("content-length"))

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_one

            def answer(self, status: int, headers: list[tuple[str, str]], body: bytes, length: str | None = None) -> None:
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("content-length", length if self.command == "HEAD" and length else str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_: object) -> None:
                """Whoever hangs up has its reasons: interrupted probes do."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://localhost:{self.server.server_address[1]}"

    def strikes(self, request: str) -> bool:
        """Counts a request; whether it is the one."""
        if not counts(request) or not self.what.search(request):
            return False
        with self.lock:
            self.count += 1
            strikes = self.count >= self.at > 0 if self.how == "denied" else self.count == self.at
            if strikes:
                self.struck = request
            return strikes

    def __enter__(self) -> Disturbed:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
