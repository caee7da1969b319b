"""A customer's day: from an empty folder to a stack that may be rendered on machines of the customer's own, against real servers.

    run.py --gen target/release/gen            compares with docs/customers-day.md
    run.py --gen target/release/gen --write    writes it again

Every command is run for real and stands in the page with what a person sees at 80 columns. MinIO, PostgreSQL and kube-apiserver listen on
loopback, started by the helpers of `snapshots/probe`. What differs from run to run (ports, names that a probe makes up, the day, the version of
the PostgreSQL that is installed) is replaced by fixed words. Standard library only.
"""

from __future__ import annotations

import argparse
import datetime
import difflib
import os
import pwd
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs/customers-day.md"
sys.path.insert(0, str(HERE.parent / "probe"))

import servers  # noqa: E402
import support  # noqa: E402
from cluster import ADMIN, Cluster, Player  # noqa: E402
from postgres import PASSWORD, Server  # noqa: E402

DAY = datetime.date(2026, 11, 24)
"""The day that the page tells of."""
PORTS = {"store": 19000, "database": 15432, "cluster": 16443}
"""Ports that the page tells of, as long as those that the machine gives out."""
PROVIDER = "profiles/providers/acme-platform.yaml"
ENVIRONMENT = "stacks/hello/environments/prod.yaml"
STACK = "stacks/hello/stack.yaml"


