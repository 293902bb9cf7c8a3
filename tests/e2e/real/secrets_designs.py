# SPDX-License-Identifier: Apache-2.0
"""Secrets by get, cache and watch: what the API server's audit log has of hollow nodes, beside what
`nodetoll validate` predicts, and beside what the agents say that they sent."""

import json
import subprocess
import time
from contextlib import ExitStack
from datetime import date

import audit
from agents import Agents, pod_is_up, pod_spec
from cluster import Cluster
from process import MachineTooSlow
from report import expect, repeated

PODS = 20
NAMESPACES = 4
# design of the agents: strategy of the recording
DESIGNS = {"get": "Get", "cache": "Cache", "watch": "Watch"}
# Seconds of the phases.  A pod's secrets are fetched every 60 to 90 s at rest.
PHASES = {"startup": 60, "steady": 120, "delete": 40}
PHASES_SOAK = {"startup": 120, "steady": 600, "delete": 60}
# Validate takes kubelets to have started up to so much before the first relist (src/cli/validate_run.h).
START_DOUBT_SECONDS = 1
SLOW_REQUEST_SECONDS = 0.1  # half of what kubelets wait between requests at 5 a second
# Beyond them, for pods to be there or gone: what a deletor's buffer has dropped is found by a garbage
# collection once a minute, and the machine may be busy.  How long a phase was is recorded.
SETTLE_SECONDS = 300
ACTIONS = {"startup": "createAllPods", "steady": "none", "delete": "deleteAllPods"}
CHANGES = {"startup": "create pods", "delete": "deletecollection pods"}
OBJECTS = [("secrets", "default-token"), ("secrets", "app"), ("configmaps", "settings")]


def scenario(world):
    repeated(lambda is_last: counted(world, is_last))


def counted(world, is_last):
    """MachineTooSlow: what was counted is not what was predicted, but this is not the last try."""
    # As when the recordings were made: this controller's annotation would make the cache's TTL 0.
    with Cluster(world.programs, world.folder / ("secrets-again" if is_last else "secrets"), "--controllers=*,-ttl") as cluster, \
            ExitStack() as stack:
        check = world.report.check
        agents = {design: stack.enter_context(
            Agents(world, cluster, design, 1, OBJECTS, "--set", f"kubelet.objects.design={design}"))
            for design in DESIGNS}
        check("a node of each design becomes ready",
              lambda: [a.wait_ready() for a in agents.values()])
        windows = check("pods start, rest and go", lambda: lived(
            cluster, agents, PHASES_SOAK if world.soak else PHASES))
        check("the agents end with status 0",
              lambda: [expect(a.finish() == 0, a.process.tail()) for a in agents.values()])
        recording = cluster.folder / "recording.json"
        recording.write_text(json.dumps(as_recording(cluster.audit_log, windows), indent=1))
        slow = slowness(cluster, agents.values())
        wrong = validation(world, recording)
        if wrong and slow and not is_last:
            raise MachineTooSlow(slow)
        world.report.check_each([
            *((f"{design}: the agents sent what the API server counted", lambda a=a: agree(cluster, a))
              for design, a in agents.items()),
            ("validate predicts what the API server counted", lambda: judged(wrong, slow))])


def namespaces():
    return [f"e2e-{i}" for i in range(NAMESPACES)]


def prepare(cluster):
    for name in namespaces():
        at = f"/api/v1/namespaces/{name}"
        cluster.api.create("/api/v1/namespaces", {"metadata": {"name": name}})
        cluster.api.create(f"{at}/secrets", {"metadata": {"name": "app"}, "data": {"a": "Yg=="}})
        cluster.api.create(f"{at}/configmaps", {"metadata": {"name": "settings"}, "data": {"a": "b"}})
        cluster.wait(f"the service account of {name}", lambda at=at: cluster.api.get(
            f"{at}/serviceaccounts/default").get("secrets"))


def create_pods(cluster, node):
    for i in range(PODS):
        spec = pod_spec(nodeName=node)
        spec["volumes"] = [{"name": "app", "secret": {"secretName": "app"}},
                           {"name": "settings", "configMap": {"name": "settings"}}]
        spec["containers"][0]["volumeMounts"] = [
            {"name": volume["name"], "mountPath": f"/{volume['name']}"} for volume in spec["volumes"]]
        at = f"/api/v1/namespaces/{namespaces()[i % NAMESPACES]}/pods"
        cluster.api.create(at, {"metadata": {"name": f"{node}-{i}"}, "spec": spec})


def pods(cluster):
    return cluster.api.items("/api/v1/pods")


def as_wanted(cluster, n):
    there = pods(cluster)
    return len(there) == sum(map(pod_is_up, there)) == n


