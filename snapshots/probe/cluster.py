"""A real API server for the checks: kube-apiserver and etcd on loopback, with what else a cluster needs played by the check itself.

There is no scheduler, kubelet or namespace controller: `Player` binds pods, gives them addresses, ends them as a network would have
let them, and finishes namespaces that are being removed. It decides by the policies that are really in the API server.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Callable

from support import Json, authority, certificate, fail, free_port, openssl, stop, wait_for

ADMIN = "admin-token-of-the-test"
PLAIN = "plain-token-of-the-test"


class Cluster:
    """The servers, with their files in a scratch folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, client, peer = free_port(), free_port(), free_port()
        self.etcd_at, self.peer_at = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
        self.processes: list[subprocess.Popen[bytes]] = []
        authority(folder)
        certificate(folder, "server", "/CN=127.0.0.1", "serverAuth", "IP:127.0.0.1")
        certificate(folder, "client", "/CN=by-certificate/O=system:masters", "clientAuth")
        openssl("genrsa", "-out", folder / "accounts.key", "2048")
        (folder / "tokens.csv").write_text(f'{ADMIN},admin,1,"system:masters"\n{PLAIN},plain,2,"plain"\n')
        self.context = ssl.create_default_context(cafile=str(folder / "ca.pem"))

    def start(self) -> None:
        """Starts them and waits until they answer."""
        folder = self.folder
        data = folder / "etcd"
        data.mkdir(mode=0o700)
        self.launch(
            "etcd", "--name", "one", "--data-dir", data, "--listen-client-urls", self.etcd_at, "--advertise-client-urls", self.etcd_at,
            "--listen-peer-urls", self.peer_at, "--initial-advertise-peer-urls", self.peer_at, "--initial-cluster", f"one={self.peer_at}",
            "--unsafe-no-fsync",
        )  # fmt: skip
        self.launch(
            "kube-apiserver", f"--etcd-servers={self.etcd_at}", f"--secure-port={self.port}", "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1", f"--cert-dir={folder}", f"--tls-cert-file={folder}/server.pem",
            f"--tls-private-key-file={folder}/server.key", f"--client-ca-file={folder}/ca.pem", f"--token-auth-file={folder}/tokens.csv",
            "--authorization-mode=RBAC", "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={folder}/accounts.key", f"--service-account-signing-key-file={folder}/accounts.key",
            "--service-cluster-ip-range=10.0.0.0/24", "--endpoint-reconciler-type=none", "--profiling=false", "--allow-privileged=true",
        )  # fmt: skip
        wait_for(self.ready, "the API server", 240)

    def launch(self, name: str, *arguments: str | Path) -> None:
        """Starts one of them."""
        with open(self.folder / f"{name}.log", "wb") as log:
            line = [name, *map(str, arguments)]
            self.processes.append(subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def ready(self) -> bool:
        """Whether the API server answers."""
        for process, name in zip(self.processes, ("etcd", "kube-apiserver")):
            if process.poll() is not None:
                fail(f"{name} ended:\n" + (self.folder / f"{name}.log").read_text()[-2000:])
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def stop(self) -> None:
        """Stops them, the API server first: without its store it does not end by itself."""
        for process in reversed(self.processes):
            stop(process)
        self.processes.clear()

    def connection(self) -> http.client.HTTPConnection:
        """A connection of one's own."""
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=30)

    def ask(self, method: str, path: str, body: object = None, kind: str = "application/json", token: str = ADMIN) -> tuple[int, Any]:
        """A direct request: status, and the object or text that was answered."""
        connection = self.connection()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        try:
            return answer.status, json.loads(data)
        except ValueError:
            return answer.status, data.decode()

    def items(self, path: str) -> list[Json]:
        """The items of a list."""
        return list(self.ask("GET", path)[1].get("items") or [])

    def kubeconfig(self, name: str, user: Json, server: str | None = None) -> Path:
        """A kubeconfig, in JSON, which is YAML too."""
        path = self.folder / f"{name}.kubeconfig"
        cluster: Json = {"server": server or f"https://127.0.0.1:{self.port}"}
        if server is None:
            cluster["certificate-authority"] = "ca.pem"
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [{"name": "c", "cluster": cluster}],
                    "users": [{"name": "u", "user": user}],
                    "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
                    "current-context": "x",
                }
            )
        )
        return path

    def scratch(self) -> list[str]:
        """Names of scratch namespaces that are there."""
        names = [namespace["metadata"]["name"] for namespace in self.items("/api/v1/namespaces")]
        return [name for name in names if re.fullmatch("gen-probe-[0-9a-f]{12}", name)]

    def node(self, name: str, kernel: str, **spec: object) -> None:
        """Makes a node that is ready."""
        self.ask("POST", "/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": spec})
        status = {"conditions": [{"type": "Ready", "status": "True", "reason": "Played", "message": "", "lastHeartbeatTime": None}], "nodeInfo": info(kernel)}
        found, said = self.ask("PATCH", f"/api/v1/nodes/{name}/status", {"status": status}, "application/merge-patch+json")
        if found != 200:
            fail(f"node {name}: {said}")
        # The server taints new nodes until somebody says that they are ready.
        self.ask("PATCH", f"/api/v1/nodes/{name}", {"spec": {"taints": spec.get("taints")}}, "application/merge-patch+json")

    def no_nodes(self) -> None:
        """Removes every node."""
        for node in self.items("/api/v1/nodes"):
            self.ask("DELETE", f"/api/v1/nodes/{node['metadata']['name']}")