class Day:
    """The folder, and the page as it grows."""

    def __init__(self, program: Path, folder: Path, variables: dict[str, str]) -> None:
        self.program, self.folder = program, folder
        self.variables = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "COLUMNS": "80", "NO_COLOR": "1", **variables}
        self.today = datetime.datetime.now(datetime.timezone.utc).date()
        self.parts: list[str] = []
        self.words: list[tuple[str, str]] = []

    def say(self, text: str) -> None:
        """Adds prose."""
        self.parts.append(textwrap.fill(" ".join(text.split()), 150, break_long_words=False, break_on_hyphens=False))

    def head(self, text: str) -> None:
        """Adds a heading."""
        self.parts.append(f"## {text}")

    def run(self, *lines: str, status: int = 0, keep: tuple[int, int] | None = None) -> str:
        """Runs commands and shows them; `keep` is how many lines are shown of the beginning and of the end. Gives all that the last one said."""
        shown, said = [], ""
        for line in lines:
            program, *words = shlex.split(line)
            command = [str(self.program), *words] if program == "gen" else [program, *words]
            ran = subprocess.run(
                command, cwd=self.folder, env=self.variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600
            )  # fmt: skip
            said = ran.stdout
            if ran.returncode != status:
                support.fail(f"`{line}` ended with {ran.returncode} and not {status}:\n{said}")
            if servers.SECRET in said or PASSWORD in said or ADMIN in said:
                support.fail(f"`{line}` printed a credential")
            told = said.strip("\n").splitlines()
            if keep and len(told) > sum(keep) + 1:
                told = [*told[: keep[0]], "…", *(told[-keep[1] :] if keep[1] else [])]
            shown += [f"$ {line}", *told]
        self.parts.append("```console\n" + "\n".join(shown).rstrip() + "\n```")
        return said

    def counts(self) -> str:
        """`gen plan`, from the table on: every warning is named in what came before."""
        return self.run("gen plan", keep=(0, 6))

    def file(self, path: str, text: str) -> None:
        """Writes a file, and shows it."""
        (self.folder / path).write_text(text)
        self.parts.append(f"`{path}`:")
        self.parts.append(f"```yaml\n{text.rstrip()}\n```")

    def replace(self, path: str, old: str, new: str) -> None:
        """Replaces what stands once in a file."""
        file = self.folder / path
        text = file.read_text()
        if text.count(old) != 1:
            support.fail(f"{path} has {text.count(old)} times: {old}")
        file.write_text(text.replace(old, new))

    def fill(self, filled: dict[str, str]) -> None:
        """Fills in what is commented out in the environment, and shows it."""
        for name in filled:
            self.exchange(ENVIRONMENT, rf"  # {name}: .*\n", f"  {name}: {{operated_by: acme-platform, existing: {{{filled[name]}}}}}\n")
        left = [line for line in (self.folder / ENVIRONMENT).read_text().splitlines() if "existing: {" in line and line.lstrip().startswith("#")]
        if left:
            support.fail(f"not filled in: {left}")
        shown = "\n".join(f"  {name}: {{operated_by: acme-platform, existing: {{{values}}}}}" for name, values in sorted(filled.items()))
        self.parts.append(f"```yaml\nbind:\n  default: {{provider: acme-platform}}\n{shown}\n```")

    def exchange(self, path: str, pattern: str, new: str) -> None:
        """Replaces the one line that a pattern fits."""
        file = self.folder / path
        text, count = re.subn(pattern, lambda _: new, file.read_text())
        if count != 1:
            support.fail(f"{path} has {count} lines like {pattern}")
        file.write_text(text)

    def evidence(self, sources: list[str], facts: list[str]) -> None:
        """Adds sources and facts by hand, takes away what is no longer asked, and shows what was added."""
        self.replace(PROVIDER, "\nsources:\n", "\nsources:\n" + "".join(f"  {line}\n" for line in sources))
        self.replace(PROVIDER, "\nfacts:\n", "\nfacts:\n" + "".join(f"  - {line}\n" for line in facts))
        file = self.folder / PROVIDER
        answered = {name for line in facts for name in re.findall(r"([a-z0-9_]+(?:\.[a-z0-9_]+)+): ", line)}
        kept = [line for line in file.read_text().splitlines() if not (match := re.match(r"  ([a-z0-9._]+): (?:document|probe|attest)\b", line)) or match[1] not in answered]
        file.write_text("\n".join(kept) + "\n")
        lines = ["sources:", *(f"  {line}" for line in sources), "facts:", *(f"  - {line}" for line in facts)]
        self.parts.append("```yaml\n" + "\n".join(lines) + "\n```")

    def page(self) -> str:
        """The page, with fixed words for what differs from run to run."""
        text = "\n\n".join(self.parts) + "\n"
        for found, word in self.words:
            text = text.replace(found, word)
        text = re.sub(r"gen([-_])probe([-_])([0-9a-f]{8,12})\b", lambda match: f"gen{match[1]}probe{match[2]}{'x' * len(match[3])}", text)
        text = re.sub(r"clock is -?\d+ s (ahead of|behind)", "clock is 0 s ahead of", text)
        text = re.sub(r"\b\d+\.\d\d s\b", "0.05 s", text)
        days = {(self.today + datetime.timedelta(days)).isoformat(): (DAY + datetime.timedelta(days)).isoformat() for days in (0, 14, 15, 90, 180, 365)}
        return re.sub(r"\b\d{4}-\d\d-\d\d\b", lambda match: days.get(match[0], match[0]), text)


def after(day: datetime.date, days: int) -> str:
    """A day later on, as files write it."""
    return (day + datetime.timedelta(days)).isoformat()


