# SPDX-License-Identifier: Apache-2.0
"""kubectl against `nodetoll serve`, as its user would: get, describe, create, delete, watch."""

import json
import os
import shutil
from collections import Counter

import audit
from api import Api
from cluster import kubectl
from credentials import Credentials
from process import Failure, Process, wait_for
from report import expect

NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "labels": {"zone": "a"}},
        "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
                   "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
                   "nodeInfo": {"kubeletVersion": "v1.20.2"}}}
POD = {"apiVersion": "v1", "kind": "Pod",
       "metadata": {"name": "p1", "namespace": "default", "labels": {"app": "web"}},
       "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "pause:3.2"}]}}


class Served:
    """with Served(world, folder) as served: `nodetoll serve` with TLS, tokens and an audit log."""

    def __init__(self, world, folder, *options):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.programs = world.programs
        self.folder = folder
        self.credentials = Credentials(folder / "credentials")
        self.audit_log = folder / "audit.log"
        self.out = folder / "serve.out"
        made = self.credentials.folder
        self.process = Process("nodetoll serve", [
            world.nodetoll, "serve", "--tls-cert-file", made / "apiserver.crt",
            "--tls-private-key-file", made / "apiserver.key", "--client-ca-file", self.credentials.ca,
            "--token-auth-file", self.credentials.tokens_file, "--audit-log", self.audit_log, *options],
            folder / "serve.log", self.out)

    def __enter__(self):
        self.process.start()
        try:
            # Its first line says where it listens.
            self.url = wait_for("the URL of nodetoll serve",
                                lambda: self.out.read_text().partition("\n")[0], alive=[self.process])
            self.kubeconfig = self.credentials.kubeconfig("admin", self.url)
            self.api = Api(self.url, self.credentials.ca, self.credentials.tokens["admin"])
            wait_for("nodetoll serve", self.api.healthy, alive=[self.process])
        except BaseException:
            self.process.kill()
            raise
        return self

    def __exit__(self, *failure):
        self.process.stop()

    def kubectl(self, *args, given=None, kubeconfig=None):
        given = json.dumps(given) if isinstance(given, dict) else given
        return kubectl(self.programs, kubeconfig or self.kubeconfig, *args, given=given)


def scenario(world):
    check = world.report.check
    with Served(world, world.folder / "serve") as served:
        check("kubectl finds the resources", lambda: discovered(served))
        check("kubectl creates a node and a pod", lambda: created(served))
        check("kubectl lists them as tables", lambda: listed(served))
        check("kubectl selects by label and by field", lambda: selected(served))
        check("kubectl describes a node and its pods", lambda: described(served))
        check("kubectl changes objects: apply, label, patch", lambda: changed(served))
        check("kubectl reads long lists in pages", lambda: paged(served))
        check("kubectl watches", lambda: watched(served, world))
        check("kubectl deletes", lambda: deleted(served))
        check("a client certificate is let in, a stranger is not", lambda: strangers(served))
        since = check("requests are answered", lambda: asked(served))
        check("it ends on SIGTERM with status 0",
              lambda: expect(served.process.stop() == 0, served.process.child.returncode))
        check("the audit log has each request once", lambda: counted(served, since))


def discovered(served):
    resources = served.kubectl("api-resources", "--no-headers")
    for name in ["nodes", "pods", "secrets", "configmaps", "services", "leases"]:
        expect(name in resources.split(), f"no {name} in\n{resources}")
    expect("Server Version" in served.kubectl("version"), "no version")


def created(served):
    for thing in (NODE, POD):
        printed = served.kubectl("create", "-f", "-", given=thing)
        expect("created" in printed, printed)
    served.kubectl("create", "secret", "generic", "s1", "--from-literal=a=b")
    served.kubectl("create", "configmap", "m1", "--from-literal=a=b")
    served.kubectl("create", "namespace", "other")
    try:
        served.kubectl("create", "-f", "-", given=NODE)
    except Failure as failure:
        expect("AlreadyExists" in str(failure), failure)
    else:
        expect(False, "a node was created twice")


def listed(served):
    for what, name in [("nodes", "n1"), ("pods", "p1"), ("secrets", "s1"), ("configmaps", "m1"),
                       ("namespaces", "other")]:
        printed = served.kubectl("get", what)
        expect(printed.startswith("NAME ") and name in printed, printed)
    names = [item["metadata"]["name"] for item in json.loads(
        served.kubectl("get", "pods", "--all-namespaces", "-o", "json"))["items"]]
    expect(names == ["p1"], names)
    expect("p1" in served.kubectl("get", "pods", "-o", "wide"), "no p1")
    expect(served.kubectl("get", "secret", "s1", "-o", "jsonpath={.data.a}") == "Yg==", "another secret")


def selected(served):
    for option, want in [("-lapp=web", True), ("-lapp!=web", False), ("-lapp in (web,db)", True),
                         ("--field-selector=spec.nodeName=n1", True),
                         ("--field-selector=metadata.name=p2", False)]:
        printed = served.kubectl("get", "pods", option, "-o", "name")
        expect(("p1" in printed) == want, f"{option}: {printed}")


def described(served):
    node = served.kubectl("describe", "node", "n1")
    for words in ["n1", "KubeletReady", "Non-terminated Pods", "p1", "v1.20.2"]:
        expect(words in node, f"no {words} in\n{node}")
    pod = served.kubectl("describe", "pod", "p1")
    expect("pause:3.2" in pod and "n1" in pod, pod)


def changed(served):
    served.kubectl("label", "node", "n1", "zone=b", "--overwrite")
    served.kubectl("patch", "configmap", "m1", "--type=merge", "-p", '{"data":{"a":null,"c":"d"}}')
    served.kubectl("patch", "node", "n1", "-p", '{"spec":{"unschedulable":true}}')  # strategic
    expect(json.loads(served.kubectl("get", "configmap", "m1", "-o", "json"))["data"] == {"c": "d"},
           "the patch left another map")
    expect(served.kubectl("get", "node", "n1", "-o", "jsonpath={.metadata.labels.zone}") == "b", "zone")
    unschedulable = served.kubectl("get", "node", "n1", "-o", "jsonpath={.spec.unschedulable}")
    expect(unschedulable == "true", unschedulable)
    applied = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"},
               "data": {"a": "1"}}
    for value in "12":
        applied["data"]["a"] = value
        served.kubectl("apply", "-f", "-", given=applied)
    expect(served.kubectl("get", "configmap", "applied", "-o", "jsonpath={.data.a}") == "2", "applied")


