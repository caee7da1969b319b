"""`gen probe` against real servers: its verdicts are what those servers really do, shown by requests of this test's own.

    run.py --gen target/release/gen

1. S3: MinIO (with and without TLS and buckets in the host) and the Versity gateway. Each verdict of `s3` and `state-lock` is compared with what
   `direct.py` finds out; nothing is left on the store.
2. A probe that is interrupted (SIGINT, SIGTERM) at any moment leaves nothing on the store and adds nothing to a file; one that is killed is
   cleaned up after by `--clean`, which touches nothing else.
3. Evidence is added to a customer's file, loads, and is replaced by a second run; the customer's comments and other facts stay.
4. Nobody agreed: nothing is made. An address that is not encrypted is refused. No credential is ever printed.
5. `gen verify --connect` asks buckets how they keep objects: it lets a workload start where that is as it was proven, and nowhere else.
6. One request in a run is answered 503, or its answer is lost: each verdict is what it is without that, or unknown, and nothing is left.
7. OIDC: an issuer of the test's own, right and wrong in every way that the probe looks at.

Standard library only, and openssl; MinIO and the Versity gateway as `.ci/tools` installs them. Servers listen on loopback alone.
"""

from __future__ import annotations

import argparse
import base64
import concurrent.futures
import hashlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import direct
import servers
from disturbed import Disturbed
from s3 import Store
from support import free_port

PREFIX = "gen-probe-"
# What a verdict may be without a request of the test's own: nobody can tell, or the sentence is about the probe itself.
WITHOUT = {"s3.sts.web_identity"}


class Gen:
    """The program under test, in a repository of its own."""

    def __init__(self, program, repository, ca):
        self.program, self.repository, self.ca = program, repository, ca
        self.said = []

    def environment(self, extra=None):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GEN_"))}
        keys = {"AWS_ACCESS_KEY_ID": servers.KEY, "AWS_SECRET_ACCESS_KEY": servers.SECRET, "SSL_CERT_FILE": str(self.ca)}
        return kept | keys | (extra or {})

    def start(self, *words, extra=None):
        words = [self.program, "-C", str(self.repository), *words]
        return subprocess.Popen(words, env=self.environment(extra), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *words, extra=None):
        process = self.start(*words, extra=extra)
        return self.end(process)

    def end(self, process):
        out, err = (text.decode() for text in process.communicate(timeout=300))
        self.said += [out, err]
        return process.returncode, out, err

    def report(self, *words, extra=None):
        status, out, err = self.run("probe", *words, "--format", "json", extra=extra)
        document = json.loads(out)
        assert status == 0 and document["outcome"] == "none", (words, status, document["diagnostics"], err)
        return document


def check(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(part) for part in what))


def verdicts(report):
    return {found["capability"]: (found.get("is"), found.get("not")) for found in report["findings"]}


def compare(name, report, real):
    """Every verdict is what was seen directly, and everything that was seen has its verdict."""
    agreed = unknown = 0
    for capability, said in sorted(verdicts(report).items()):
        if said == (None, None):
            unknown += 1
            check(capability in WITHOUT or real.get(capability) is None, name, capability, "is unknown to the probe, and really", real.get(capability))
            continue
        check(capability in real, name, capability, "was not looked at directly")
        expected = real[capability] if isinstance(real[capability], tuple) else (real[capability], None)
        check(said == expected, name, capability, "probe:", said, "really:", expected)
        agreed += 1
    return agreed, unknown


