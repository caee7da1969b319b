"""Stands between `gen` or the engine and the emulator's S3, writes down what was answered, and forgets headers if told to."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ERRORS = {
    400: b"<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>",
    503: b"<Error><Code>ServiceUnavailable</Code><Message>Out of order.</Message></Error>",
}


class Relay:
    """A relay to another address on loopback. `forgets` names a header (lower case) that is not handed on. While `fails` is set, it is
    asked by method and path what becomes of a request instead: a status, 0 for a connection that breaks off, none for what goes on.
    `after` is asked the same once the emulator has done what it was asked for, and its answer is lost.
    """

    def __init__(self, to: str, forgets: str = "") -> None:
        host = urlsplit(to)
        answers: list[tuple[str, str, int]] = []
        mine = self
        self.fails = self.after = None

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def relay(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                status = mine.fails(self.command, self.path) if mine.fails else None
                if status is not None:
                    answers.append((self.command, self.path, status))
                    self.close_connection = True
                    if status:
                        text = ERRORS[status]
                        self.send_response(status)
                        self.send_header("content-length", str(len(text)))
                        self.end_headers()
                        self.wfile.write(b"" if self.command == "HEAD" else text)
                    return
                headers = {name: value for name, value in self.headers.items() if name.lower() != forgets}
                connection = http.client.HTTPConnection(host.hostname, host.port, timeout=60)
                connection.request(self.command, self.path, body=body, headers=headers)
                answer = connection.getresponse()
                text = answer.read()
                answers.append((self.command, self.path, answer.status))
                if mine.after and mine.after(self.command, self.path) is not None:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                        self.send_header(name, value)
                length = answer.getheader("content-length") if self.command == "HEAD" else str(len(text))
                self.send_header("content-length", length or "0")
                self.end_headers()
                self.wfile.write(text)
                connection.close()

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = relay

            def log_message(self, *_) -> None:
                pass

        self.answers = answers
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
