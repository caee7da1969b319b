"""Servers on loopback, each with a folder that goes with it."""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support import free_port

KEY, SECRET = "probe-user", "probe-secret-0123456789"
NEEDED = {"minio": "go", "versitygw": "go", "openssl": "Debian's openssl"}


def missing():
    """Names of programs that are not there."""
    return [f"{name} ({how})" for name, how in NEEDED.items() if shutil.which(name) is None]


def certificate(folder):
    """A certificate authority and a certificate of it for localhost and for the hosts of a store below it."""
    run = lambda *words: subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    (folder / "names").write_text("subjectAltName=DNS:localhost,DNS:s3.localhost,DNS:*.s3.localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "ca.key", "-out", "ca.crt",
        "-days", "2", "-subj", "/CN=probe test authority", "-addext", "basicConstraints=critical,CA:TRUE")
    run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "private.key", "-out", "request",
        "-subj", "/CN=localhost")
    run("x509", "-req", "-in", "request", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out", "public.crt", "-days", "2",
        "-extfile", "names")
    return folder / "ca.crt"


class Server:
    """A program that serves until it is left."""

    def __init__(self, words, folder, environment, endpoint):
        self.words, self.folder, self.environment, self.endpoint = words, folder, environment, endpoint

    def __enter__(self):
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(self.words, cwd=self.folder, env=os.environ | self.environment, stdout=log, stderr=log)
        number = int(self.endpoint.rsplit(":", 1)[1])
        for _ in range(200):
            assert self.process.poll() is None, (self.folder / "log").read_text()
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", number)) == 0:
                    time.sleep(1)
                    return self
            time.sleep(0.1)
        raise AssertionError(f"{self.words[0]} does not listen: " + (self.folder / "log").read_text())

    def connection(self):
        """A connection of one's own to a server without TLS."""
        return http.client.HTTPConnection("127.0.0.1", int(self.endpoint.rsplit(":", 1)[1]), timeout=60)

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def minio(folder, tls=None, domain=None):
    """MinIO; with TLS if a folder with a certificate is given, with buckets in the host if a domain is."""
    (folder / "data").mkdir(parents=True)
    api, console = free_port(), free_port()
    environment = {"MINIO_ROOT_USER": KEY, "MINIO_ROOT_PASSWORD": SECRET, "MINIO_UPDATE": "off", "MINIO_BROWSER": "off",
                   "MINIO_KMS_SECRET_KEY": "probe:" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}
    words = ["minio", "server", "--address", f"127.0.0.1:{api}", "--console-address", f"127.0.0.1:{console}"]
    if tls:
        certificates = folder / "certs"
        certificates.mkdir()
        for name in ("public.crt", "private.key"):
            shutil.copy(tls / name, certificates / name)
        words += ["--certs-dir", str(certificates)]
    if domain:
        environment["MINIO_DOMAIN"] = domain
    host = domain or "localhost"
    return Server([*words, str(folder / "data")], folder, environment, f"{'https' if tls else 'http'}://{host}:{api}")


def versity(folder):
    """The Versity S3 gateway over a folder, with versions."""
    for name in ("data", "versions"):
        (folder / name).mkdir(parents=True)
    number = free_port()
    words = ["versitygw", "--port", f"127.0.0.1:{number}", "posix", "--versioning-dir", str(folder / "versions"), str(folder / "data")]
    return Server(words, folder, {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET}, f"http://localhost:{number}")


class Issuer:
    """An OpenID Connect issuer whose documents a test may change."""

    def __init__(self, tls):
        self.documents = {}
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                found = issuer.documents.get(self.path)
                body = json.dumps(found).encode()
                self.send_response(200 if found is not None else 404)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls / "public.crt", tls / "private.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.address = f"https://localhost:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def folder_of(root, name):
    path = Path(root) / name
    path.mkdir()
    return path