def stores(gen, where, tls):
    """Verdicts of three stores; gives the lines to print."""
    made = [
        ("minio with TLS and a domain", servers.minio(servers.folder_of(where, "minio-tls"), tls=tls, domain="s3.localhost")),
        ("minio", servers.minio(servers.folder_of(where, "minio"))),
        ("versity", servers.versity(servers.folder_of(where, "versity"))),
    ]

    def one(name, server):
        with server:
            store = Store(server.endpoint, servers.KEY, servers.SECRET, ca=gen.ca)
            s3 = gen.report("s3", "--endpoint", server.endpoint, "--yes")["report"]
            lock = gen.report("state-lock", "--endpoint", server.endpoint, "--yes")["report"]
            check(store.buckets() == [], name, "buckets are left:", store.buckets())
            check(s3["left"] == [] and lock["left"] == [], name, "says that it left", s3["left"], lock["left"])
            real = direct.all_of(store)
            agreed, unknown = compare(name, s3, {id: value for id, value in real.items() if id != "state.lock"})
            more, _ = compare(name, lock, real)
            if name == "versity":
                check(verdicts(lock)["state.lock"] == (None, ["s3_lockfile"]), "the lock that holds once was not found")
            bad = [seen["about"] for seen in s3["observations"] if not seen["good"]]
            return f"{name}: {agreed + more} verdicts equal direct requests, {unknown} unknown; not as they should be: {', '.join(bad) or 'nothing'}"

    with concurrent.futures.ThreadPoolExecutor() as pool:
        return list(pool.map(lambda pair: one(*pair), made))


def part_of(said, undisturbed):
    """Of what an API has or lacks, a run in which something went wrong may name less than one in which nothing did."""
    return all(set(mine or []) <= set(whole or []) for mine, whole in zip(said, undisturbed))


# A request, and what cannot be told where something went wrong with it: at the nth that fits the pattern.
STRUCK = [
    ("s3", 1, "cut", r"^PUT /[^/]*-p$", None),
    ("s3", 1, "busy", r"^GET .*/versions\?versionId", "s3.versioning"),
    ("s3", 1, "busy", r"^DELETE .*/compliance\?versionId", "s3.object_lock.modes"),
    ("s3", 1, "cut", r"^GET .*/compliance\?retention", "s3.object_lock.modes"),
    ("s3", 1, "busy", r"^GET .*/compliance\?versionId", "s3.object_lock.modes"),
    ("s3", 1, "cut", r"^DELETE .*/governance\?versionId", "s3.object_lock.modes"),
    ("s3", 1, "busy", r"^DELETE .*/years-100\?versionId", "s3.object_lock.max_retention"),
    ("s3", 1, "busy", r"^GET .*/condition$", "s3.put.if_none_match"),
    ("s3", 2, "busy", r"^PUT .*/match$", "s3.put.if_match"),
    ("s3", 1, "cut", r"^GET .*/match-delete$", "s3.delete.if_match"),
    ("s3", 1, "busy", r"^GET .*/checksum$", "s3.checksum.default_integrity"),
    ("s3", 1, "cut", r"^DELETE /[^/?]*$", None),
    ("state-lock", 1, "busy", r"^GET .*tflock$", "state.lock"),
    ("state-lock", 2, "busy", r"^PUT .*\?versioning|^PUT .*tflock$", "state.lock"),
    ("state-lock", 1, "cut", r"^PUT .*\?versioning", "state.lock"),
    ("state-lock", 2, "cut", r"^DELETE .*tflock$", "state.lock"),
]