def morning(day: Day, major: str) -> None:
    """An empty folder, a profile, a provider and an environment."""
    day.parts.append("# A customer's day")
    day.say("""Acme brings everything itself: a cluster, PostgreSQL, an S3 store, OpenBao, a registry. This is the day on which somebody there finds out whether a stack may
        run on it. Every command on this page was run for real by `snapshots/day/run.py`, which the gate does again, against MinIO, PostgreSQL and kube-apiserver on one
        machine (without nodes; what finishes the removal of a namespace is played). So probes say `localhost` where Acme's own names would stand, and ports, the day and names that a probe makes up are replaced by fixed words. `…` stands for lines left out.
        Acme's documents, its statement and its drill are made up; that `gen` takes them as it does is not.""")
    day.head("From an empty folder")
    day.run("gen init", keep=(4, 3))
    day.run('gen profile new acme --operator acme-platform --title "Acme platform" --country DE --stack hello --env prod', keep=(9, 0))
    day.say("Nothing of it is to run at AWS, so what `gen init` made for AWS goes. In the stack Acme sets the versions of Kubernetes and PostgreSQL that it really has.")
    day.run("rm -r stacks/foundation stacks/hello/environments/dev.yaml")
    day.replace(STACK, 'kubernetes: "1.35"', 'kubernetes: "1.36"')
    day.replace(STACK, "major: 16", f"major: {major}")
    day.say("The profile extends `byo` and can only tighten it. The environment is `planned`: it is judged, and fails nothing as yet. The day by which evidence is judged is today:")
    day.file("profiles/as-of.yaml", f"version: 1\ndate: {day.today}\n")
    day.counts()
    day.head("What is there already")
    day.say(f"`gen profile new` wrote into `{ENVIRONMENT}`, as comments, what each component has to hand over. Acme fills it in:")
    day.fill(
        {
            "backup": "vault: acme-hello",
            "ci": 'roles: {prod: {plan: "hello-prod-plan", apply: "hello-prod-apply"}}',
            "cluster": 'name: acme, endpoint: "https://k8s.acme.example:6443", version: "1.36", pod_roles: {web: hello-web}',
            "db": f"host: db.acme.example, port: 5432, major: {major}, databases: [app], tls: verify-full, admin_ref: hello/prod/db-admin, grants: {{app_rw: hello-app-rw}}",
            "edge": 'name_servers: [ns1.acme.example], load_balancer: lb.acme.example, target_groups: {web: hello-web}, urls: {web: "https://web.prod.hello.example.org"}',
            "files": 'bucket: hello-files, region: main, endpoint: "https://s3.acme.example", path_style: true, arn: "arn:aws:s3:::hello-files", grants: {rw: hello-files-rw}',
            "keys": "ids: {data: transit/hello}, replica_ids: {}",
            "network": "network_id: vlan-60, cidr: 10.60.0.0/16, zones: [a, b], public_subnet_ids: [vlan-61], private_subnet_ids: [vlan-62], "
            "intra_subnet_ids: [vlan-63], private_cidrs: [10.60.2.0/24], intra_cidrs: [10.60.3.0/24], egress_addresses: [192.0.2.7]",
            "registry": "repositories: {hello/web: registry.acme.example/hello/web}",
            "secrets": "store: openbao, refs: {web/session: hello/prod/web/session}, grants: {web/session: hello-web-session}",
            "state": 'bucket: hello-states, region: main, endpoint: "https://s3.acme.example", lock: s3_lockfile',
        }
    )
    day.counts()
    day.say("Handing something over proves nothing about it. What has to be found out, and how, is a list:")
    day.run("gen profile check acme", status=2, keep=(13, 9))


def noon(day: Day, store: str, database: int) -> None:
    """Servers are asked themselves."""
    day.head("Asking the servers")
    day.say("What a server can show, it is asked itself. Keys and passwords come from the environment (`AWS_ACCESS_KEY_ID`, `PGPASSWORD`, `KUBECONFIG` and so on); `--yes` agrees beforehand to what a probe makes and removes again.")
    day.run(f"gen probe s3 --endpoint {store} --provider acme-platform --yes", keep=(28, 4))
    day.run(f"gen probe state-lock --endpoint {store} --provider acme-platform --yes")
    day.counts()
    day.run(
        f"gen probe postgres --host localhost --port {database} --user maker --database postgres --sslrootcert ../ca.pem --provider acme-platform --yes", keep=(16, 4)
    )  # fmt: skip
    day.run("gen probe kubernetes --provider acme-platform --yes", keep=(9, 4))
    day.say("A cluster without nodes cannot show that network policies are enforced, so that stays unknown. So does what an API never tells: who keeps the log, whose tokens are accepted.")
    day.counts()


