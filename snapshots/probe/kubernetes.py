"""`gen probe kubernetes` against a real API server: its verdicts are what the server does, shown by a direct request, and whatever stops
it leaves nothing behind.

    python3 snapshots/probe/kubernetes.py --gen target/release/gen
"""

from __future__ import annotations

import argparse
import base64
import http.server
import json
import signal
import tempfile
import threading
from pathlib import Path
from typing import Callable

from cluster import ADMIN, PLAIN, Cluster, Player
from disturbed import Disturbed
from support import Gen, Json, check, codes, done, equal, finding, free_port, known, need, seen

WAYS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL, None)
"""How a run is stopped; none is a connection that breaks."""
IMAGE = "registry.example.com/busybox@sha256:" + "0a" * 32


def probe(gen: Gen, kubeconfig: Path, *arguments: str | Path) -> tuple[int, Json]:
    """Probes a cluster."""
    return gen.json("probe", "kubernetes", "--kubeconfig", kubeconfig, *arguments)


def without_nodes(gen: Gen, cluster: Cluster, admin: Path) -> None:
    """What an API server shows by itself."""
    status, document = probe(gen, admin, "--yes", "--image", IMAGE)
    equal(status, 0, f"the probe ends well: {document}")
    version = cluster.ask("GET", "/version")[1]
    equal(document["report"]["server"], f"Kubernetes {version['gitVersion']}", "the version is the server's")
    equal(known(document, "k8s.version"), [f"{version['major']}.{version['minor']}"], "major and minor version")
    equal(known(document, "k8s.service"), "self_managed", "there is a cluster")
    for capability in ("k8s.network_policy", "k8s.sandbox"):
        found = finding(document, capability)
        check("is" not in found and "not" not in found and "no nodes" in found["note"], f"{capability} is unknown without nodes", found)
    for capability in ("k8s.private_api", "k8s.pod_identity", "k8s.audit_log_export"):
        equal(known(document, capability), None, f"{capability} is a hint at most")
    check("address is private" in finding(document, "k8s.private_api")["note"], "the address is told", document)
    nobody = cluster.ask("GET", "/api/v1/namespaces", token="nobody")[0]
    equal((seen(document, "namespaces for nobody")["good"], nobody), (True, 401), "nobody sees nothing")
    check(len(document["report"]["cleaned"]) == 1, "the namespace was removed again", document)
    equal(cluster.scratch(), [], "nothing is left")
    check(ADMIN not in str(document), "the token is nowhere")
    admission(cluster, document)