def disturbed(gen, where):
    """A fault at one request of each run: those above, and a spread of others."""
    runs = list(STRUCK)
    runs += [("s3", at, how, "", None) for at, how in ((110, "cut"), (190, "busy"))]
    runs += [("state-lock", at, how, "", None) for at in range(5, 60, 13) for how in ("busy", "cut")]
    with servers.minio(servers.folder_of(where, "minio-disturbed")) as server:
        store = Store(server.endpoint, servers.KEY, servers.SECRET)

        def run(kind, at=0, how="busy", what="", _=None):
            with Disturbed(server.connection, at, how, what) as between:
                status, out, err = gen.run("probe", kind, "--endpoint", between.endpoint, "--yes", "--format", "json")
            check(out, kind, at, how, what, "said nothing:", err)
            document = json.loads(out)
            check(status == 0 or [found["code"] for found in document["diagnostics"]] == ["GEN0701"], kind, at, how, what, status, document["diagnostics"])
            check(document["report"]["left"] == [], kind, at, how, between.struck, "left", document["report"]["left"])
            return between, verdicts(document["report"])

        def deny():
            with Disturbed(server.connection, 1, "denied", r"^DELETE .*/years-100\?versionId") as between:
                status, out, _ = gen.run("probe", "s3", "--endpoint", between.endpoint, "--yes", "--format", "json")
            return between, (status, json.loads(out))

        # All at once: most of the time each waits for its locks to end.
        with concurrent.futures.ThreadPoolExecutor(len(runs) + 3) as pool:
            denied = pool.submit(deny)
            pending = [(one, pool.submit(run, *one)) for one in [("s3",), ("state-lock",), *runs]]
            undisturbed = {kind: done.result()[1] for (kind, *_), done in pending[:2]}
            known = left_open = 0
            for (kind, at, how, what, expected), done in pending[2:]:
                between, found = done.result()
                told = (kind, at, how, between.struck)
                check(between.struck, kind, at, how, what, "struck nothing among", between.count, "requests")
                for capability, said in found.items():
                    before = undisturbed[kind].get(capability, (None, None))
                    agrees = part_of(said, before) if capability == "s3.api" else said in (before, (None, None))
                    check(agrees, *told, capability, "undisturbed", before, "disturbed", said)
                    known += said != (None, None)
                    left_open += said == (None, None) != before
                check(expected is None or found[expected] == (None, None), *told, expected, found.get(expected))
                check(expected is None or undisturbed[kind][expected] != (None, None), expected, "is never known")
            # Whoever loses the right to lift a lock is told, and by whom it can be lifted.
            between, (status, document) = denied.result()
            codes = [found["code"] for found in document["diagnostics"]]
            check(between.struck and status == 1 and codes == ["GEN0701", "GEN0704"], "a lock that cannot be lifted:", status, document["diagnostics"])
            check("BypassGovernanceRetention" in str(document["diagnostics"]) and document["report"]["left"][0]["until"], document["report"]["left"])
        gen.report("s3", "--endpoint", server.endpoint, "--clean", "--yes")
        check(store.buckets() == [], "buckets are left:", store.buckets())
        check(known > 5 * left_open > 0, left_open, "left open and", known, "known: the faults did too much, or nothing")
    return [f"disturbed: {len(runs)} runs with one fault each; {known} verdicts as without it, {left_open} left open by it, nothing left on the store"]


FILE = """# Our own store. Ask Kim before you change anything here.
version: 1
name: Our store # an old name
provides: [object_store]
sources:
  # The contract, in the drawer.
  contract: {kind: vendor_doc, confidence: documented, at: "https://example.com/contract", read: 2026-11-01} # page 3
facts:
  # What the contract says.
  - {is: {s3.versioning: false}, from: contract, note: "before the upgrade"} # really?
ask: # still open
  s3.put.if_none_match: probe
  # Only a document helps here.
  s3.credentials.scope: document
"""


