#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a hollow node on sockets costs: memory, processor time, lag, requests.

    bench/live_agents.py build/release/nodetoll [--nodes 2000] [--mode plain|tls|http1]
                         [--agents "OPTIONS"] [--serve "OPTIONS"]

A server and agents are started, each a process of its own.  Memory is what the agents' process
has in its address space and nobody shares (Private, /proc/PID/smaps_rollup), once all pods run;
a node's is the difference of two runs, of --nodes and of a tenth of them, so that the program
itself does not count.  Processor time is that of the process, user and system, while it is
measured (/proc/PID/stat): a shared machine's clock is no test, its processors' nearly one.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")


def private_kb(pid):
    """Kilobytes of the process that no other has."""
    total = 0
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        for line in f:
            if line.startswith("Private_"):
                total += int(line.split()[1])
    return total


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def certificate(folder):
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=IP:127.0.0.1,DNS:localhost", "-out", cert, "-keyout", key],
        check=True, stderr=subprocess.DEVNULL)
    return cert, key


def start_server(args, folder):
    line = [args.nodetoll, "serve", "--listen", "127.0.0.1:0"] + shlex.split(args.serve)
    if args.mode == "tls":
        cert, key = certificate(folder)
        line += ["--tls-cert-file", cert, "--tls-private-key-file", key]
    server = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    return server, server.stdout.readline().split()[-1]


def agents_line(args, nodes, url, out, folder):
    line = [args.nodetoll, "agents", "--server", url, "--nodes", str(nodes),
            "--set", f"workload.pods={args.pods}", "--warmup", f"{args.warmup}s",
            "--duration", f"{args.duration}s", "-f", out]
    if args.mode == "tls":
        line += ["--ca", os.path.join(folder, "cert.pem")]
    line += {"plain": ["--http2-prior-knowledge"], "http1": ["--http1"], "tls": []}[args.mode]
    return line + shlex.split(args.agents)


def measure(args, nodes):
    """One run: a row of figures."""
    with tempfile.TemporaryDirectory() as folder:
        server, url = start_server(args, folder)
        out = os.path.join(folder, "result.json")
        try:
            agents = subprocess.Popen(agents_line(args, nodes, url, out, folder),
                                      stdout=subprocess.DEVNULL)
            return follow(args, nodes, server, agents, out)
        finally:
            server.terminate()
            server.wait()


def follow(args, nodes, server, agents, out):
    """The result is written every ten seconds: the first time is the start of the window."""
    row = {"nodes": nodes, "kb": 0, "cpu": None, "served": None}
    while agents.poll() is None:
        time.sleep(0.2)
        try:
            row["kb"] = max(row["kb"], private_kb(agents.pid))
            cpu, served, now = cpu_seconds(agents.pid), cpu_seconds(server.pid), time.monotonic()
        except (OSError, IndexError):
            break
        if row["cpu"] is None and os.path.exists(out):
            row["cpu"] = (cpu, served, now)
            row["kb"] = private_kb(agents.pid)
        last = (cpu, served, now)
    if agents.wait():
        sys.exit(f"agents: exit {agents.returncode}")
    with open(out, encoding="utf-8") as f:
        live = json.load(f)["live"]
    begin = row["cpu"] or last
    row["seconds"] = last[2] - begin[2]
    row["total"], row["served"] = last[0], last[1]
    row["cpu"] = last[0] - begin[0]
    row["live"] = live
    return row


def report(args, few, many):
    live, nodes = many["live"], many["nodes"]
    per_node = (many["kb"] - few["kb"]) / (nodes - few["nodes"])
    print(f"{args.mode}, {nodes} nodes x {args.pods} pods, {args.agents}")
    print(f"  memory of a node    {per_node:8.1f} KB   (the process {many['kb'] / 1024:.1f} MB)")
    if many["seconds"] > 0:
        print(f"  a node at rest      {many['cpu'] / many['seconds'] / nodes * 1e6:8.1f} "
              f"millionths of a core ({many['seconds']:.0f} s)")
    print(f"  processor, in all   {many['total']:8.1f} s    (the server {many['served']:.1f} s)")
    print(f"  requests a core     {live['requests'] / many['total']:8.0f} /s"
          f"   ({live['requests']} and {live['userRequests']} of users)")
    print(f"  lag p50 / p99 / max {live['lagSeconds'].get('p50', 0) * 1e3:8.1f} ms "
          f"{live['lagSeconds'].get('p99', 0) * 1e3:.1f} {live['lagSeconds'].get('max', 0) * 1e3:.1f}")
    print(f"  ready, running      {live['nodesReady']} nodes, {live['podsRunning']} pods,"
          f" {live['errors']} errors, {live['connections']} connections"
          + (f", ready after {live['readySeconds']:.1f} s" if live.get("readySeconds") else ""))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("nodetoll")
    p.add_argument("--nodes", type=int, default=1000)
    p.add_argument("--pods", type=int, default=30)
    p.add_argument("--mode", choices=["plain", "tls", "http1"], default="plain")
    p.add_argument("--warmup", type=int, default=40)
    p.add_argument("--duration", type=int, default=40)
    p.add_argument("--agents", default="", help="more options of `nodetoll agents`")
    p.add_argument("--serve", default="", help="more options of `nodetoll serve`")
    args = p.parse_args()
    few = measure(args, max(args.nodes // 10, 1))
    report(args, few, measure(args, args.nodes))


if __name__ == "__main__":
    main()