def afternoon(day: Day) -> None:
    """Documents, attestations, and what neither can do."""
    day.head("Documents")
    day.say(f"What Acme's own documents say is moved from `ask` to `facts` in `{PROVIDER}`, with the address of the document and the day on which it was read:")
    read = f"read: {day.today}"
    base = "https://docs.acme.example"
    day.evidence(
        [f'{name}: {{kind: provider_doc, confidence: documented, at: "{base}/{name}", {read}}}' for name in ("ci", "cluster", "database", "network", "openbao", "registry", "store")],
        [
            "{is: {iam.oidc.issuers: [github], iam.oidc.workload_federation: exact_subject}, from: ci}",
            "{is: {k8s.audit_log_export: true, k8s.pod_identity: subject, k8s.private_api: true, k8s.secrets_encryption: cmk}, from: cluster}",
            "{is: {db.postgres.managed_password: true, db.postgres.ha: true, db.postgres.cmk: true}, from: database}",
            "{not: {db.postgres.backup_cross_region: true}, from: database}",
            "{is: {net.private_network: true, net.egress.allowlist: cidr}, from: network}",
            "{is: {kms.service: software, kms.rotation: automatic, secrets.manager: self_managed, secrets.k8s_auth: subject}, from: openbao}",
            "{is: {registry.oci: true, registry.tag_immutability: repository}, from: registry}",
            "{is: {backup.immutable_copy: true}, from: store}",
        ],
    )
    day.counts()
    day.head("Attestations")
    day.say("For where customer data lies somebody has to answer with a signature. The same statement also says that the database can be taken back to any moment, and that the network enforces policies:")
    day.evidence(
        [f'statement: {{kind: attestation, confidence: attested, at: "https://intranet.acme.example/statements/hello.pdf", {read}}}'],
        [
            "{is: {sov.residency.customer_data: [DE]}, from: statement}",
            "{is: {db.postgres.pitr: {rpo: 5m, window: 35d, in_place: false}}, from: statement}",
            "{is: {k8s.network_policy: l3l4}, from: statement}",
        ],
    )
    said = day.run("gen plan -e prod")
    for capability in ("db.postgres.pitr", "k8s.network_policy"):
        if f"asked: {capability}" not in said:
            support.fail(f"an attestation was believed for {capability}:\n{said}")
    if "asked: sov.residency.customer_data" in said:
        support.fail(f"an attestation was not believed where one is asked for:\n{said}")
    day.say("The first is believed, for ninety days at most, as the profile says. The other two are not: a signature does not replace a trial where a trial is what proves it.")
    day.say("For the database, Acme's administrators hold a drill, outside of `gen`: they take it back to a minute before a table was dropped, and write down what they did and saw. That is a trial, so its protocol is a source of kind `probe`:")
    day.evidence(
        [f'drill: {{kind: probe, confidence: probed, at: "https://intranet.acme.example/drills/restore-of-hello", {read}}}'],
        ["{is: {db.postgres.pitr: {rpo: 5m, window: 35d, in_place: false}}, from: drill}"],
    )


def evening(day: Day) -> None:
    """Refused without `planned`, and then not."""
    day.head("From refused to ok")
    day.say(f"Somebody is in a hurry and takes `planned: true` out of `{ENVIRONMENT}`:")
    day.exchange(ENVIRONMENT, r"planned: true.*\n", "")
    day.run("gen plan", status=1)
    day.say("""The trial has to wait until the cluster has nodes, and no workload runs before. Two people who are not the author answer for that, for fourteen days at most, and nothing else is waived:""")
    day.file(
        "stacks/hello/waivers.yaml",
        "version: 1\nwaivers:\n"
        "  - env: prod\n    component: cluster\n    capability: k8s.network_policy\n"
        "    why: The cluster has no nodes yet, and so no workloads; gen probe kubernetes is run again on its first day with nodes.\n"
        "    ticket: ACME-60\n    author: kim@acme.example\n    approvers: [ada@acme.example, lin@acme.example]\n"
        f"    until: {after(day.today, 14)}\n",
    )
    said = day.run("gen plan")
    if not re.search(r"^hello/prod .* ok\b", said, re.MULTILINE):
        support.fail(f"hello/prod is not ok:\n{said}")
    day.run("gen generate", keep=(0, 6))
    day.run("gen check", keep=(0, 6))
    day.say("What is still open holds nothing up, and stays on the list:")
    day.run("gen profile check acme")
    day.say("And a waiver ends by itself. With `profiles/as-of.yaml` set to the day after its last one:")
    day.replace("profiles/as-of.yaml", day.today.isoformat(), after(day.today, 15))
    day.run("gen plan", status=1)


