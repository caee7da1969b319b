"""A small S3 client of its own: Signature Version 4 and one request, for seeing what a store does without the program that is tested."""

import base64
import datetime
import hashlib
import hmac
import http.client
import re
import socket
import ssl
import urllib.parse
import zlib
from dataclasses import dataclass

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


@dataclass
class Answer:
    """What a store answered."""

    status: int
    headers: dict
    body: bytes

    @property
    def ok(self):
        return 200 <= self.status < 300

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def all(self, name):
        return re.findall(f"<{name}>(.*?)</{name}>", self.text, re.S)

    def first(self, name):
        return next(iter(self.all(name)), None)


def quoted(text, safe="-_.~"):
    return urllib.parse.quote(text, safe=safe)


def md5(body):
    return base64.b64encode(hashlib.md5(body).digest()).decode()


class Store:
    """A store and who asks it."""

    def __init__(self, endpoint, key, secret, region="us-east-1", ca=None):
        parts = urllib.parse.urlsplit(endpoint)
        self.scheme, self.netloc, self.port = parts.scheme, parts.netloc, parts.port
        self.key, self.secret, self.region, self.ca = key, secret, region, ca

    def now(self, off=0):
        return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=off)

    def _sign(self, stamp, text):
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        key = b"AWS4" + self.secret.encode()
        for step in [stamp[:8], self.region, "s3", "aws4_request"]:
            key = hmac.new(key, step.encode(), hashlib.sha256).digest()
        request = hashlib.sha256(text.encode()).hexdigest()
        full = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, request])
        return scope, hmac.new(key, full.encode(), hashlib.sha256).hexdigest()

    def call(self, method, bucket="", key="", query=None, headers=None, body=b"", off=0, hash=None, host_style=False,
             presign=None, unsigned=False):
        stamp = self.now(off).strftime("%Y%m%dT%H%M%SZ")
        host = f"{bucket}.{self.netloc}" if host_style else self.netloc
        path = "/" + quoted(key, "/-_.~") if host_style else "/" + "/".join(filter(None, [bucket, quoted(key, "/-_.~")]))
        query = dict(query or {})
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        sent["host"] = host
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        body_hash = hash or hashlib.sha256(body).hexdigest()
        if presign is not None:
            names, body_hash = "host", "UNSIGNED-PAYLOAD"
            query |= {"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{self.key}/{scope}", "X-Amz-Date": stamp,
                      "X-Amz-Expires": str(presign), "X-Amz-SignedHeaders": names}
            signed = {"host": host}
        else:
            sent |= {"x-amz-date": stamp, "x-amz-content-sha256": body_hash}
            signed = sent
            names = ";".join(sorted(signed))
        encoded = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in sorted(query.items()))
        lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
        _, signature = self._sign(stamp, "\n".join([method, path, encoded, lines, names, body_hash]))
        if presign is not None:
            encoded += f"&X-Amz-Signature={signature}"
        elif not unsigned:
            sent["authorization"] = f"AWS4-HMAC-SHA256 Credential={self.key}/{scope}, SignedHeaders={names}, Signature={signature}"
        # Names below `localhost` are this machine; the certificate is checked all the same.
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if self.scheme == "https":
            context = ssl.create_default_context(cafile=self.ca)
            plain = socket.create_connection(("127.0.0.1", self.port), 60)
            connection.sock = context.wrap_socket(plain, server_hostname=host.rsplit(":", 1)[0])
        try:
            connection.request(method, path + ("?" + encoded if encoded else ""), body or None, sent)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def xml(self, bucket, key, parameter, body, method="PUT", query=None, headers=None):
        body = body.encode()
        return self.call(method, bucket, key, {parameter: ""} | (query or {}), {"content-md5": md5(body)} | (headers or {}), body)

    def buckets(self, prefix=""):
        return [name for name in self.call("GET").all("Name") if name.startswith(prefix)]

    def make(self, bucket, versions=False, lock=False):
        made = self.call("PUT", bucket, headers={"x-amz-bucket-object-lock-enabled": "true"} if lock else {})
        assert made.ok, made
        if versions:
            answer = self.versioning(bucket, "Enabled")
            assert answer.ok, answer
        return bucket

    def versioning(self, bucket, status):
        body = f'<VersioningConfiguration xmlns="{NAMESPACE}"><Status>{status}</Status></VersioningConfiguration>'
        return self.xml(bucket, "", "versioning", body)

    def upload(self, bucket, key):
        return self.call("POST", bucket, key, {"uploads": ""}).first("UploadId")

    def part(self, bucket, key, upload, number, body):
        return self.call("PUT", bucket, key, {"partNumber": str(number), "uploadId": upload}, body=body)

    def complete(self, bucket, key, upload, parts, headers=None):
        inner = "".join(f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>" for number, etag in parts)
        body = f'<CompleteMultipartUpload xmlns="{NAMESPACE}">{inner}</CompleteMultipartUpload>'.encode()
        return self.call("POST", bucket, key, {"uploadId": upload}, headers, body)

    def locked(self, bucket, key, mode, seconds, body=b"kept"):
        until = self.now(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {"x-amz-object-lock-mode": mode, "x-amz-object-lock-retain-until-date": until, "content-md5": md5(body)}
        return self.call("PUT", bucket, key, headers=headers, body=body), until

    def chunked(self, bucket, key, body, checksum=None):
        """An upload with a CRC-32 behind the body, not signed: what clients send over TLS."""
        total = base64.b64encode((zlib.crc32(body) if checksum is None else checksum).to_bytes(4, "big")).decode()
        framed = f"{len(body):x}\r\n".encode() + body + f"\r\n0\r\nx-amz-checksum-crc32:{total}\r\n\r\n".encode()
        headers = {"content-encoding": "aws-chunked", "x-amz-decoded-content-length": str(len(body)), "x-amz-trailer": "x-amz-checksum-crc32"}
        return self.call("PUT", bucket, key, headers=headers, body=framed, hash="STREAMING-UNSIGNED-PAYLOAD-TRAILER")
