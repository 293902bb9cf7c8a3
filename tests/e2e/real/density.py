# SPDX-License-Identifier: Apache-2.0
"""A hundred hollow nodes in a real cluster: they stay ready, run what the scheduler gives them, outlive
the API server, and let go of everything."""

import time
from collections import Counter

import audit
from agents import LEASE_SECONDS, Agents, deployment, node_is_ready, pod_is_up
from cluster import Cluster
from process import Failure, MachineTooSlow
from report import expect

NODES = 100
PODS = 1000
STAY_SECONDS = 60
STAY_SECONDS_SOAK = 300
STAYS = 5  # that are begun
LOOK_SECONDS = 2  # between looks
STALL_SECONDS = 10  # for two lists: a quarter of the lease
LEASE_PERIOD = 10  # a quarter of the lease's duration, as kubelets renew
DOWN_SECONDS = 5
DOWN_SECONDS_SOAK = 60  # the node controller's patience is 40: it takes all nodes for dead, and they show it otherwise
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
PODS_PATH = "/api/v1/namespaces/default/pods"


def scenario(world):
    with Cluster(world.programs, world.folder / "density") as cluster, \
            Agents(world, cluster, "hollow", NODES, [("secrets", "default-token")]) as agents:
        check = world.report.check
        stay = STAY_SECONDS_SOAK if world.soak else STAY_SECONDS
        check(f"{NODES} hollow nodes become ready", lambda: agents.wait_ready())
        check(f"they stay ready for {stay} s, by lease and by status", lambda: stays(agents, stay))
        check(f"{PODS} pods of a deployment are scheduled and run", lambda: deployed(cluster, agents))
        check("kubectl describes a hollow node", lambda: node_described(cluster))
        check("kubectl describes one of its pods", lambda: pod_described(cluster))
        check("the API server is killed and comes back: all is as it was",
              lambda: restarted(cluster, agents, DOWN_SECONDS_SOAK if world.soak else DOWN_SECONDS))
        check("and goes on: more pods run", lambda: scaled(cluster, agents, PODS + NODES))
        check("the deployment's deletion leaves nothing", lambda: deleted(cluster, agents))
        check("the nodes are ready at the end", lambda: agents.wait_ready())
        check("the agents end on SIGINT with status 0 and a result",
              lambda: expect(agents.finish() == 0 and agents.result()["nodes"] == NODES,
                             agents.process.tail()))


def stays(agents, seconds):
    """Whoever looks knows whether the machine stood still: then it is right to take nodes for dead, and the stay
    begins anew."""
    for _ in range(STAYS):
        longest = stay(agents, seconds)
        if longest < STALL_SECONDS:
            return
        print(f"# a look took {longest:.0f} s; the stay begins anew", flush=True)
        agents.wait_ready()
    raise MachineTooSlow(f"not {seconds} s without a look of {STALL_SECONDS} s")


def stay(agents, seconds):
    """How long the longest look took; once one took too long, nothing is expected."""
    since = audit.now()
    began = looked = time.monotonic()
    longest = 0
    while longest < STALL_SECONDS and looked < began + seconds:
        agents.process.check()
        wrong = [node["metadata"]["name"] for node in agents.ours() if not node_is_ready(node)]
        wrong += [f"{name}: {age:.0f} s" for name, age in agents.leases().items() if age > LEASE_SECONDS]
        time.sleep(LOOK_SECONDS)
        longest = max(longest, time.monotonic() - looked - LOOK_SECONDS)
        looked = time.monotonic()
        expect(not wrong or longest >= STALL_SECONDS, f"after {looked - began:.0f} s not ready: {wrong}")
    if longest < STALL_SECONDS:
        expect_leases(agents, (since, audit.now()), looked - began, LEASE_PERIOD + longest)
    return longest


def expect_leases(agents, window, seconds, slowest):
    """As many as there are periods in the window, or one more or less, from where in its period each node was."""
    renewed = Counter(user for user, _, request in audit.requests(agents.cluster.audit_log, window)
                      if request == "update leases")
    least, most = seconds // slowest - 1, seconds // LEASE_PERIOD + 1
    wrong = {name: n for name, n in renewed.items() if not least <= n <= most}
    expect(len(renewed) == NODES and not wrong,
           f"{len(renewed)} of {NODES} nodes renewed leases, {wrong} not {least:.0f} to {most:.0f} times")


def running(cluster):
    return [pod for pod in cluster.api.items(PODS_PATH) if pod_is_up(pod)]


