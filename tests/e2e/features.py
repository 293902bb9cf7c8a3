#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""features.py NODETOLL: every feature of the library runs live, and what it asks for is answered.

Each runs by `agree`, against that command's own server, four at a time; periods are a second,
since what a round asks for is looked at, not how often there is one.  How exactly counts agree is
the business of agree.sh: here a machine that is late must not matter."""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

NODETOLL = sys.argv[1]
FEW = ["--set", "nodes=2", "--set", "workload=batch", "--set", "workload.pods=3", "--set", "duration=4s", "--set", "warmup=1s",
       "--set", "workload.batch.arrivalEvery=1s", "--set", "workload.batch.lifetime={mean: 1s, p50: 1, p99: 1}",
       "--seeds", "2", "--tolerance", "100%", "-o", "json"]
HEAD = "apiVersion: nodetoll/v1alpha1\nkind: Feature\nmetadata: {name: %s}\nspec:\n  loops:\n"
# As people write them in a hurry.
OWN = {
    "a-pod": "    l: {timer: sliding, period: 1s, calls: [{api: get pods}]}\n",
    "each-pod": "    l: {timer: sliding, period: 1s, calls: [{api: get pods, scope: pod}]}\n",
    "tokens": "    l: {timer: sliding, period: 1s, calls: [{api: create serviceaccounts/token, scope: pod}]}\n",
    "writes": "    l: {timer: sliding, period: 1s, calls: [{api: patch pods}, {api: update pods/status},\n"
              "      {api: delete pods}, {api: create services}, {api: patch endpoints}]}\n",
    "nodes": "    l: {timer: sliding, period: 1s, calls: [{api: get nodes}, {api: delete nodes}, {api: update nodes},\n"
             "      {api: list leases}, {api: delete leases}, {api: update leases}]}\n",
    "events": "    l: {timer: sliding, period: 1s, calls: [{api: create events}, {api: patch events}, {api: get events},\n"
              "      {api: update events}, {api: delete events}, {api: list events}]}\n",
    "accounts": "    l: {timer: sliding, period: 1s, calls: [{api: get serviceaccounts}, {api: create serviceaccounts},\n"
                "      {api: patch serviceaccounts}]}\n",
    "versions": "    l: {timer: sliding, period: 1s, calls: [{api: update csinodes}, {api: update csidrivers},\n"
                "      {api: patch volumeattachments}, {api: update volumeattachments},\n"
                "      {api: update volumeattachments/status}, {api: create runtimeclasses}, {api: update runtimeclasses}]}\n",
    "sweeps": "    l: {timer: sliding, period: 1s, calls: [{api: deletecollection pods}]}\n",
    "registers": "    l: {timer: sliding, period: 1s, calls: [{api: create nodes}]}\n",
}
NOT_LIVE = {"controllers": "create pods", "stats-through-proxy": "get nodes/proxy",
            "sweeps": "deletecollection pods", "registers": "create nodes"}


def quick(text):
    """The feature's text, with a round every second, and of every share the whole."""
    period = re.compile(r"((?:period|atMostEvery|tryAgainAfter): (?:\{value: )?)[0-9.]+(?:ms|s|m|h)")
    share = re.compile(r"((?:share|nodes): (?:\{value: )?)[0-9.]+%?")
    return share.sub(r"\g<1>100%", period.sub(r"\g<1>1s", text))


def asked(text):
    """Verbs and resources of the feature's calls."""
    return {tuple(call) for call in re.findall(r"\bapi: ([a-z]+) ([a-z./0-9]+[a-z])", text)}


def run(path):
    return subprocess.run([NODETOLL, "agree", "quiet-5000x30", "--with", path, *FEW],
                          capture_output=True, text=True, timeout=100)


def trouble(name, text, done):
    """What is wrong with the run; None: nothing."""
    if name in NOT_LIVE:
        said = f"feature '{name}': '{NOT_LIVE[name]}' has no live side"
        return None if done.returncode == 2 and said in done.stderr else f"ended by {done.returncode}: {done.stderr}"
    if done.returncode not in (0, 1):
        return f"ended by {done.returncode}: {done.stderr}"
    rows = [r for r in json.loads(done.stdout)["rows"] if r["source"] == "api"]
    refused = [r for r in rows if r["live"] and r["code"] not in ("200", "201") and not r["simulated"]]
    live = {tuple(r["call"].split()) for r in rows if r["live"]}
    simulated = {tuple(r["call"].split()) for r in rows if r["simulated"]}
    missing = (asked(text) & simulated) - live
    if refused or missing:
        return f"refused: {refused}; never asked for: {missing}"
    return None if simulated & asked(text) or not asked(text) else "nothing was asked for"


def main():
    texts = {name: HEAD % name + loops for name, loops in OWN.items()}
    library = os.path.join(os.environ["NODETOLL_MODELS"], "feature")
    for file in sorted(os.listdir(library)):
        with open(os.path.join(library, file), encoding="utf-8") as feature:
            texts[file.removesuffix(".yaml")] = quick(feature.read())
    failures = 0
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(4) as pool:
        runs = {}
        for name, text in texts.items():
            path = os.path.join(scratch, name + ".yaml")
            with open(path, "w", encoding="utf-8") as feature:
                feature.write(text)
            runs[name] = pool.submit(run, path)
        for number, (name, text) in enumerate(texts.items(), 1):
            why = trouble(name, text, runs[name].result())
            print(f"{'not ok' if why else 'ok'} {number} - {name}", flush=True)
            if why:
                failures += 1
                print(f"{name}: {why}", file=sys.stderr)
    print(f"1..{len(texts)}")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