def evidence(gen, where):
    """Evidence in a customer's file."""
    path = gen.repository / "profiles/products/our-store.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FILE)
    with servers.minio(servers.folder_of(where, "minio-evidence")) as server:
        words = ("--endpoint", server.endpoint, "--product", "our-store")
        dry = gen.report("state-lock", *words, "--yes", "--dry-run")
        check(dry["added"]["written"] is False and path.read_text() == FILE, "--dry-run wrote something")
        lock = gen.report("state-lock", *words, "--yes")
        first = gen.report("s3", *words, "--yes")
        check(first["added"]["answered"] == ["s3.put.if_none_match"], "answered", first["added"]["answered"])
        once = path.read_text()
        for line in FILE.splitlines():
            if "if_none_match" not in line:
                check(line in once.splitlines(), "lost:", line)
        check("s3.put.if_none_match: probe" not in once, "what is known is still asked")
        check(once.count("from: probe-s3,") + once.count("from: probe-s3}") == len(first["added"]["evidence"]["facts"]), "facts of the probe")
        status, out, err = gen.run("matrix", "--subject", "our-store", "--format", "json")
        check(status == 0, "the file does not load:", out, err)
        again = gen.report("s3", *words, "--yes")
        twice = path.read_text()
        same = lambda text: sorted(re.sub(r" \d{4}-\d\d-\d\d", "", text).splitlines())
        check(same(once) == same(twice), "a second run does not replace the first")
        check(again["added"]["evidence"]["id"] == "probe-s3" and twice.count("\n  probe-s3:") == 1, "the source stands twice")
        warned = [found["code"] for found in again["diagnostics"]]
        check(warned == ["GEN0302"], "no word about profiles/as-of.yaml, which is older than the probe:", warned)
        # A product that comes with the program gets a file on disk.
        builtin = gen.repository / "profiles/products/garage.yaml"
        check(not builtin.exists(), "the repository has a file of its own already")
        added = gen.report("state-lock", "--endpoint", server.endpoint, "--product", "garage", "--yes")["added"]
        check(added["file"] == "profiles/products/garage.yaml" and "probe-state-lock" in builtin.read_text(), "no file was made")
        builtin.unlink()
        # A provider with several regions: one of them was probed.
        status, out, _ = gen.run("probe", "state-lock", "--endpoint", server.endpoint, "--provider", "scaleway", "--yes", "--format", "json")
        check(status == 1 and "several regions" in out, "a probe spoke for all regions of a provider")
        scoped = gen.report("state-lock", "--endpoint", server.endpoint, "--provider", "scaleway", "--in", "fr-par", "--yes", "--dry-run")
        check("scope: {regions: [fr-par]}" in scoped["added"]["evidence"]["facts"][0], "no region in the fact")
        # A file that cannot take it is left alone.
        odd = FILE.replace("facts:\n", "facts: &all\n").replace("version: 1\n", "version: 1\nvendor: x\n")
        path.write_text(odd)
        status, out, _ = gen.run("probe", "state-lock", *words, "--yes", "--format", "json")
        check(status == 1 and path.read_text() == odd, "a file with faults was changed")
        # What was found is told where it cannot be added, too.
        flow = FILE.replace("facts:\n", "facts: [\n").replace("  - {is", "  {is").replace('} # really?\n', "}, {is: {state.lock: [s3_lockfile]}, from: probe-state-lock}]\n")
        flow = flow.replace("facts: [", '  probe-state-lock: {kind: probe, confidence: probed, at: "x", read: 2026-11-01}\nfacts: [')
        path.write_text(flow)
        status, out, _ = gen.run("probe", "state-lock", *words, "--yes", "--format", "json")
        document = json.loads(out)
        check(status == 1 and path.read_text() == flow and document.get("added") is None, "a list in flow style was changed:", out)
        check(verdicts(document["report"]) == verdicts(lock["report"]), "the report got lost:", out)
        path.unlink()
    total = len(first["added"]["evidence"]["facts"]) + len(lock["added"]["evidence"]["facts"])
    return [f"evidence: {total} facts added and replaced, every comment kept, the file loads"]