def lived(cluster, agents, phases):
    """The windows of the phases."""
    prepare(cluster)
    windows = {}
    for phase, seconds in phases.items():
        wanted = 0 if phase == "delete" else PODS * len(agents)
        since = audit.now()
        began = time.monotonic()
        if phase == "startup":
            for design in agents:
                create_pods(cluster, f"{design}-0")
        elif phase == "delete":
            for name in namespaces():
                cluster.api.delete(f"/api/v1/namespaces/{name}/pods")
        time.sleep(max(0, began + seconds - time.monotonic()))
        cluster.wait(f"{wanted} running pods and no others", lambda: as_wanted(cluster, wanted))
        windows[phase] = since, audit.now()
    return windows


def agree(cluster, agents):
    """What is under way when they are ended is in one of the counts and may not be in the other."""
    logged = audit.of_nodes(cluster.audit_log, f"{agents.name}-")
    by_call = {}
    for request, n in logged.items():
        call = " ".join(request.split()[:2])
        by_call[call] = by_call.get(call, 0) + n
    said = {}
    for row in agents.result()["requests"]:
        call = f"{row['verb']} {row['resource']}"
        said[call] = said.get(call, 0) + row["sent"]
    differ = {call: (by_call.get(call, 0), said.get(call, 0)) for call in {*by_call, *said}
              if abs(by_call.get(call, 0) - said.get(call, 0)) > 1}
    expect(not differ, f"(counted, said): {differ}")


def pace(log, request, window):
    """From one pod to the next, when all were made, or deleted namespace by namespace."""
    began, ended = audit.span(log, lambda user, asked: (user, asked) == ("admin", request), window)
    return max((ended - began) / (PODS * len(DESIGNS)), 0.001)


def as_recording(log, windows):
    """With all that a simulation has to know of when things happened: machines differ in that."""
    names = list(windows)

    def phase(name, design):
        since, until = map(audit.when, windows[name])
        told = {"action": ACTIONS[name], "apiSeconds": (until - since).total_seconds(),
                "api": dict(sorted(audit.of_nodes(log, f"{design}-", windows[name]).items()))}
        if name == "startup":
            began = audit.when(audit.first_of(log, lambda user: user == f"system:node:{design}-0"))
            told["criSeconds"] = (until - began).total_seconds() - START_DOUBT_SECONDS / 2
        else:
            before = audit.when(windows[names[names.index(name) - 1]][1])
            told["restSeconds"] = (since - before).total_seconds()
        if name in CHANGES:
            told["onePodEverySeconds"] = pace(log, CHANGES[name], windows[name])
        return told

    return {
        "apiVersion": "nodetoll/v1alpha1", "kind": "Recording",
        "metadata": {"name": "e2e-secrets", "recorded": date.today().isoformat()},
        "kubelet": {
            "version": "v1.20", "syncFrequency": "1m", "nodeStatusUpdateFrequency": "10s",
            "nodeStatusReportFrequency": "5m", "leaseDurationSeconds": 40, "events": True,
            "kubeAPIQPS": 5, "kubeAPIBurst": 10},
        "runtime": "kubemark-fake",
        "workload": {
            "namespaces": NAMESPACES, "placement": "roundRobin", "containersPerPod": 1,
            "terminationGracePeriodSeconds": 1,
            "objects": [{"resource": resource, "name": name, "sharedBy": "namespace"}
                        for resource, name in OBJECTS],
            "imagePullPolicy": "IfNotPresent", "imagePresent": False, "images": 1},
        "nodes": [{
            "name": design, "changeDetectionStrategy": strategy, "pods": PODS,
            "phases": {name: phase(name, design) for name in windows}}
            for design, strategy in DESIGNS.items()]}


def slowness(cluster, agents):
    """Why counts may be others than those of the latencies that are simulated; "" if the machine kept up."""
    late = [a.name for a in agents if not a.result()["live"]["keptTime"]]
    took = audit.slowest_tenth(cluster.audit_log, lambda user: user.startswith("system:node:"))
    if late:
        return f"agents were late: {late}"
    return f"a tenth of the requests took {took:.2f} s or more" if took > SLOW_REQUEST_SECONDS else ""


def validation(world, recording):
    """What is not as predicted; "" if all is."""
    done = subprocess.run([world.nodetoll, "validate", recording], capture_output=True, text=True,
                          check=False)
    (recording.parent / "validation.txt").write_text(done.stdout)
    if not done.returncode:
        return ""
    return f"exit status {done.returncode}: {done.stderr}" + "\n".join(
        line for line in done.stdout.splitlines() if not line.endswith("yes"))


def judged(wrong, slow):
    if wrong and slow:
        raise MachineTooSlow(slow)
    expect(not wrong, wrong)
