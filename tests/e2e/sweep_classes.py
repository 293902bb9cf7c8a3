#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""sweep_classes.py NODETOLL: what a sweep's measures rest on is what the same measures of a result do."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SETS = ["--set", "nodes=2", "--set", "duration=30s", "--set", "warmup=10s"]
MORE = ["runtime.calls.bytes", "api.requests.bytes", "runtime.latency.p99", "api.latency.p99",
        "api.latency{verb=get,resource=nodes}.p99"]


def command(nodetoll, *words):
    return json.loads(subprocess.run([nodetoll, *words, "-o", "json"], check=True, stdout=subprocess.PIPE).stdout)


def main(nodetoll):
    """A comparison of a result with itself tells of its measures, one by one, as gates on it do."""
    ask = [word for name in MORE for word in ("--measure", name)]
    sweep = command(nodetoll, "sweep", "quiet-5000x30", *SETS, "--vary", "workload.pods=30,31", *ask)
    measures = {m["measure"]: (m["class"], m["calibration"]) for m in sweep["measures"]}
    measured = [name for name, value in sweep["cells"][0]["measures"].items() if value is not None]
    with tempfile.TemporaryDirectory() as scratch:
        saved = str(Path(scratch) / "result.json")
        command(nodetoll, "simulate", "quiet-5000x30", *SETS, "-f", saved)
        gates = [word for name in measured for word in ("--gate", f"{name} >= 0")]
        told = command(nodetoll, "compare", saved, saved, *gates)
    result = {g["measure"]: (g["class"], g["calibration"]) for g in told["gates"]}
    differ = {name: (measures[name], result.get(name)) for name in measured if result.get(name) != measures[name]}
    nameless = [name for name, of in measures.items() if of[0] == "calibrated" and not of[1]]
    print("ok 1 - a sweep's measures rest on what a result's do" if not differ else f"not ok 1 - {differ}")
    print("ok 2 - none is calibrated by nothing" if not nameless else f"not ok 2 - {nameless}")
    print("1..2")
    return 1 if differ or nameless or not set(MORE) <= set(measured) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