def interrupted(gen, where):
    """Signals at many moments."""
    path = gen.repository / "profiles/products/our-store.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FILE)
    counts = {"SIGINT": 0, "SIGTERM": 0, "SIGKILL": 0}
    killed_with_buckets = locked = 0
    with servers.minio(servers.folder_of(where, "minio-kill")) as server:
        store = Store(server.endpoint, servers.KEY, servers.SECRET)
        store.make("customers-own")
        store.make("gen-probe-of-somebody")
        mine = ["customers-own", "gen-probe-of-somebody"]
        words = ("probe", "s3", "--endpoint", server.endpoint, "--product", "our-store", "--yes", "--format", "json")

        def at(letter, more):
            """Waits until the probe has made the bucket of that letter, and then a little more."""
            process = gen.start(*words)
            for _ in range(3000):
                made = [bucket for bucket in store.buckets(PREFIX) if bucket not in mine]
                if any(bucket.endswith(letter) for bucket in made) or process.poll() is not None:
                    break
                time.sleep(0.01)
            time.sleep(more)
            return process

        for name in ("SIGINT", "SIGTERM"):
            for letter, more in (("-p", 0), ("-v", 0), ("-l", 0.2)):
                process = at(letter, more)
                process.send_signal(getattr(signal, name))
                status, out, _ = gen.end(process)
                document = json.loads(out)
                check(status == 130 and document["outcome"] == "interrupted", name, status, document["outcome"], document["diagnostics"])
                check(store.buckets() == mine, name, "left", store.buckets())
                check(path.read_text() == FILE, name, "added something")
                counts[name] += 1
        def lock_is_there():
            """An object under compliance in a bucket of the probe."""
            buckets = [bucket for bucket in store.buckets(PREFIX) if bucket not in mine and bucket.endswith("-l")]
            return any(store.call("HEAD", bucket, "compliance").ok for bucket in buckets)

        for letter, locks in (("-p", False), ("-v", False), ("-l", False), ("-l", True)):
            process = at(letter, 0)
            # How long it takes until something is locked depends on the machine.
            for _ in range(3000 if locks else 0):
                if process.poll() is not None or lock_is_there():
                    break
                time.sleep(0.01)
            process.kill()
            process.communicate()
            left = [bucket for bucket in store.buckets(PREFIX) if bucket not in mine]
            killed_with_buckets += bool(left)
            for bucket in (bucket for bucket in left if bucket.endswith("-l")):
                locked += store.call("HEAD", bucket, "compliance").ok
            check(path.read_text() == FILE, "SIGKILL added something")
            counts["SIGKILL"] += 1
        check(killed_with_buckets > 0, "no kill came while there were buckets: the check proves nothing")
        check(locked > 0, "no kill came while there were locks")
        status, _, _ = gen.run("probe", "s3", "--endpoint", server.endpoint, "--clean", "--format", "json")
        check(status == 1 and store.buckets(PREFIX) != mine[1:], "cleaned up without being agreed to")
        # Waiting for locks that somebody else left is given up like everything else.
        before = store.buckets(PREFIX)
        process = gen.start("probe", "s3", "--endpoint", server.endpoint, "--clean", "--yes", "--format", "json")
        for _ in range(3000):
            if store.buckets(PREFIX) != before or process.poll() is not None:
                break
            time.sleep(0.01)
        began, waits = time.monotonic(), process.poll() is None
        process.send_signal(signal.SIGINT)
        status, out, _ = gen.end(process)
        stopped = json.loads(out)
        check(not waits or (status == 130 and time.monotonic() - began < 5), "--clean went on after a signal:", status, out)
        status, out, _ = gen.run("probe", "s3", "--endpoint", server.endpoint, "--clean", "--yes", "--limit", "1s", "--format", "json")
        document = json.loads(out)
        waits = waits and len(store.buckets(PREFIX)) > 1
        check(not waits or "GEN0701" in [found["code"] for found in document["diagnostics"]], "--clean took longer than it may:", document)
        cleaned = gen.report("s3", "--endpoint", server.endpoint, "--clean", "--yes")["report"]
        check(store.buckets() == mine, "left after --clean:", store.buckets())
        removed = [bucket for each in (stopped["report"], document["report"], cleaned) for bucket in each["cleaned"]]
        check(len(removed) >= killed_with_buckets, "cleaned", removed)
    path.unlink()
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    return [f"interrupted: {told}; nothing left; --clean removed {len(removed)} buckets, {locked} with an object under compliance, and no other"]


