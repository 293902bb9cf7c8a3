# SPDX-License-Identifier: Apache-2.0
"""The control plane itself, before anything of ours meets it: what the other scenarios rest upon."""

from collections import Counter

import audit
from cluster import Cluster
from report import expect

DEPLOYMENT = {
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "idle"},
    "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "idle"}},
             "template": {"metadata": {"labels": {"app": "idle"}},
                          "spec": {"containers": [{"name": "idle", "image": "pause"}]}}}}


def scenario(world):
    with Cluster(world.programs, world.folder / "control-plane") as cluster:
        check = world.report.check
        check("the API server is the release that it should be",
              lambda: expect(cluster.api.get("/version")["gitVersion"].startswith("v1.20."),
                             cluster.api.get("/version")))
        check("a token of nobody is refused", lambda: refused(cluster))
        check("kubectl is let in by a client certificate", lambda: certificate(cluster))
        check("controllers make the pods of a deployment, and nobody runs them",
              lambda: pending(cluster))
        check("the audit log has each request once", lambda: counted(cluster))
        check("a killed API server comes back with what it had", lambda: restarted(cluster))


def refused(cluster):
    stranger = type(cluster.api)(cluster.url, cluster.credentials.ca, "nobody")
    try:
        stranger.get("/api/v1/nodes")
    except OSError as error:
        expect(getattr(error, "status", None) == 401, error)
        return
    expect(False, "it was let in")


def certificate(cluster):
    kubeconfig = cluster.credentials.kubeconfig("by-certificate", cluster.url, "admin")
    expect("default" in cluster.kubectl("get", "namespaces", kubeconfig=kubeconfig), "no namespace")


def pods(cluster, phase):
    return cluster.api.items("/api/v1/namespaces/default/pods", fieldSelector=f"status.phase={phase}")


def pending(cluster):
    cluster.api.create("/apis/apps/v1/namespaces/default/deployments", DEPLOYMENT)
    cluster.wait("3 pending pods", lambda: len(pods(cluster, "Pending")) == 3)
    # The scheduler says why, so it runs and sees that there is no node.
    cluster.wait("events of the scheduler", lambda: any(
        event["reason"] == "FailedScheduling" for event in cluster.api.items("/api/v1/events")))


def counted(cluster):
    since = audit.now()
    for _ in range(5):
        cluster.api.get("/api/v1/nodes")
    cluster.api.create("/api/v1/namespaces/default/configmaps", {"metadata": {"name": "counted"}})
    cluster.api.merge("/api/v1/namespaces/default/configmaps/counted", {"data": {"a": "b"}})
    cluster.api.delete("/api/v1/namespaces/default/configmaps/counted")
    for _ in range(2):
        cluster.wait_gone("/api/v1/namespaces/default/configmaps/counted")
    ours = Counter(request for _, agent, request in audit.requests(cluster.audit_log, (since, "~"))
                   if agent == "nodetoll-e2e")
    wanted = {"list nodes": 5, "create configmaps": 1, "patch configmaps": 1, "delete configmaps": 1,
              "get configmaps 404": 2}
    expect(ours == wanted, f"counted {dict(ours)}, sent {wanted}")


def restarted(cluster):
    before = {pod["metadata"]["uid"] for pod in pods(cluster, "Pending")}
    cluster.restart_apiserver()
    after = {pod["metadata"]["uid"] for pod in pods(cluster, "Pending")}
    expect(before == after and len(after) == 3, f"{before} became {after}")