def admission(cluster: Cluster, document: Json) -> None:
    """The same pods, asked for directly."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    cluster.ask("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "direct", "labels": labels}})
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "probe"}}
    cluster.ask("POST", "/api/v1/namespaces/direct/serviceaccounts", account)
    good: Json = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "direct"},
        "spec": {
            "serviceAccountName": "probe",
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{"name": "c", "image": "i", "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}],
        },
    }

    def changed(**spec: object) -> Json:
        return {**good, "spec": {**good["spec"], **spec}}

    container = good["spec"]["containers"][0]
    trials = {
        "admission of a restricted pod": (good, 201),
        "admission of a pod with a privileged container": (changed(containers=[{**container, "securityContext": {"privileged": True}}]), 403),
        "admission of a pod with the network of its host": (changed(hostNetwork=True), 403),
        "admission of a pod with a folder of its host": (changed(volumes=[{"name": "v", "hostPath": {"path": "/"}}]), 403),
        "admission of a pod with root": (changed(securityContext={"runAsNonRoot": False, "seccompProfile": {"type": "RuntimeDefault"}}), 403),
        "admission of a pod with every system call": (changed(securityContext={"runAsNonRoot": True, "seccompProfile": {"type": "Unconfined"}}), 403),
    }
    for about, (pod, expected) in trials.items():
        status, said = cluster.ask("POST", "/api/v1/namespaces/direct/pods?dryRun=All", pod)
        equal(status, expected, f"{about}, asked for directly: {said}")
        observed = seen(document, about)
        check(observed["good"] and (str(expected) in observed["answered"] or expected == 201), about, observed)
        if expected == 403:
            check("PodSecurity" in observed["answered"] and "PodSecurity" in said["message"], f"{about}: why", observed)
    namespace = cluster.ask("DELETE", "/api/v1/namespaces/direct")[1]
    namespace["spec"]["finalizers"] = []
    cluster.ask("PUT", "/api/v1/namespaces/direct/finalize", namespace)


def policies(gen: Gen, cluster: Cluster, admin: Path, player: Player) -> None:
    """Network policies on a network that enforces them, and on ones that do not."""
    cluster.node("first", player.host)
    for network, verdict, saw in (
        ("enforces", "l3l4", ["open", "closed", "open", "closed", "open"]),
        ("ignores", "none", ["open", "open", "open", "open", "open"]),
        ("ingress", "none", ["open", "closed", "open", "open", "open"]),
        ("broken", None, ["closed", "closed", "closed", "closed", "closed"]),
    ):
        player.network = network
        player.saw.clear()
        status, document = probe(gen, admin, "--yes", "--image", IMAGE)
        equal((status, known(document, "k8s.network_policy")), (0, verdict), f"on a network that {network}: {document}")
        tried = [said for name, said in player.saw if not name.startswith(("sandbox", "plain"))]
        equal(tried, saw, "what the pods saw")
        steps = finding(document, "k8s.network_policy")["steps"]
        equal([step["answered"].split(",")[0] for step in steps if step["did"].startswith("had pod")], saw, "and it is told")
        equal(cluster.scratch(), [], "nothing is left")
    player.network = "enforces"
    status, document = probe(gen, admin, "--yes")
    check("--image" in finding(document, "k8s.network_policy")["note"], "without an image no pod tries", document)
    equal(known(document, "k8s.sandbox"), None, "nor for sandboxes")
    for loose in ("busybox", "busybox:1.37", IMAGE[:-1]):
        status, document = probe(gen, admin, "--yes", "--image", loose)
        equal((status, codes(document)), (1, ["GEN0701"]), f"{loose} is not pinned")
    for spec in ({"unschedulable": True}, {"taints": [{"key": "k", "effect": "NoSchedule"}]}):
        cluster.no_nodes()
        cluster.node("closed", player.host, **spec)
        status, document = probe(gen, admin, "--yes", "--image", IMAGE)
        equal((status, known(document, "k8s.network_policy")), (0, None), "a node that takes no pods is none")
        check("no node takes pods" in finding(document, "k8s.network_policy")["note"], "and that is told", document)
    cluster.no_nodes()


def sandboxes(gen: Gen, cluster: Cluster, admin: Path, player: Player) -> None:
    """What runtime classes promise, and what pods of them see."""
    cluster.node("first", player.host)

    def sandbox(expected: object, note: str) -> None:
        status, document = probe(gen, admin, "--yes", "--image", IMAGE)
        found = finding(document, "k8s.sandbox")
        equal((status, found.get("is")), (0, expected), f"sandbox: {found}")
        check(note in found["note"], f"note says {note}", found)

    sandbox("seccomp", "no runtime class")
    player.filter = "0"
    sandbox("none", "not filtered")
    player.filter = "2"
    for name, handler in (("safe", "runsc"), ("other", "runc")):
        runtime = {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": name}, "handler": handler}
        equal(cluster.ask("POST", "/apis/node.k8s.io/v1/runtimeclasses", runtime)[0], 201, "a runtime class")
    # A class whose pods see the host's kernel is a promise and no sandbox.
    sandbox("seccomp", "safe promises gvisor")
    player.kernels = {"safe": "4.4.0"}.get
    sandbox("gvisor", "safe promises gvisor")
    runtime = {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "vm"}, "handler": "kata-qemu"}
    cluster.ask("POST", "/apis/node.k8s.io/v1/runtimeclasses", runtime)
    player.kernels = {"safe": "4.4.0", "vm": "6.12.0-kata"}.get
    sandbox("vm", "vm promises vm")
    # Nobody knows what a class does that could not be seen or tried just then.
    player.kernels = lambda _: None
    for what in ("^GET .*/runtimeclasses", "^POST .*/pods$"):
        # The first pods are those of other questions.
        at = 1 if "GET" in what else 7
        with Disturbed(cluster.connection, at, "busy", what) as between:
            busy = cluster.kubeconfig("busy", {"token": ADMIN}, server=between.endpoint.replace("localhost", "127.0.0.1"))
            status, document = probe(gen, busy, "--yes", "--image", IMAGE)
        check(between.struck is not None, f"{what} was asked for", between.count)
        equal((status, known(document, "k8s.sandbox")), (0, None), f"503 to {between.struck}: {finding(document, 'k8s.sandbox')}")
    for name in ("safe", "other", "vm"):
        cluster.ask("DELETE", f"/apis/node.k8s.io/v1/runtimeclasses/{name}")
    cluster.no_nodes()


def logins(gen: Gen, cluster: Cluster, admin: Path) -> None:
    """Ways of logging in, and what is refused."""
    folder = cluster.folder
    by_file = cluster.kubeconfig("by-file", {"client-certificate": "client.pem", "client-key": "client.key"})
    encoded = {f"client-{part}-data": base64.b64encode((folder / f"client.{end}").read_bytes()).decode() for part, end in (("certificate", "pem"), ("key", "key"))}
    (folder / "token").write_text(f"{ADMIN}\n")
    for name, path in (
        ("a certificate", by_file),
        ("a certificate in the file", cluster.kubeconfig("by-data", encoded)),
        ("a token in a file", cluster.kubeconfig("by-token-file", {"tokenFile": "token"})),
    ):
        status, document = probe(gen, path, "--yes")
        equal((status, known(document, "k8s.service")), (0, "self_managed"), f"logged in by {name}: {document['diagnostics']}")
        check(len(document["report"]["cleaned"]) == 1, "and made a namespace")
    status, document = probe(gen, cluster.kubeconfig("wrong", {"token": "wrong-token"}), "--yes")
    equal((status, codes(document)), (1, ["GEN0701"]), "a wrong token is refused")
    check("401" in str(document["diagnostics"]) and "wrong-token" not in str(document), "with the server's word", document)
    plain = cluster.kubeconfig("plain", {"token": PLAIN})
    status, document = probe(gen, plain, "--yes")
    equal((status, codes(document)), (1, ["GEN0701"]), "who may make no namespace")
    equal(cluster.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "x"}}, token=PLAIN)[0], 403, "asked directly")
    status, document = probe(gen, plain, "--read-only")
    equal((status, document["report"]["cleaned"]), (0, []), "may look")
    status, document = probe(gen, admin)
    equal((status, codes(document)), (1, ["GEN0702"]), "without a yes nothing is done")
    program = folder / "started"
    for name, user in (
        ("exec", {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "touch", "args": [str(program)], "interactiveMode": "Never"}}),
        ("auth-provider", {"auth-provider": {"name": "oidc"}}),
    ):
        status, document = probe(gen, cluster.kubeconfig(name, user), "--yes")
        equal((status, codes(document)), (1, ["GEN0701"]), f"{name} is refused")
        check("kubectl create token" in str(document["diagnostics"]), "and how else is told", document)
    check(not program.exists(), "and the program was not started")
    stranger = folder / "stranger.kubeconfig"
    stranger.write_text(admin.read_text().replace('"certificate-authority": "ca.pem"', '"tls-server-name": "x"'))
    equal(probe(gen, stranger, "--yes")[0], 1, "another name is refused")
    stranger.write_text(admin.read_text().replace('"certificate-authority": "ca.pem", ', "").replace(', "certificate-authority": "ca.pem"', ""))
    status, document = probe(gen, stranger, "--yes")
    equal((status, codes(document)), (1, ["GEN0701"]), f"an authority that nobody knows is not believed")
    for text in ("", "clusters: [", "[]", "contexts: 7"):
        stranger.write_text(text)
        status, document = probe(gen, stranger, "--yes")
        equal((status, codes(document)), (1, ["GEN0701"]), f"`{text}` is no kubeconfig")
    status, document = probe(gen, cluster.kubeconfig("off", {"token": "t"}, f"http://127.0.0.1:{free_port()}"), "--yes")
    equal((status, codes(document)), (1, ["GEN0701"]), "where nobody listens")


class Between:
    """Stands between gen and the API server, and does something at the nth request that passes."""

    def __init__(self, cluster: Cluster, act: Callable[[], bool], at: int) -> None:
        self.count = 0
        self.requests: list[str] = []
        lock = threading.Lock()
        between = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                with lock:
                    between.count += 1
                    between.requests.append(f"{self.command} {self.path}")
                    hit = between.count == at
                goes_on = act() if hit else True
                token = (self.headers.get("Authorization") or "Bearer ").split(" ", 1)[1]
                status, answer = cluster.ask(self.command, self.path, json.loads(body) if body else None, token=token)
                # What does not go on has reached the server, and its answer is lost.
                if not goes_on:
                    self.close_connection = True
                    return
                data = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    self.close_connection = True

            do_GET = do_POST = do_DELETE = pass_on

            def log_message(self, *_: object) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A run that was stopped hangs up, which is no fault here."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Ends it."""
        self.server.shutdown()
        self.server.server_close()