def refused(gen, where):
    """Nobody agreed, addresses that are not encrypted, credentials that are wrong or missing."""
    with servers.versity(servers.folder_of(where, "versity-refused")) as server:
        store = Store(server.endpoint, servers.KEY, servers.SECRET)
        cases = [
            ("GEN0702", ("s3", "--endpoint", server.endpoint), None),
            ("GEN0702", ("state-lock", "--endpoint", server.endpoint), None),
            ("GEN0701", ("s3", "--endpoint", "http://192.0.2.1", "--yes"), None),
            ("GEN0701", ("s3", "--endpoint", f"http://{servers.KEY}:x@localhost", "--yes"), None),
            ("GEN0701", ("s3", "--endpoint", f"http://localhost:{free_port()}", "--yes"), None),
            ("GEN0701", ("s3", "--endpoint", server.endpoint, "--yes"), {"AWS_SECRET_ACCESS_KEY": "wrong"}),
            ("GEN0701", ("s3", "--endpoint", server.endpoint, "--yes"), {"AWS_SECRET_ACCESS_KEY": ""}),
            ("GEN0701", ("s3", "--endpoint", server.endpoint, "--yes", "--bucket-prefix", "a"), None),
            ("GEN0201", ("s3", "--endpoint", server.endpoint, "--yes", "--product", "nobodys"), None),
        ]
        for code, words, extra in cases:
            status, out, err = gen.run("probe", *words, "--format", "json", extra=extra)
            found = [each["code"] for each in json.loads(out)["diagnostics"]]
            check(status == 1 and found == [code], words, "gave", status, found, err)
            check(store.buckets() == [], words, "made a bucket")
        status, _, err = gen.run("probe", "s3", "--endpoint", server.endpoint, "--yes", "--limit", "soon")
        check(status == 64 and "such as 10m" in err and store.buckets() == [], "a limit that is none:", status, err)
        # Nobody answers: the line of the question is ended before the next begins.
        terminal, theirs = pty.openpty()
        words = [gen.program, "-C", str(gen.repository), "probe", "s3", "--endpoint", server.endpoint]
        process = subprocess.Popen(words, env=gen.environment(), stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(theirs)
        os.write(terminal, b"\x04")
        status, _, err = gen.end(process)
        os.close(terminal)
        check(status == 1 and "[y/N] \nerror[GEN0702]" in err, "no answer:", status, err)
        # What may be a password, in an address that only half of all readers would take for one.
        for address in ("https://user:pa#ss@localhost", "https://user:pa?ss@localhost", "https://localhost/#pass", "https://user:pa ss@localhost", "user:pass@x"):
            for words in (("s3", "--endpoint", address, "--yes"), ("oidc", "--issuer", address)):
                status, out, err = gen.run("probe", *words, "--format", "json")
                check(status == 1 and "ss" not in re.sub("addresses|address|access", "", out + err), words, status, out, err)
        with Disturbed(server.connection, at=3, how="slow") as slow:
            limited = gen.run("probe", "s3", "--endpoint", slow.endpoint, "--yes", "--limit", "1s", "--format", "json")
        found = [each["code"] for each in json.loads(limited[1])["diagnostics"]]
        check(slow.struck is not None, "nothing was slow")
        check(limited[0] == 1 and found == ["GEN0701"] and store.buckets() == [], "the limit of time:", limited[0], found, store.buckets())
    return [f"refused: {len(cases) + 12} ways, nothing made"]


RENDERED = Path(__file__).resolve().parents[2] / "terraform-out/control-plane/prod/profile/api.json"


def verified(gen, where):
    """Buckets as a workload's file expects them, and otherwise."""
    file = json.loads(RENDERED.read_text())
    store = file["components"]["evidence"]
    file["components"] = {"evidence": store}
    store["address"] = {"where": "cluster"}
    store["binding"]["region"] = "us-east-1"
    store["settings"]["path_style"] = True
    store["object_lock"] = {"mode": "compliance", "days": 30, "legal_hold": True}
    # Its digest is the one of the file as it is without the digest.
    file["digest"] = ""
    file["digest"] = hashlib.sha256((json.dumps(file, indent=2) + "\n").encode()).hexdigest()
    path = gen.repository / "profile.json"
    path.write_text(json.dumps(file, indent=2) + "\n")
    with servers.minio(servers.folder_of(where, "minio-verify")) as server:
        direct = Store(server.endpoint, servers.KEY, servers.SECRET)

        def locked(bucket, mode, period):
            direct.make(bucket, lock=True)
            rule = f"<Rule><DefaultRetention><Mode>{mode}</Mode>{period}</DefaultRetention></Rule>" if mode else ""
            body = f"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>{rule}</ObjectLockConfiguration>"
            check(direct.xml(bucket, "", "object-lock", body).ok, bucket)

        locked("as-proven", "COMPLIANCE", "<Days>30</Days>")
        locked("for-longer", "COMPLIANCE", "<Years>1</Years>")
        locked("too-short", "COMPLIANCE", "<Days>29</Days>")
        locked("governance", "GOVERNANCE", "<Days>30</Days>")
        locked("no-default", None, None)
        direct.make("no-lock", versions=True)
        direct.make("plain")
        words = ("verify", "--profile", str(path), "--connect", "--format", "json")
        around = {"AWS_ENDPOINT_URL_S3": server.endpoint, "AWS_REGION": "us-east-1"}
        lock, versions = "bucket does not lock objects as it was proven", "bucket keeps no versions"
        cases = [("as-proven", []), ("for-longer", []), ("too-short", [lock]), ("governance", [lock]), ("no-default", [lock]), ("no-lock", [lock]),
                 ("plain", [versions, lock]), ("nowhere", ["bucket does not exist"])]
        for bucket, expected in cases:
            status, out, err = gen.run(*words, "--strict", "--s3-bucket", f"evidence={bucket}", extra=around)
            found = [each["summary"] for each in json.loads(out)["diagnostics"] if each["severity"] == "error"]
            check((status, sorted(found)) == (1 if expected else 0, sorted(expected)), bucket, status, found, err)
        # What nobody may look at, or which bucket it is nobody says, is unchecked, and refused only where that is asked for.
        wrong = around | {"AWS_SECRET_ACCESS_KEY": "wrong"}
        none = around | {"AWS_SECRET_ACCESS_KEY": ""}
        named = ("--s3-bucket", "evidence=as-proven")
        for extra, more, said in [(wrong, named, "may not"), (none, named, "AWS_SECRET_ACCESS_KEY"), (around, (), "--s3-bucket")]:
            status, out, err = gen.run(*words, *more, extra=extra)
            unchecked = json.loads(out)["unchecked"]
            check(status == 0 and any(said in line for line in unchecked), said, status, unchecked, err)
            check(gen.run(*words, "--strict", *more, extra=extra)[0] == 1, said, "--strict let it start")
        status, out, err = gen.run(*words, "--s3-bucket", "objects=as-proven", extra=around)
        check(status == 1 and "no such object store" in out, status, out, err)
    return [f"verify: {len(cases) + 7} answers about {len(cases)} buckets are what those buckets are"]


def b64(data):
    data = json.dumps(data).encode() if isinstance(data, dict) else data
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Signer:
    """An RSA key and tokens by it, made by openssl."""

    def __init__(self, folder, name, bits=2048):
        self.key = folder / f"{name}.pem"
        self.id = name
        run = lambda *words: subprocess.run(["openssl", *words], check=True, capture_output=True).stdout
        run("genrsa", "-out", str(self.key), str(bits))
        modulus = bytes.fromhex(run("rsa", "-in", str(self.key), "-noout", "-modulus").decode().strip().split("=")[1])
        self.jwk = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": name, "n": b64(modulus), "e": b64(b"\x01\x00\x01")}

    def token(self, claims, header=None):
        text = f"{b64({'alg': 'RS256', 'kid': self.id} | (header or {}))}.{b64(claims)}"
        made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(self.key)], input=text.encode(), check=True, capture_output=True)
        return f"{text}.{b64(made.stdout)}"


