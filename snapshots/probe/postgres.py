"""`gen probe postgres` against real PostgreSQL servers: its verdicts are what the servers do, shown by a direct request, and whatever
stops it leaves nothing behind.

    python3 snapshots/probe/postgres.py --gen target/release/gen
"""

from __future__ import annotations

import argparse
import os
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Callable

from support import Gen, Json, authority, certificate, check, codes, done, equal, fail, finding, free_port, known, need, seen, wait_for

PASSWORD = "s3cret-of-the-test"
OTHERS = ("gen_probe_other", "gen_probe_0123456789abc", "gen_probes_0123456789ab")
"""Names that are much like those of scratch roles and databases, and are not."""


def tool(name: str) -> str:
    """A program of PostgreSQL, whose server programs Debian keeps out of PATH."""
    found = shutil.which(name)
    if found:
        return found
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / name).is_file():
            return str(folder / name)
    fail(f"missing: {name} (Debian's package postgresql)")


class Server:
    """A server on loopback, with its files in a scratch folder. As root it is run as `postgres`, since it refuses root."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder / name
        self.port = free_port()
        self.sockets = folder / "sockets"

    def command(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Runs a program as the server's user."""
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        line = [*as_user, *map(str, arguments)]
        ran = subprocess.run(line, cwd=self.folder.parent, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if ran.returncode:
            fail(f"{line}\n{ran.stdout}\n{ran.stderr}")
        return ran

    def make(self, settings: dict[str, str], rules: str, *arguments: str) -> None:
        """Makes it and starts it. `local` is trusted, for the test's own requests."""
        self.command(tool("initdb"), "-D", self.folder, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "--no-sync", *arguments)
        self.configure(settings, rules)
        self.start()

    def configure(self, settings: dict[str, str], rules: str) -> None:
        """Writes its settings and its rules for who may connect."""
        common = {"listen_addresses": "'127.0.0.1'", "port": str(self.port), "unix_socket_directories": f"'{self.sockets}'", "fsync": "off"}
        lines = [f"{name} = {value}" for name, value in {**common, **settings}.items()]
        with open(self.folder / "postgresql.conf", "a") as file:
            file.write("\n".join(lines) + "\n")
        (self.folder / "pg_hba.conf").write_text(f"local all all trust\nlocal replication all trust\n{rules}\n")

    def start(self) -> None:
        """Starts it."""
        self.command(tool("pg_ctl"), "-D", self.folder, "-w", "-t", "60", "-l", f"{self.folder}.log", "start")

    def stop(self) -> None:
        """Stops it, if it was started."""
        if (self.folder / "postmaster.pid").exists():
            self.command(tool("pg_ctl"), "-D", self.folder, "-w", "-m", "immediate", "stop")

    def ask(self, statement: str) -> str:
        """A direct request, as the superuser over the socket."""
        return self.direct(statement, host=str(self.sockets), user="postgres")[1]

    def direct(self, statement: str, **connection: str) -> tuple[bool, str]:
        """A direct request over a connection of one's own: whether it went well, and what was answered."""
        settings = {"host": "127.0.0.1", "port": str(self.port), "user": "boss", "dbname": "postgres", "password": PASSWORD}
        text = " ".join(f"{name}='{value}'" for name, value in {**settings, **connection}.items())
        line = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, text]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder.parent)}
        ran = subprocess.run(line, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        return ran.returncode == 0, (ran.stdout if ran.returncode == 0 else ran.stderr).strip()

    def scratch(self) -> list[str]:
        """Names of whatever a probe has made and not removed."""
        pattern = "^gen_probe_[0-9a-f]{12}$"
        rows = self.ask(f"SELECT 'database ' || datname FROM pg_database WHERE datname ~ '{pattern}' UNION SELECT 'role ' || rolname FROM pg_roles WHERE rolname ~ '{pattern}'")
        return [row for row in rows.splitlines() if row]

    def logins(self) -> None:
        """A superuser, one that makes roles and databases, one that does nothing; and names that are much like ours."""
        self.ask(f"CREATE ROLE boss SUPERUSER LOGIN PASSWORD '{PASSWORD}'")
        self.ask(f"CREATE ROLE maker CREATEROLE CREATEDB LOGIN PASSWORD '{PASSWORD}'")
        self.ask(f"CREATE ROLE plain LOGIN PASSWORD '{PASSWORD}'")
        for name in OTHERS:
            self.ask(f"CREATE ROLE {name}")
            self.ask(f"CREATE DATABASE {name}")


class Between:
    """Stands between gen and a server that does not encrypt, and does something at the nth query that passes."""

    def __init__(self, port: int, act: Callable[[], bool], at: int) -> None:
        self.target, self.act, self.at = port, act, at
        self.count = 0
        self.statements: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.lock = threading.Lock()
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            self.pairs.append((client, server))
            threading.Thread(target=self.forward, args=(client, server), daemon=True).start()
            threading.Thread(target=self.copy, args=(server, client), daemon=True).start()

    def forward(self, client: socket.socket, server: socket.socket) -> None:
        """From gen to the server, message by message; only the first of a connection has no type."""
        data, begun = b"", False
        while True:
            try:
                part = client.recv(65536)
            except OSError:
                part = b""
            if not part:
                break
            data += part
            while True:
                head = 1 if begun else 0
                if len(data) < head + 4:
                    break
                length = head + struct.unpack("!I", data[head : head + 4])[0]
                if len(data) < length:
                    break
                message, data = data[:length], data[length:]
                # A request for encryption is answered before the connection begins.
                begun = begun or message[4:8] != struct.pack("!I", 80877103)
                if head and message[:1] == b"Q" and not self.passes(message[5:-1].decode()):
                    # The server gets what was asked for; whoever asked never hears of it.
                    server.sendall(message)
                    end(client, server)
                    return
                try:
                    server.sendall(message)
                except OSError:
                    break
        end(client, server)

    def passes(self, statement: str) -> bool:
        with self.lock:
            self.count += 1
            self.statements.append(statement)
            return self.act() if self.count == self.at else True

    def copy(self, server: socket.socket, client: socket.socket) -> None:
        try:
            while part := server.recv(65536):
                client.sendall(part)
        except OSError:
            pass
        end(client, server)

    def cut(self) -> None:
        """Cuts the connections that there are."""
        for pair in self.pairs:
            end(*pair)

    def close(self) -> None:
        self.listener.close()


def end(*sockets: socket.socket) -> None:
    """Ends connections, also where another thread waits for them."""
    for one in sockets:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        one.close()


def probe(gen: Gen, server: Server, user: str, *arguments: str | Path, **environment: str) -> tuple[int, Json]:
    """Probes a server as somebody."""
    return gen.json(
        "probe", "postgres", "--host", "127.0.0.1", "--port", str(server.port), "--user", user, "--database", "postgres",
        *arguments, environment={"PGPASSWORD": PASSWORD, **environment},
    )  # fmt: skip


def encrypted(gen: Gen, server: Server, folder: Path) -> None:
    """A server that encrypts and takes nothing else."""
    root = ("--sslrootcert", folder / "ca.pem")
    status, document = probe(gen, server, "boss", "--yes", *root)
    equal(status, 0, f"the probe ends well: {document}")
    report = document["report"]
    version = server.ask("SHOW server_version")
    equal(report["server"], f"PostgreSQL {version}", "the version is the server's")
    equal(known(document, "db.postgres.version"), [version.split(".")[0]], "the major version")
    equal(known(document, "db.postgres.service"), "self_managed", "there is a server")
    for capability in ("db.postgres.create_role", "db.postgres.create_database"):
        equal(known(document, capability), "sql_only", capability)
    equal(sorted(made.split()[0] for made in report["cleaned"]), ["database", "role"], "both were removed again")
    equal(server.scratch(), [], "nothing is left")
    equal(known(document, "db.postgres.pitr"), None, "archiving is a hint and no proof")
    check("is being archived" in finding(document, "db.postgres.pitr")["note"], "the hint is told", document)
    check(int(server.ask("SELECT archived_count FROM pg_stat_archiver")) > 0, "the server does archive")
    check("/bin/true" not in str(document), "what is run to archive is not told")
    equal(known(document, "db.postgres.ha"), None, "nobody saw a failover")
    check(seen(document, "encryption")["good"], "encryption is offered")
    certificate = seen(document, "certificate")
    check(certificate["good"] and "ca.pem" in certificate["answered"], "the certificate is believed by the file", certificate)
    refused = seen(document, "log-in without encryption")
    went, said = server.direct("SELECT 1", sslmode="disable")
    check(not went and "no encryption" in said, "a direct log-in without encryption is refused", said)
    check(refused["good"] and "28000" in refused["answered"], "and so it is said", refused)
    equal(seen(document, "log-in")["answered"], "SCRAM-SHA-256", "how one logs in")
    check("superuser" in seen(document, "attributes of the login")["answered"], "boss is a superuser")
    check(not seen(document, "rights of the login")["good"], "and needs less")
    equal(seen(document, "data checksums")["answered"], server.ask("SHOW data_checksums"), "checksums")
    check(server.ask("SHOW max_connections") in seen(document, "connections")["answered"], "connections")
    database = server.ask("SELECT pg_encoding_to_char(encoding) || ', collation ' || datcollate || ', characters ' || datctype FROM pg_database WHERE datname = 'postgres'")
    equal(seen(document, "encoding")["answered"], database, "encoding and collation")
    extensions = server.ask("SELECT string_agg(name, ', ' ORDER BY name) FROM pg_available_extensions")
    equal(seen(document, "extensions")["answered"], extensions, "extensions")
    check(PASSWORD not in str(document), "the password is nowhere")

    status, document = probe(gen, server, "maker", "--yes", *root)
    equal((status, known(document, "db.postgres.create_role")), (0, "sql_only"), "who makes roles need not be a superuser")
    check(seen(document, "rights of the login")["good"], "and that is good")

    status, document = probe(gen, server, "plain", "--yes", *root)
    equal((status, document["outcome"]), (0, "none"), "a login that may nothing is an answer")
    for capability, statement in (("db.postgres.create_role", "CREATE ROLE x"), ("db.postgres.create_database", "CREATE DATABASE x")):
        went, said = server.direct(statement, user="plain")
        check(not went and "permission denied" in said, f"{statement} is refused to it", said)
        check("is" not in finding(document, capability) and "not" not in finding(document, capability), "which says nothing of others")
        check("42501" in str(finding(document, capability)["steps"]), "and the refusal is told")
    equal(document["report"]["cleaned"], [], "nothing was made")

    before = server.ask("SELECT xact_commit > 0, (SELECT max(oid) FROM pg_roles) FROM pg_stat_database WHERE datname = 'postgres'")
    status, document = probe(gen, server, "boss", "--read-only", *root)
    equal((status, known(document, "db.postgres.create_role")), (0, None), "nothing is made where nothing is to be made")
    after = server.ask("SELECT xact_commit > 0, (SELECT max(oid) FROM pg_roles) FROM pg_stat_database WHERE datname = 'postgres'")
    equal(after, before, "no role was made in between")
    status, document = probe(gen, server, "boss", *root)
    equal((status, codes(document)), (1, ["GEN0702"]), "without a yes nothing is done")


def trust(gen: Gen, server: Server, folder: Path) -> None:
    """Who is believed, and what is never sent to whom."""
    root = ("--sslrootcert", folder / "ca.pem")
    status, document = probe(gen, server, "boss", "--yes")
    equal((status, codes(document)), (1, ["GEN0701"]), "an authority that nobody knows is not believed")
    equal(seen(document, "certificate")["good"], False, "and that is told")
    check("no trusted authority" in seen(document, "certificate")["answered"], "and why", document)
    status, document = probe(gen, server, "boss", "--yes", "--sslmode", "require")
    equal((status, seen(document, "certificate")["good"]), (0, False), "unless anybody is to be believed")
    # The certificate names 127.0.0.1, and not localhost.
    other = ("probe", "postgres", "--host", "localhost", "--port", str(server.port), "--user", "boss", "--database", "postgres", "--yes", *root)
    status, document = gen.json(*other, environment={"PGPASSWORD": PASSWORD})
    equal((status, codes(document)), (1, ["GEN0701"]), "the certificate of another is not believed")
    status, document = gen.json(*other, "--sslmode", "verify-ca", environment={"PGPASSWORD": PASSWORD})
    equal(status, 0, "unless only the authority matters")
    check("another server" in seen(document, "certificate")["answered"], "and that is told", document)

    status, document = probe(gen, server, "boss", "--yes", *root, PGPASSWORD="wrong")
    equal((status, codes(document)), (1, ["GEN0701"]), "a wrong password is refused")
    check("28P01" in str(document["diagnostics"]), "and the server's word is told", document)
    status, document = probe(gen, server, "boss", "--yes", *root, PGPASSWORD="")
    equal((status, codes(document)), (1, ["GEN0701"]), "no password is not enough")
    passfile = folder / "passfile"
    passfile.write_text(f"# a comment\n127.0.0.1:{server.port}:postgres:boss:{PASSWORD}\n")
    passfile.chmod(0o600)
    status, document = probe(gen, server, "boss", "--read-only", *root, PGPASSWORD="", PGPASSFILE=str(passfile))
    equal(status, 0, "a file of passwords is read")
    passfile.chmod(0o644)
    status, document = probe(gen, server, "boss", "--read-only", *root, PGPASSWORD="", PGPASSFILE=str(passfile))
    equal((status, codes(document)), (1, ["GEN0701"]), "not one that others may read")
    check(PASSWORD not in str(document), "and it is not shown")

    for word in ("prefer", "allow", "sometimes"):
        status, document = probe(gen, server, "boss", "--yes", PGSSLMODE=word)
        equal((status, codes(document)), (1, ["GEN0701"]), f"sslmode {word} is refused")
    # `clear` logs in with the password as it is.
    status, document = probe(gen, server, "clear", "--read-only", "--sslmode", "require")
    equal((status, codes(document)), (1, ["GEN0701"]), "a password is not handed to who knows whom")
    status, document = probe(gen, server, "clear", "--read-only", *root)
    equal((status, seen(document, "log-in")["good"]), (0, False), "to a known server it is, and that is told")
    status, document = gen.json("probe", "postgres", "--host", "127.0.0.1", "--port", str(free_port()), "--user", "a", "--yes")
    equal((status, codes(document)), (1, ["GEN0701"]), "where nobody listens")


def unencrypted(gen: Gen, server: Server) -> None:
    """A server that does not encrypt."""
    status, document = probe(gen, server, "boss", "--yes")
    equal((status, codes(document)), (1, ["GEN0701"]), "encryption is wanted unless it is said not to be")
    check("--sslmode disable" in str(document["diagnostics"]), "and how is told", document)
    status, document = probe(gen, server, "boss", "--yes", PGSSLMODE="disable")
    equal((status, known(document, "db.postgres.create_role")), (0, "sql_only"), f"else it goes on: {document}")
    equal(seen(document, "encryption")["good"], False, "encryption is not offered")
    equal(server.ask("SHOW ssl"), "off", "by the server's own word")
    went, _ = server.direct("SELECT 1", sslmode="disable")
    check(went and not seen(document, "log-in without encryption")["good"], "a log-in without it is accepted")
    check("MD5" in seen(document, "log-in")["answered"], "how one logs in", document)
    check("switched off" in finding(document, "db.postgres.pitr")["note"], "nothing is archived", document)
    equal((server.ask("SHOW archive_mode"), server.ask("SHOW wal_level")), ("off", "minimal"), "by the server's own word")
    equal(seen(document, "data checksums")["answered"], server.ask("SHOW data_checksums"), "checksums")
    equal(known(document, "db.postgres.sync_replication"), None, "no standby is seen, which proves nothing")


def standby(gen: Gen, primary: Server, folder: Path) -> None:
    """A standby that commits wait for, and what can be asked of the standby itself."""
    copy = Server(folder, "standby")
    own = f"host={primary.sockets} port={primary.port} user=postgres application_name=second"
    primary.command(tool("pg_basebackup"), "-d", own, "-D", copy.folder, "-R", "-c", "fast", "--no-sync")
    with open(copy.folder / "postgresql.auto.conf", "a") as file:
        file.write(f"port = {copy.port}\narchive_mode = off\n")
    root = ("--sslrootcert", folder / "ca.pem")
    try:
        copy.start()
        primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'second'")
        primary.ask("SELECT pg_reload_conf()")
        state = "SELECT state || ' ' || sync_state FROM pg_stat_replication WHERE application_name = 'second'"
        wait_for(lambda: primary.ask(state) == "streaming sync", "the standby")
        status, document = probe(gen, primary, "boss", "--read-only", *root)
        equal((status, known(document, "db.postgres.sync_replication")), (0, "sync"), "commits wait for a standby")
        status, document = probe(gen, primary, "plain", "--read-only", *root)
        equal((status, known(document, "db.postgres.sync_replication")), (0, None), "a plain login does not see that")
        primary.ask("ALTER SYSTEM SET synchronous_commit = 'local'")
        primary.ask("SELECT pg_reload_conf()")
        wait_for(lambda: primary.ask("SHOW synchronous_commit") == "local", "the setting")
        status, document = probe(gen, primary, "boss", "--read-only", *root)
        equal((status, known(document, "db.postgres.sync_replication")), (0, None), "with `local` nobody waits")
        status, document = probe(gen, copy, "boss", "--yes", *root)
        check("standby" in finding(document, "db.postgres.create_role")["note"], "a standby takes no writes", document)
        equal(copy.ask("SELECT pg_is_in_recovery()"), "t", "by its own word")
    finally:
        primary.ask("ALTER SYSTEM RESET ALL")
        primary.ask("SELECT pg_reload_conf()")
        copy.stop()


def interrupted(gen: Gen, server: Server) -> None:
    """Stopped at each of its queries, in every way, it leaves nothing; killed outright, `--clean` finds what is left."""
    environment = {"PGPASSWORD": PASSWORD, "PGSSLMODE": "disable"}

    def command(port: int) -> list[str]:
        return ["probe", "postgres", "--host", "127.0.0.1", "--port", str(port), "--user", "boss", "--database", "postgres"]

    whole = Between(server.port, lambda: True, 0)
    status, _ = gen.json(*command(whole.port), "--yes", environment=environment)
    whole.close()
    equal(status, 0, "undisturbed it ends well")
    queries = whole.count
    first = next(at for at, text in enumerate(whole.statements, 1) if text.startswith("CREATE ROLE"))
    check(any(text.startswith("CREATE DATABASE") for text in whole.statements), "a database was made")
    left_by_kill = 0
    for at in range(1, queries + 1):
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL, None):
            # Before anything is made one way is like another.
            if at < first - 2 and how != signal.SIGINT:
                continue
            process = None
            ready = threading.Event()

            def act() -> bool:
                ready.wait(10)
                if how is None:
                    return False
                process.send_signal(how)
                return True

            between = Between(server.port, act, at)
            process = gen.start(*command(between.port), "--yes", "--format", "json", environment=environment)
            ready.set()
            out, err = process.communicate(timeout=120)
            between.close()
            if how == signal.SIGKILL:
                # A statement that was under way when gen was killed may still come to its end.
                wait_for(lambda: server.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gen probe'") == "0", "the end of its connections")
                left_by_kill += bool(server.scratch())
                status, document = gen.json(*command(server.port), "--clean", "--yes", environment=environment)
                equal((status, document["report"]["left"]), (0, []), "clean ends well")
            elif how is not None:
                # Once everything is asked only removing is left, and that is not given up.
                check(process.returncode in (130, 0), f"interrupted at query {at}", (process.returncode, out, err))
                check(process.returncode == 130 or at > queries - 5, f"the interruption is said at query {at} of {queries}", out)
            equal(server.scratch(), [], f"nothing is left by {how} at query {at} of {queries}")
    check(left_by_kill > 0, "a kill does leave something, so that clean had something to do")
    for name in OTHERS:
        equal(server.ask(f"SELECT (SELECT count(*) FROM pg_roles WHERE rolname = '{name}') + (SELECT count(*) FROM pg_database WHERE datname = '{name}')"), "2", f"{name} is not ours")


def cut_off(gen: Gen, server: Server) -> None:
    """The connection breaks while the database that it asked for waits for a lock, and is in no catalogue yet."""
    hold = "BEGIN; LOCK TABLE pg_catalog.pg_database IN SHARE MODE; SELECT pg_sleep(6); COMMIT"
    held = "SELECT count(*) FROM pg_locks WHERE relation = 'pg_database'::regclass AND mode = 'ShareLock' AND granted"
    waits = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE DATABASE gen_probe%' AND wait_event_type = 'Lock'"
    holder = threading.Thread(target=server.ask, args=(hold,))
    whole = Between(server.port, lambda: True, 0)
    command = ["probe", "postgres", "--host", "127.0.0.1", "--user", "boss", "--database", "postgres", "--yes"]
    environment = {"PGPASSWORD": PASSWORD, "PGSSLMODE": "disable"}
    equal(gen.json(*command, "--port", str(whole.port), environment=environment)[0], 0, "undisturbed it ends well")
    whole.close()
    at = next(at for at, text in enumerate(whole.statements, 1) if text.startswith("CREATE DATABASE"))
    holder.start()
    wait_for(lambda: server.ask(held) == "1", "the lock")
    cut = threading.Event()

    def act() -> bool:
        """Passes the statement on, and cuts the connection once it waits."""
        threading.Thread(target=cut_when_it_waits, daemon=True).start()
        return True

    def cut_when_it_waits() -> None:
        while server.ask(waits) != "1":
            time.sleep(0.05)
        between.cut()
        cut.set()

    between = Between(server.port, act, at)
    process = gen.start(*command, "--port", str(between.port), "--format", "json", environment=environment)
    process.communicate(timeout=120)
    between.close()
    holder.join()
    check(cut.is_set(), "the connection was cut while the statement waited for the lock")
    wait_for(lambda: server.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gen probe'") == "0", "the end of its connections")
    equal(server.scratch(), [], "a database that is made late is not left either")


def endless(gen: Gen) -> None:
    """A server that never comes to an end of its answer is given up on, by its length, its time, or a signal."""
    row = b"D" + struct.pack("!IHI", 10 + 65000, 1, 65000) + b"x" * 65000
    notice = b"N" + struct.pack("!I", 5) + b"\0"
    ready = b"R" + struct.pack("!II", 8, 0) + b"Z" + struct.pack("!Ic", 5, b"I")

    def serve(said: bytes, pause: float) -> int:
        listener = socket.create_server(("127.0.0.1", 0))

        def answer() -> None:
            while True:
                client, _ = listener.accept()
                threading.Thread(target=talk, args=(client,), daemon=True).start()

        def talk(client: socket.socket) -> None:
            try:
                if client.recv(8192)[4:8] == struct.pack("!I", 80877103):
                    client.sendall(b"N")
                    client.recv(8192)
                client.sendall(ready)
                client.recv(8192)
                while True:
                    client.sendall(said)
                    time.sleep(pause)
            except OSError:
                client.close()

        threading.Thread(target=answer, daemon=True).start()
        return int(listener.getsockname()[1])

    def start(said: bytes, pause: float, *more: str) -> subprocess.Popen[str]:
        command = ["probe", "postgres", "--host", "127.0.0.1", "--port", str(serve(said, pause)), "--user", "boss", "--read-only", "--format", "json"]
        return gen.start(*command, *more, environment={"PGSSLMODE": "disable"})

    began = time.monotonic()
    long, slow, stopped = start(row, 0), start(notice, 0.1, "--limit", "2s"), start(notice, 0.1)
    out, _ = long.communicate(timeout=60)
    check("too long" in out, "an endless row is given up on", out)
    out, _ = slow.communicate(timeout=60)
    check("longer than it may" in out, "the limit of time holds while an answer comes", out)
    stopped.send_signal(signal.SIGINT)
    out, _ = stopped.communicate(timeout=60)
    equal(stopped.returncode, 130, "and so does a signal")
    check(time.monotonic() - began < 30, "within seconds")


def evidence(gen: Gen, server: Server, folder: Path) -> None:
    """What was found is added to a file, once, and hides nothing of what the file says."""
    place = folder / "repository"
    place.mkdir()
    equal(gen.run("-C", place, "init")[0], 0, "a repository is made")
    root = ("--sslrootcert", folder / "ca.pem", "-C", place, "--yes")
    status, document = probe(gen, server, "boss", *root, "--provider", "on-prem")
    equal(status, 0, f"evidence is added: {document}")
    file = place / "profiles/providers/on-prem.yaml"
    text = file.read_text()
    major = server.ask("SHOW server_version").split(".")[0]
    check(f'{{db.postgres.version: ["{major}"]}}' in text and "probe-postgres: {kind: probe" in text, "it is in the file", text)
    check("db.postgres.version" in document["added"]["answered"], "and is no longer asked", document["added"])
    status, _ = probe(gen, server, "boss", *root, "--provider", "on-prem")
    equal((status, file.read_text()), (0, text), "a second run changes nothing")
    equal(gen.run("-C", place, "plan")[0], 0, "the repository is still sound")
    status, document = probe(gen, server, "boss", *root, "--provider", "scaleway", "--in", "fr-par", "--dry-run")
    equal(status, 0, "evidence of a provider with documents")
    equal(
        sorted(document["kept"]),
        ["db.postgres.create_database", "db.postgres.create_role", "db.postgres.service", "db.postgres.version"],
        "one server does not say what its operator does not offer",
    )


def main() -> None:
    """Runs everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gen", type=Path, required=True)
    arguments = parser.parse_args()
    need("psql", "openssl")
    with tempfile.TemporaryDirectory(prefix="gen-postgres-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        home = folder / "home"
        home.mkdir()
        gen = Gen(arguments.gen.resolve(), home)
        authority(folder)
        certificate(folder, "server", "/CN=127.0.0.1", "serverAuth", "IP:127.0.0.1")
        secured, plain = Server(folder, "secured"), Server(folder, "plain")
        secured.sockets.mkdir()
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            for path in (folder, secured.sockets, folder / "server.key", folder / "server.pem"):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        (folder / "server.key").chmod(0o600)
        try:
            ssl = {"ssl": "on", "ssl_cert_file": f"'{folder}/server.pem'", "ssl_key_file": f"'{folder}/server.key'"}
            archive = {"archive_mode": "on", "archive_command": "'/bin/true'", "wal_level": "replica"}
            rules = "hostssl all clear 127.0.0.1/32 password\nhostssl all all 127.0.0.1/32 scram-sha-256"
            secured.make({**ssl, **archive}, rules, "--data-checksums")
            plain.make(
                {"ssl": "off", "wal_level": "minimal", "max_wal_senders": "0", "archive_mode": "off", "password_encryption": "md5"},
                "host all all 127.0.0.1/32 md5",
            )
            for server in (secured, plain):
                server.logins()
            secured.ask(f"CREATE ROLE clear LOGIN PASSWORD '{PASSWORD}'")
            secured.ask("SELECT pg_switch_wal()")
            wait_for(lambda: int(secured.ask("SELECT archived_count FROM pg_stat_archiver")) > 0, "the archiver")
            encrypted(gen, secured, folder)
            trust(gen, secured, folder)
            unencrypted(gen, plain)
            standby(gen, secured, folder)
            interrupted(gen, plain)
            cut_off(gen, plain)
            endless(gen)
            evidence(gen, secured, folder)
        finally:
            secured.stop()
            plain.stop()
    done("probe postgres")


if __name__ == "__main__":
    main()
