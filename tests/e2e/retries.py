#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""retries.py NODETOLL: what a feature says of failures holds on real sockets.

Two loops ask twice a second, one gives up at the first error and one does not; the server
answers two requests in five with 500."""

import json
import os
import subprocess
import sys
import tempfile

NODETOLL = sys.argv[1]
FEATURE = """apiVersion: nodetoll/v1alpha1
kind: Feature
metadata: {name: retries}
spec:
  loops:
    once: {timer: ticker, period: 500ms, calls: [{api: get endpoints, client: events}]}
    again: {timer: ticker, period: 500ms, tries: 20, calls: [{api: get services, client: events}]}
    later: {timer: sliding, period: 2s, tryAgainAfter: 50ms, calls: [{api: get configmaps, client: events}]}
"""
failures = 0


def check(number, name, holds, why):
    global failures
    print(f"{'ok' if holds else 'not ok'} {number} - {name}")
    if not holds:
        failures += 1
        print(f"{name}: {why}", file=sys.stderr)


def run(url, feature):
    done = subprocess.run(
        [NODETOLL, "agents", "--server", url, "--nodes", "3", "--set", "workload.pods=1",
         "--set", "kubelet.clients.events.qps=-1", "--with", feature, "--warmup", "5s",
         "--duration", "8s", "-o", "json"], capture_output=True, text=True, timeout=120)
    if done.returncode:
        sys.exit(done.stderr)
    return {(q["verb"], q["resource"]): q for q in json.loads(done.stdout)["requests"]}


def main():
    with tempfile.TemporaryDirectory() as scratch:
        feature = os.path.join(scratch, "retries.yaml")
        with open(feature, "w", encoding="ascii") as file:
            file.write(FEATURE)
        server = subprocess.Popen([NODETOLL, "serve", "--fault", "500=40%"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            calls = run(server.stdout.readline().strip(), feature)
        finally:
            server.terminate()
            server.communicate()
    once, again = calls["get", "endpoints"], calls["get", "services"]
    later = calls["get", "configmaps"]
    check(1, "what is not retried is sent once a round, whatever becomes of it",
          once["failed"] > 5 and 40 <= once["sent"] <= 48, once)
    check(2, "what is, is sent again until it succeeds",
          again["failed"] > 5 and abs(again["sent"] - again["failed"] - once["sent"]) <= 3, again)
    check(3, "and a round that failed comes again before its time, one that succeeded does not",
          10 <= later["sent"] - later["failed"] <= 13 and later["failed"] > 0, later)
    print("1..3")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