def oidc(gen, where, tls):
    """An issuer that is right, and wrong in every way that is looked at."""
    folder = servers.folder_of(where, "oidc")
    key, other, weak = Signer(folder, "one"), Signer(folder, "two"), Signer(folder, "weak", 1024)
    now = int(time.time())
    with servers.Issuer(tls) as issuer:
        good = {
            "/.well-known/openid-configuration": {
                "issuer": issuer.address, "jwks_uri": f"{issuer.address}/keys", "id_token_signing_alg_values_supported": ["RS256"],
                "claims_supported": ["sub", "aud", "repository_id"]},
            "/keys": {"keys": [key.jwk]},
        }
        claims = {"iss": issuer.address, "aud": "sts.example.com", "sub": "repo:acme@12/app@34:environment:prod", "iat": now, "nbf": now,
                  "exp": now + 600, "repository_id": "34", "repository_owner_id": "12"}

        def wrong(documents=None, token=None, issuer_asked=issuer.address, audience="sts.example.com"):
            issuer.documents = json.loads(json.dumps(good)) | (documents or {})
            words = ["oidc", "--issuer", issuer_asked]
            extra = {}
            if token:
                words += ["--token-env", "THE_TOKEN", "--audience", audience]
                extra["THE_TOKEN"] = token
            report = gen.report(*words, extra=extra)["report"]
            check(not token or token not in json.dumps(report), "the token was shown")
            return {seen["about"] for seen in report["observations"] if not seen["good"]}

        config = good["/.well-known/openid-configuration"]
        at = "/.well-known/openid-configuration"
        signed = key.token(claims)
        header, body, signature = signed.split(".")
        forged = b64(claims | {"sub": "repo:acme@12/other@35:environment:prod"})
        cases = [
            (set(), wrong(token=signed)),
            (set(), wrong()),
            ({"issuer"}, wrong({at: config | {"issuer": issuer.address + "/"}})),
            ({"algorithms"}, wrong({at: config | {"id_token_signing_alg_values_supported": ["RS256", "none"]}})),
            ({"algorithms"}, wrong({at: config | {"id_token_signing_alg_values_supported": ["HS256"]}})),
            ({"keys"}, wrong({"/keys": {"keys": []}})),
            ({"private keys"}, wrong({"/keys": {"keys": [key.jwk | {"d": "AQ"}]}})),
            ({"key size"}, wrong({"/keys": {"keys": [weak.jwk]}})),
            ({"token signature"}, wrong(token=f"{header}.{forged}.{signature}")),
            ({"token signature"}, wrong(token=other.token(claims, {"kid": "one"}))),
            ({"token signature"}, wrong(token=other.token(claims))),
            ({"token signature"}, wrong(token=f"{b64({'alg': 'none'})}.{body}.")),
            ({"token issuer"}, wrong(token=key.token(claims | {"iss": "https://other.example.com"}))),
            ({"token audience"}, wrong(token=signed, audience="other")),
            ({"token expiry"}, wrong(token=key.token(claims | {"exp": now - 5}))),
            ({"token expiry"}, wrong(token=key.token({name: value for name, value in claims.items() if name != "exp"}))),
            ({"token expiry"}, wrong(token=key.token(claims | {"exp": now + 90000}))),
            ({"token begin"}, wrong(token=key.token(claims | {"nbf": now + 300}))),
            ({"token subject"}, wrong(token=key.token(claims | {"sub": "repo:acme/app:environment:prod"}))),
            ({"token ids"}, wrong(token=key.token({name: value for name, value in claims.items() if not name.startswith("repository")}))),
            ({"token"}, wrong(token="not a token")),
        ]
        for number, (expected, found) in enumerate(cases):
            check(found == expected, "oidc case", number, "expected", expected, "found", found)
        failing = [
            ({at: {"issuer": issuer.address, "jwks_uri": "http://192.0.2.1/keys"}}, "keys that are not encrypted"),
            ({at: {"issuer": issuer.address, "jwks_uri": f"{issuer.address}/nowhere"}}, "keys that are not there"),
        ]
        for documents, what in failing:
            issuer.documents = good | documents
            status, out, _ = gen.run("probe", "oidc", "--issuer", issuer.address, "--format", "json")
            check(status == 1 and [found["code"] for found in json.loads(out)["diagnostics"]] == ["GEN0701"], what, out)
        issuer.documents = good
        # A certificate by nobody whom the machine trusts.
        status, out, _ = gen.run("probe", "oidc", "--issuer", issuer.address, "--format", "json", extra={"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"})
        check(status == 1 and "GEN0701" in out and '"TLS"' not in out, "a certificate that nobody vouches for was taken:", out)
    return [f"oidc: {len(cases)} issuers and tokens judged rightly, {len(failing) + 1} refused"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gen", required=True, type=Path)
    parser.add_argument("--only", action="append", choices=["stores", "evidence", "interrupted", "refused", "verified", "disturbed", "oidc"])
    arguments = parser.parse_args()
    lacking = servers.missing()
    if lacking:
        sys.exit("missing: " + ", ".join(lacking))
    with tempfile.TemporaryDirectory(prefix="gen-probe-") as folder:
        where = Path(folder)
        tls = servers.folder_of(where, "tls")
        ca = servers.certificate(tls)

        def part(name, function, *more):
            if arguments.only and name not in arguments.only:
                return []
            repository = servers.folder_of(where, f"repository-{name}")
            gen = Gen(str(arguments.gen.resolve()), repository, ca)
            made = gen.run("init")
            check(made[0] == 0, "gen init:", made[2])
            began = time.monotonic()
            lines = function(gen, where, *more)
            check(not any(servers.SECRET in text for text in gen.said), name, "printed a credential")
            return [f"{line}  ({time.monotonic() - began:.0f} s)" for line in lines]

        parts = [("stores", stores, tls), ("evidence", evidence), ("interrupted", interrupted), ("refused", refused), ("verified", verified), ("disturbed", disturbed), ("oidc", oidc, tls)]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for lines in pool.map(lambda each: part(*each), parts):
                for line in lines:
                    print(line, flush=True)


if __name__ == "__main__":
    main()
