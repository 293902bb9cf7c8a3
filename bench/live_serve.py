#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the mock API server costs, under h2load (nghttp2-client), and our agents beside that generator.

    bench/live_serve.py build/release/nodetoll [--requests 200000] [--connections 100] [--idle 1000]

Requests a second are those of a second of processor time, user and system, of the process that is
named: on a shared machine the clock is no test, and two processes may share a core.  The object is
a ConfigMap of 2 KB.  An idle connection has had one answer; its memory is the server's own (Private,
/proc/PID/smaps_rollup), not the kernel's.
"""
import argparse
import http.client
import json
import os
import resource
import socket
import ssl
import struct
import subprocess
import tempfile
from types import SimpleNamespace

from live_agents import cpu_seconds, follow, private_kb, start_server

OBJECT = "/api/v1/namespaces/default/configmaps/two"


def put_object(url, tls):
    host = url.split("//")[1]
    made = http.client.HTTPSConnection(host, context=tls) if tls else http.client.HTTPConnection(host)
    made.request("POST", OBJECT.rpartition("/")[0], json.dumps(
        {"metadata": {"name": "two"}, "data": {"k": "x" * 1780}}), {"Content-Type": "application/json"})
    assert made.getresponse().status == 201


def load(args, server, url, name, *options):
    """A row: what a second of the server's and of the generator's processor time answers and asks."""
    before = cpu_seconds(server.pid)
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run(["h2load", *options, "-n", str(args.requests), "-c", str(args.connections),
                           url + OBJECT], capture_output=True, text=True, check=True).stdout
    served = cpu_seconds(server.pid) - before
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    asked = after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime
    assert f"{args.requests} succeeded" in told, told
    print(f"| {name} | {args.requests / served / 1000:.0f} | {args.requests / asked / 1000:.0f} |", flush=True)


def hello(url, tls, is_http2):
    """A connection that has had one answer."""
    host, port = url.split("//")[1].rsplit(":", 1)
    s = socket.create_connection((host, int(port)))
    if tls:
        s = tls.wrap_socket(s, server_hostname=host)
    if is_http2:
        # RFC 9113: the preface, empty SETTINGS, GET /readyz by HPACK's static table, without indexing.
        fields = b"\x82\x86\x04\x07/readyz\x01\x01x"
        s.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + struct.pack(">HBBBI", 0, 0, 4, 0, 0)
                  + struct.pack(">HBBBI", 0, len(fields), 1, 5, 1) + fields)
    else:
        s.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
    got = b""
    while b"ok" not in got:
        part = s.recv(65536)
        assert part, "it hung up"
        got += part
    return s


def idle(args, server, url, tls, name, is_http2):
    few = [hello(url, tls, is_http2) for _ in range(args.idle // 10)]
    before = private_kb(server.pid)
    many = [hello(url, tls, is_http2) for _ in range(args.idle)]
    print(f"| {name} | {(private_kb(server.pid) - before) / args.idle:.1f} |", flush=True)
    for s in few + many:
        s.close()


def agents(args):
    """Our own: hollow nodes that start, which is when they ask most."""
    with tempfile.TemporaryDirectory() as folder:
        server, url = start_server(SimpleNamespace(nodetoll=args.nodetoll, serve="", mode="plain"), folder)
        out = os.path.join(folder, "result.json")
        nodes, pods = 500, 10
        try:
            started = subprocess.Popen(
                [args.nodetoll, "agents", "--server", url, "--http2-prior-knowledge", "--nodes", str(nodes),
                 "--set", f"workload.pods={pods}", "--warmup", "20s", "--duration", "11s", "-f", out],
                stdout=subprocess.DEVNULL)
            row = follow(args, nodes, server, started, out)
        finally:
            server.terminate()
            server.wait()
    asked = row["live"]["requests"] + row["live"]["userRequests"]
    print(f"| agents, {nodes} nodes that start {pods} pods each | {asked / row['served'] / 1000:.0f} "
          f"| {asked / row['total'] / 1000:.0f} |", flush=True)


def measured(args, mode, what):
    with tempfile.TemporaryDirectory() as folder:
        server, url = start_server(SimpleNamespace(
            nodetoll=args.nodetoll, serve="--max-streams 250 --idle-timeout 1h", mode=mode), folder)
        tls = None
        if mode == "tls":
            tls = ssl.create_default_context(cafile=os.path.join(folder, "cert.pem"))
            tls.set_alpn_protocols(["http/1.1"])
        try:
            put_object(url, tls)
            what(server, url, tls)
        finally:
            server.terminate()
            server.wait()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("nodetoll")
    p.add_argument("--requests", type=int, default=200000)
    p.add_argument("--connections", type=int, default=100)
    p.add_argument("--idle", type=int, default=1000)
    args = p.parse_args()
    few, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(few, min(most, 2 * args.idle + 100)), most))

    print(f"| GET of 2 KB, {args.connections} connections | server, thousands per core second "
          "| client, thousands per core second |\n|---|---|---|")
    measured(args, "plain", lambda *s: (
        load(args, *s[:2], "h2load, HTTP/1.1", "--h1", "-m", "1"),
        load(args, *s[:2], "h2load, HTTP/2, one at a time", "-m", "1"),
        load(args, *s[:2], "h2load, HTTP/2, ten at a time", "-m", "10")))
    measured(args, "tls", lambda *s: load(args, *s[:2], "h2load, HTTP/2 over TLS, one at a time", "-m", "1"))
    agents(args)
    print("\n| an idle connection | KB |\n|---|---|")
    measured(args, "plain", lambda *s: idle(args, *s, "HTTP/1.1", False))
    measured(args, "plain", lambda *s: idle(args, *s, "HTTP/2", True))
    measured(args, "tls", lambda *s: idle(args, *s, "HTTP/1.1 over TLS", False))


if __name__ == "__main__":
    main()