def interrupted(gen: Gen, cluster: Cluster, player: Player, admin: Path) -> None:
    """Stopped at each of its requests, in every way, it leaves nothing; killed outright, `--clean` finds what is left."""
    others = {"gen-probe-other": {"app.kubernetes.io/managed-by": "gen-probe"}, "gen-probe-0123456789ab": {}}
    for name, labels in others.items():
        made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        equal(cluster.ask("POST", "/api/v1/namespaces", made)[0], 201, "a namespace that is not ours")
    mine = set(others) & set(cluster.scratch())

    def left() -> list[str]:
        return sorted(set(cluster.scratch()) - mine)

    cluster.node("first", player.host)
    whole = Between(cluster, lambda: True, 0)
    status, document = probe(gen, cluster.kubeconfig("through", {"token": ADMIN}, whole.address), "--yes", "--image", IMAGE)
    whole.close()
    equal(status, 0, f"undisturbed it ends well: {document}")
    made = next(at for at, request in enumerate(whole.requests, 1) if request == "POST /api/v1/namespaces")
    removed = next(at for at, request in enumerate(whole.requests, 1) if request.startswith("DELETE"))
    left_by_kill = 0
    for at in range(made - 1, removed + 1):
        for how in WAYS:
            # Later on each request is met in one way, and waiting for one pod is like waiting for another.
            later = at > made + 4
            if later and (how != WAYS[at % 4] or (whole.requests[at - 1].startswith("GET") and at % 5)):
                continue
            process = None
            ready = threading.Event()

            def act() -> bool:
                ready.wait(10)
                if how is None:
                    return False
                process.send_signal(how)
                return True

            between = Between(cluster, act, at)
            path = cluster.kubeconfig("through", {"token": ADMIN}, between.address)
            process = gen.start("probe", "kubernetes", "--kubeconfig", path, "--yes", "--image", IMAGE, "--format", "json")
            ready.set()
            out, err = process.communicate(timeout=200)
            between.close()
            if how == signal.SIGKILL:
                left_by_kill += bool(left())
                status, document = probe(gen, admin, "--clean", "--yes")
                equal((status, document["report"]["left"]), (0, []), "clean ends well")
            elif how is not None:
                # Once everything is asked only removing is left, and that is not given up.
                removing = any(request.startswith("DELETE") for request in between.requests[: at + 2])
                check(process.returncode == 130 or (process.returncode == 0 and removing), f"interrupted at request {at} of {removed}", (process.returncode, out, err))
            equal(left(), [], f"nothing is left by {how} at request {at} of {removed}: {whole.requests[at - 1]}")
    check(left_by_kill > 0, "a kill does leave something, so that clean had something to do")
    there = {namespace["metadata"]["name"] for namespace in cluster.items("/api/v1/namespaces")}
    check(set(others) <= there, "what is not ours stays", there)
    cluster.no_nodes()

    # Pods that never start: interrupted while it waits, and nothing is left.
    player.network = "stuck"
    cluster.node("first", player.host)
    process = gen.start("probe", "kubernetes", "--kubeconfig", admin, "--yes", "--image", IMAGE, "--limit", "5s", "--format", "json")
    out, err = process.communicate(timeout=120)
    check(process.returncode == 1 and "GEN0701" in out and left() == [], "a run that takes too long ends and leaves nothing", (out, err))
    player.network = "enforces"
    cluster.no_nodes()