def wait_running(agents, n):
    def holds():
        up = running(agents.cluster)
        return up if len(up) == n else None

    try:
        return agents.wait(f"{n} running pods", holds, every=2)
    except Failure as failure:
        seen = Counter(pod["status"].get("phase") for pod in agents.cluster.api.items(PODS_PATH))
        raise Failure(f"{failure}: {dict(seen)}") from failure


def deployed(cluster, agents):
    cluster.api.create(DEPLOYMENTS, deployment("crowd", PODS))
    pods = wait_running(agents, PODS)
    crowded = Counter(pod["spec"]["nodeName"] for pod in pods)
    expect(len(crowded) == NODES and max(crowded.values()) <= 110, f"pods on {len(crowded)} nodes")
    addresses = Counter(pod["status"].get("podIP") for pod in pods)
    expect(addresses[None] == 0, f"{addresses[None]} pods without an address")
    agents.wait("the deployment's own count", lambda: cluster.api.get(
        f"{DEPLOYMENTS}/crowd")["status"].get("readyReplicas") == PODS)


def node_described(cluster):
    table = cluster.kubectl("get", "nodes").splitlines()
    expect(sum(line.split()[1] == "Ready" for line in table[1:]) == NODES, table[:3])
    told = cluster.kubectl("describe", "node", "hollow-7")
    for words in ["hollow-7", "KubeletReady", "RenewTime", "MemoryPressure", "Kubelet Version",
                  "v1.20", "Capacity", "Allocatable", "Non-terminated Pods"]:
        expect(words in told, f"no {words} in\n{told}")
    for reason in ("Starting", "NodeHasSufficientMemory", "NodeReady"):
        events = [line for line in told.partition("Events:")[2].splitlines() if line.split()[1:2] == [reason]]
        expect(len(events) == 1, f"{len(events)} events {reason} in\n{told}")
    n = sum(line.split()[1].startswith("crowd-") for line in told.splitlines()
            if len(line.split()) > 3 and line.startswith("  default"))
    has = len(cluster.api.items(PODS_PATH, fieldSelector="spec.nodeName=hollow-7"))
    expect(n == has > 0, f"describe lists {n} pods, the node has {has}:\n{told}")


def pod_described(cluster):
    pod = cluster.api.items(PODS_PATH, limit=1)[0]["metadata"]["name"]
    line = cluster.kubectl("get", "pod", pod).splitlines()[1].split()
    expect(line[1:3] == ["1/1", "Running"], line)
    told = cluster.kubectl("describe", "pod", pod)
    for words in ["hollow-", "Running", "Container ID", "Image ID", "default-token", "Scheduled"]:
        expect(words in told, f"no {words} in\n{told}")


def uids(things):
    return {thing["metadata"]["uid"] for thing in things}


def restarted(cluster, agents, down):
    before, nodes = uids(running(cluster)), uids(agents.ours())
    cluster.apiserver.kill()
    time.sleep(down)
    cluster.start_apiserver()
    since = audit.now()
    agents.wait_ready()

    def all_renewed():
        return {user for user, _, request in audit.requests(cluster.audit_log, (since, "~"))
                if request == "update leases"}

    agents.wait("a lease of every node after the restart", lambda: len(all_renewed()) == NODES, every=2)
    after = uids(wait_running(agents, PODS))
    expect(before == after, f"{len(before - after)} pods lost, {len(after - before)} new")
    # Those that do not run, too: none was made twice, none is still to go.
    expect(before == uids(cluster.api.items(PODS_PATH)), "pods that do not run")
    expect(nodes == uids(agents.ours()) == uids(cluster.api.items("/api/v1/nodes")), "other nodes than before")


def scaled(cluster, agents, replicas):
    cluster.api.merge(f"{DEPLOYMENTS}/crowd", {"spec": {"replicas": replicas}})
    wait_running(agents, replicas)


def deleted(cluster, agents):
    cluster.kubectl("delete", "deployment", "crowd", "--wait=false")
    agents.wait("no pods", lambda: not cluster.api.items(PODS_PATH, limit=1), every=2)
    for kind in ("deployments", "replicasets"):
        left = cluster.api.items(f"/apis/apps/v1/namespaces/default/{kind}")
        expect(not left, f"{len(left)} {kind} are left")
    expect("Non-terminated Pods:          (0 in total)" in cluster.kubectl("describe", "node", "hollow-7"),
           "a node with pods")