def paged(served):
    names = [f"page-{i}" for i in range(7)]
    for name in names:
        served.kubectl("create", "configmap", name, "--from-literal=a=b")
    printed = served.kubectl("get", "configmaps", "--chunk-size=2", "-o", "name").split()
    expect([name for name in printed if "/page-" in name] == [f"configmap/{name}" for name in names], printed)


def watched(served, world):
    out = served.folder / "watch.out"
    watch = Process("kubectl get -w", [
        world.programs / "kubectl", "--kubeconfig", served.kubeconfig, "get", "configmaps", "-w",
        "--output-watch-events"], served.folder / "watch.log", out,
        dict(os.environ, HOME=str(served.folder)))

    def sees(words):
        wait_for(words, lambda: any(line.split()[:2] == words.split() for line in
                                        out.read_text().splitlines()), alive=[watch])

    watch.start()
    try:
        sees("ADDED m1")
        served.kubectl("create", "configmap", "w1", "--from-literal=a=b")
        sees("ADDED w1")
        served.kubectl("label", "configmap", "w1", "x=y")
        sees("MODIFIED w1")
        served.kubectl("delete", "configmap", "w1")
        sees("DELETED w1")
    finally:
        watch.kill()


def deleted(served):
    served.kubectl("delete", "pod", "p1", "--grace-period=0", "--force")
    served.kubectl("delete", "node", "n1")
    served.kubectl("delete", "configmaps", "--all")
    for what in ("nodes", "pods"):
        printed = served.kubectl("get", what, "-o", "name")
        expect(printed == "", printed)


def strangers(served):
    by_certificate = served.credentials.kubeconfig("by-certificate", served.url, "admin")
    served.kubectl("get", "nodes", kubeconfig=by_certificate)
    try:
        Api(served.url, served.credentials.ca, "nobody").get("/api/v1/nodes")
    except OSError as error:
        expect(getattr(error, "status", None) == 401, error)
    else:
        expect(False, "a stranger was let in")


def asked(served):
    """Requests to count; since when."""
    since = audit.now()
    for _ in range(5):
        served.api.get("/api/v1/nodes", limit=3)
    served.api.create("/api/v1/namespaces/default/configmaps", {"metadata": {"name": "counted"}})
    served.api.delete("/api/v1/namespaces/default/configmaps/counted")
    return since


def counted(served, since):
    ours = Counter(request for _, agent, request in audit.requests(served.audit_log, (since, "~"))
                   if agent == "nodetoll-e2e")
    wanted = {"list nodes": 5, "create configmaps": 1, "delete configmaps": 1}
    expect(ours == wanted, f"counted {dict(ours)}, sent {wanted}")
