#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""run.py NODETOLL FOLDER [--soak] [SCENARIO...]: nodetoll beside a real control plane.

Logs go below FOLDER.  Exit status 0 when all cases passed, 1 when one failed, 77 when the programs of a
control plane cannot be had here; that they are here and do not build is a failure.
"""

import argparse
import importlib
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import programs
from report import Abandoned, Report

# In this order; and which command of nodetoll they are about.
SCENARIOS = {"control_plane": None, "serve": "serve", "density": "agents", "secrets_designs": "agents"}
SKIPPED = 77  # as meson and automake have it


@dataclass
class World:
    """What every scenario is handed."""

    nodetoll: Path
    programs: Path  # folder of etcd, kube-apiserver, ..., kubectl
    folder: Path  # for logs
    soak: bool  # the long forms
    report: Report


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nodetoll", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--soak", action="store_true")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS))
    chosen = parser.parse_intermixed_args()
    unknown = set(chosen.scenarios) - set(SCENARIOS)
    if unknown:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    return chosen


def lacks(nodetoll, command):
    return command and subprocess.run([nodetoll, command, "--help"], capture_output=True,
                                      check=False).returncode


def main():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # As an exception, so that every `with` ends what it began.
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    chosen = arguments()
    try:
        folder = programs.folder()
    except programs.Unavailable as why:
        print(f"skipped: no control plane here: {why}")
        sys.exit(SKIPPED)
    except programs.NotBuilt as why:
        print(f"not ok 1 - the control plane is built\n    {why}\n0 passed, 1 failed")
        sys.exit(1)
    world = World(chosen.nodetoll.resolve(), folder, chosen.folder.resolve(), chosen.soak, Report())
    for name in chosen.scenarios or SCENARIOS:
        if lacks(world.nodetoll, SCENARIOS[name]):
            print(f"skipped: {name}: this nodetoll has no command {SCENARIOS[name]}", flush=True)
            continue
        print(f"# {name}", flush=True)
        try:
            importlib.import_module(name).scenario(world)
        except Abandoned:
            print(f"# {name}: the rest is left out; the logs are in {world.folder}", flush=True)
        except Exception as error:  # of a cluster that did not start
            world.report.fail(name, f"{type(error).__name__}: {error}")
    skipped = f", {world.report.skipped} skipped" if world.report.skipped else ""
    print(f"{world.report.passed} passed, {world.report.failed} failed{skipped}")
    sys.exit(1 if world.report.failed or not world.report.passed else 0)


main()