def info(kernel: str) -> Json:
    """What a kubelet tells of its machine."""
    empty = dict.fromkeys(["machineID", "systemUUID", "bootID", "osImage", "kubeletVersion", "kubeProxyVersion", "containerRuntimeVersion"], "")
    return {**empty, "kernelVersion": kernel, "operatingSystem": "linux", "architecture": "amd64"}


class Player(threading.Thread):
    """Plays scheduler, kubelet, network and namespace controller."""

    def __init__(self, cluster: Cluster, network: str = "enforces", kernels: Callable[[str], str | None] = lambda _: None) -> None:
        super().__init__(daemon=True)
        self.cluster = cluster
        self.network = network
        """`enforces`, `ingress` (half of it), `ignores`, `broken` (nothing gets through), `stuck` (no image is ever fetched)."""
        self.kernels = kernels
        """Kernel that a pod of a runtime class sees; the host's where there is none."""
        self.host = "6.1.0-host"
        self.filter = "2"
        self.ending = threading.Event()
        self.finishes = True
        self.fault: BaseException | None = None
        self.saw: list[tuple[str, str]] = []

    def run(self) -> None:
        try:
            while not self.ending.is_set():
                self.round()
                time.sleep(0.1)
        except BaseException as fault:  # noqa: BLE001
            self.fault = fault

    def end(self) -> None:
        """Ends the play."""
        self.ending.set()
        self.join()
        if self.fault:
            raise self.fault

    def round(self) -> None:
        nodes = [node["metadata"]["name"] for node in self.cluster.items("/api/v1/nodes")]
        for namespace in self.cluster.items("/api/v1/namespaces"):
            name = namespace["metadata"]["name"]
            if not name.startswith("gen-probe-"):
                continue
            if namespace["metadata"].get("deletionTimestamp"):
                if self.finishes:
                    self.finish(name, namespace)
                continue
            for pod in self.cluster.items(f"/api/v1/namespaces/{name}/pods"):
                if nodes and not pod["status"].get("startTime"):
                    self.start_pod(name, pod, nodes[0])

    def finish(self, name: str, namespace: Json) -> None:
        """What the namespace controller does last."""
        for group in (f"/api/v1/namespaces/{name}/pods", f"/apis/networking.k8s.io/v1/namespaces/{name}/networkpolicies", f"/api/v1/namespaces/{name}/serviceaccounts"):
            self.cluster.ask("DELETE", group + "?gracePeriodSeconds=0")
        namespace["spec"]["finalizers"] = []
        self.cluster.ask("PUT", f"/api/v1/namespaces/{name}/finalize", namespace)

    def start_pod(self, namespace: str, pod: Json, node: str) -> None:
        name = pod["metadata"]["name"]
        path = f"/api/v1/namespaces/{namespace}/pods/{name}"
        if not pod["spec"].get("nodeName"):
            target = {"apiVersion": "v1", "kind": "Node", "name": node}
            self.cluster.ask("POST", f"{path}/binding", {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": target})
        if self.network == "stuck":
            waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}
            self.status(path, {"phase": "Pending", "containerStatuses": [self.container(waiting)]})
            return
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        if name == "server":
            running = self.container({"running": {"startedAt": now}})
            self.status(path, {"phase": "Running", "startTime": now, "podIP": "10.244.0.7", "podIPs": [{"ip": "10.244.0.7"}], "containerStatuses": [running]})
            return
        said = self.kernel(pod) if name.startswith(("sandbox", "plain")) else self.reach(namespace, pod)
        self.saw.append((name, said))
        ended = self.container({"terminated": {"exitCode": 0, "message": said, "reason": "Completed", "startedAt": now, "finishedAt": now}})
        self.status(path, {"phase": "Succeeded", "startTime": now, "containerStatuses": [ended]})

    def container(self, state: Json) -> Json:
        return {"name": "probe", "image": "i", "imageID": "i", "ready": "running" in state, "restartCount": 0, "state": state}

    def status(self, path: str, status: Json) -> None:
        self.cluster.ask("PATCH", f"{path}/status", {"status": status}, "application/merge-patch+json")

    def kernel(self, pod: Json) -> str:
        own = pod["spec"].get("runtimeClassName")
        return f"{(self.kernels(own) if own else None) or self.host} {self.filter}"

    def reach(self, namespace: str, pod: Json) -> str:
        """Whether a pod gets through to the server, by the policies that are there. What the pod runs has to try for real."""
        script = pod["spec"]["containers"][0]["command"][2]
        address = pod["spec"]["containers"][0]["env"][0]["value"]
        if "wget" not in script or address != "10.244.0.7:8080":
            return "none"
        if self.network == "broken":
            return "closed"
        if self.network == "ignores":
            return "open"
        policies = self.cluster.items(f"/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies")
        server = {"probe": "server"}
        labels = pod["metadata"]["labels"]
        comes_in = self.allowed(policies, "Ingress", server, labels)
        gets_out = self.network == "ingress" or self.allowed(policies, "Egress", labels, server)
        return "open" if comes_in and gets_out else "closed"

    def allowed(self, policies: list[Json], direction: str, own: Json, other: Json) -> bool:
        """The rules of NetworkPolicy for pods of one namespace: once selected, only what some rule lists passes."""
        selected = [policy["spec"] for policy in policies if direction in policy["spec"]["policyTypes"] and fits(policy["spec"]["podSelector"], own)]
        side = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}[direction]
        return not selected or any(fits(peer["podSelector"], other) for spec in selected for rule in spec.get(side[0]) or [] for peer in rule[side[1]])


def fits(selector: Json, labels: Json) -> bool:
    """A selector of labels."""
    return all(labels.get(name) == value for name, value in (selector.get("matchLabels") or {}).items())
