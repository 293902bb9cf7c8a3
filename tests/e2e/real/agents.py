# SPDX-License-Identifier: Apache-2.0
"""`nodetoll agents` beside a control plane, and objects as a user makes them for its nodes."""

import json
import signal
from datetime import datetime, timezone

from audit import when
from process import Process

LEASE_SECONDS = 40  # nodeLeaseDurationSeconds of a kubelet


class Agents:
    """with Agents(world, cluster, "n", 100) as agents: hollow nodes n-0 to n-99, until its end.

    They make no pods of their own: what they run, the cluster's users made.
    """

    def __init__(self, world, cluster, name, nodes, objects, *options):
        """objects: what each pod has of secrets and configmaps, as (resource, name), shared by its namespace."""
        self.cluster = cluster
        self.name = name
        self.nodes = nodes
        scenario = cluster.folder / f"scenario-{name}.yaml"
        scenario.write_text(json.dumps(scenario_of(name, objects), indent=1))
        self.result_file = cluster.folder / f"agents-{name}.json"
        self.process = Process(f"nodetoll agents ({name})", [
            world.nodetoll, "agents", scenario, "--kubeconfig", cluster.kubeconfig, "--nodes", nodes,
            "--name", name, "--impersonate", "--no-pods",
            "-o", "json", "-f", self.result_file, *options],
            cluster.folder / f"agents-{name}.log", cluster.folder / f"agents-{name}.out")

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *failure):
        self.process.kill()

    def finish(self):
        """End them as ^C does; their exit status."""
        return self.process.stop(signal.SIGINT)

    def result(self):
        return json.loads(self.result_file.read_text())

    def wait(self, what, holds, every=0.5):
        return self.cluster.wait(what, holds, every, alive=[self.process])

    def ours(self):
        """Its Node objects."""
        return [node for node in self.cluster.api.items("/api/v1/nodes")
                if node["metadata"]["name"].rpartition("-")[0] == self.name]

    def ready(self):
        return sum(node_is_ready(node) for node in self.ours())

    def wait_ready(self):
        self.wait(f"{self.nodes} ready nodes", lambda: self.ready() == self.nodes)

    def leases(self):
        """name of a node: age of its lease in seconds."""
        now = datetime.now(timezone.utc)
        return {lease["metadata"]["name"]: (now - when(lease["spec"]["renewTime"])).total_seconds()
                for lease in self.cluster.api.items(
                    "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases")
                if lease["metadata"]["name"].rpartition("-")[0] == self.name}


def scenario_of(name, objects):
    """What the agents are: the node of the recordings, with as many pods as a kubelet takes."""
    return {
        "apiVersion": "nodetoll/v1alpha1", "kind": "Scenario", "metadata": {"name": name},
        "spec": {
            "source": "tests/e2e", "is": "assumed", "start": "atOnce", "seed": 1,
            "nodes": 1, "warmup": "0s", "duration": "1h", "ttlAnnotation": "none",
            "kubelet": "v1.20", "runtime": "kubemark-fake", "apiserver": "v1.20",
            "workload": {
                "extends": "recorded-density", "pods": 110, "containers": 1,
                "objects": [{"resource": resource, "name": object, "sharedBy": "namespace",
                             "updateEvery": "0s", "immutable": False} for resource, object in objects]}}}


def condition(thing, kind):
    """The status of a condition, "" where there is none."""
    return next((c["status"] for c in thing["status"].get("conditions", []) if c["type"] == kind), "")


def node_is_ready(node):
    return condition(node, "Ready") == "True" and not node["spec"].get("taints")


def pod_is_up(pod):
    """Running, ready, and all that goes with it; never started again."""
    status = pod["status"]
    containers = status.get("containerStatuses", [])
    return (status.get("phase") == "Running" and condition(pod, "Ready") == "True"
            and len(containers) == len(pod["spec"]["containers"])
            and all(c["ready"] and "running" in c["state"] and c["restartCount"] == 0 for c in containers)
            and not any("reason" in c for c in status["conditions"]))


def pod_spec(**more):
    return dict({"terminationGracePeriodSeconds": 1,
                 "containers": [{"name": "main", "image": "pause:3.2"}]}, **more)


def deployment(name, replicas):
    labels = {"app": name}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                     "template": {"metadata": {"labels": labels}, "spec": pod_spec()}}}