def stays(gen: Gen, player: Player, cluster: Cluster, admin: Path) -> None:
    """A namespace that cannot be removed is said to be left, and goes with the next clean."""
    player.finishes = False
    process = gen.start("probe", "kubernetes", "--kubeconfig", admin, "--yes", "--format", "json")
    out, err = process.communicate(timeout=300)
    check("GEN0704" in out and "Terminating" in out, "what is left is said", (out, err))
    player.finishes = True
    status, document = probe(gen, admin, "--clean", "--yes")
    equal((status, document["report"]["left"]), (0, []), "and goes later")


def main() -> None:
    """Runs everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gen", type=Path, required=True)
    arguments = parser.parse_args()
    need("kube-apiserver", "etcd", "openssl")
    with tempfile.TemporaryDirectory(prefix="gen-kubernetes-") as scratch:
        folder = Path(scratch)
        (folder / "home").mkdir()
        gen = Gen(arguments.gen.resolve(), folder / "home")
        cluster = Cluster(folder)
        try:
            cluster.start()
            player = Player(cluster)
            player.start()
            admin = cluster.kubeconfig("admin", {"token": ADMIN})
            without_nodes(gen, cluster, admin)
            logins(gen, cluster, admin)
            policies(gen, cluster, admin, player)
            sandboxes(gen, cluster, admin, player)
            interrupted(gen, cluster, player, admin)
            stays(gen, player, cluster, admin)
            player.end()
        finally:
            cluster.stop()
    done("probe kubernetes")


if __name__ == "__main__":
    main()