def database(folder: Path) -> Server:
    """PostgreSQL with TLS, and a login that makes roles and databases."""
    support.certificate(folder, "server", "/CN=localhost", "serverAuth", "DNS:localhost,IP:127.0.0.1")
    server = Server(folder, "database")
    server.sockets.mkdir()
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        for path in (folder, server.sockets, folder / "server.key", folder / "server.pem"):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    (folder / "server.key").chmod(0o600)
    return server


def main() -> None:
    """Runs the day."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gen", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write docs/customers-day.md instead of comparing with it")
    arguments = parser.parse_args()
    support.need("minio", "psql", "openssl", "kube-apiserver", "etcd")
    with tempfile.TemporaryDirectory(prefix="gen-day-") as scratch:
        where = Path(scratch)
        where.chmod(0o755)
        folders = {name: servers.folder_of(where, name) for name in ("acme", "tls", "database", "cluster")}
        support.authority(folders["database"])
        server = database(folders["database"])
        (where / "ca.pem").write_bytes((folders["database"] / "ca.pem").read_bytes())
        authority = servers.certificate(folders["tls"])
        cluster = Cluster(folders["cluster"])
        variables = {"AWS_ACCESS_KEY_ID": servers.KEY, "AWS_SECRET_ACCESS_KEY": servers.SECRET, "SSL_CERT_FILE": str(authority), "PGPASSWORD": PASSWORD}
        variables["KUBECONFIG"] = str(cluster.kubeconfig("acme", {"token": ADMIN}))
        day = Day(arguments.gen.resolve(), folders["acme"], variables)
        try:
            cluster.start()
            player = Player(cluster)
            player.start()
            files = folders["database"]
            settings = {"ssl": "on", "ssl_cert_file": f"'{files}/server.pem'", "ssl_key_file": f"'{files}/server.key'"}
            server.make(settings, "hostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256")
            server.logins()
            version = server.ask("SHOW server_version")
            major = version.split(".")[0]
            with servers.minio(servers.folder_of(where, "store"), tls=folders["tls"]) as store:
                number = store.endpoint.rsplit(":", 1)[1]
                day.words = [
                    *((f"localhost:{number}", f"localhost:{PORTS['store']}"), (f"127.0.0.1:{cluster.port}", f"127.0.0.1:{PORTS['cluster']}")),
                    *((f"localhost:{server.port}", f"localhost:{PORTS['database']}"), (f"--port {server.port}", f"--port {PORTS['database']}")),
                    *((f"PostgreSQL {version}", "PostgreSQL 16"), (f"major: {major}", "major: 16"), (f"has `{major}`", "has `16`")),
                ]
                morning(day, major)
                noon(day, store.endpoint, server.port)
            player.end()
            afternoon(day)
            evening(day)
        finally:
            server.stop()
            cluster.stop()
    page = re.sub(r"(db\.postgres\.version +)" + major + r"\b", r"\g<1>16", day.page())
    if arguments.write:
        PAGE.write_text(page)
        return
    known = PAGE.read_text() if PAGE.exists() else ""
    if page != known:
        differs = difflib.unified_diff(known.splitlines(), page.splitlines(), str(PAGE.relative_to(ROOT)), "this run", lineterm="")
        support.fail("the page tells of another day (--write writes it again):\n" + "\n".join(differs))
    print(f"a customer's day: {page.count('$ ')} commands, as docs/customers-day.md says")


if __name__ == "__main__":
    main()
