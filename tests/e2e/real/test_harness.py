#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the scenarios beside a real control plane rest upon, as far as it needs none (TAP)."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import audit
import programs
import secrets_designs
from process import Failure, MachineTooSlow, Process, free_ports, wait_for
from report import Abandoned, Report, expect, repeated


def event(verb, resource, code=200, stage="ResponseComplete", user="system:node:n-0", **more):
    return json.dumps(dict({
        "stage": stage, "requestReceivedTimestamp": audit.now(), "verb": verb, "requestURI": f"/api/v1/{resource}?limit=1",
        "user": {"username": user}, "userAgent": "kubelet", "objectRef": {"resource": resource},
        "responseStatus": {"code": code}}, **more)) + "\n"


def counts(folder):
    log = folder / "audit.log"
    log.write_text(
        event("get", "secrets") + event("get", "pods", 404) + event("create", "events", 201)
        + event("patch", "pods", objectRef={"resource": "pods", "subresource": "status"})
        + event("watch", "pods", stage="ResponseStarted") + event("watch", "pods")
        + event("get", "secrets", user="admin", impersonatedUser={"username": "system:node:n-1"})
        + event("get", "secrets", user="admin") + event("get", "nodes")[:-9])
    wanted = {"get secrets": 2, "get pods 404": 1, "create events": 1, "patch pods/status": 1,
              "watch pods": 1}
    expect(audit.of_nodes(log) == wanted, audit.of_nodes(log))
    expect(audit.of_nodes(log, "n-1") == {"get secrets": 1}, audit.of_nodes(log, "n-1"))
    since = audit.now()
    with log.open("a") as more:
        more.write(event("get", "nodes")[-9:] + event("get", "leases"))
    expect(audit.of_nodes(log)["get nodes"] == 1, "the half line")
    expect(audit.of_nodes(log, window=(since, "~")) == {"get leases": 1}, "from then on")
    expect(audit.of_nodes(log, window=("", since))["get leases"] == 0, "until then")


def tells_times(folder):
    log = folder / "times.log"

    def at(received, answered, **more):
        return event("create", "pods", requestReceivedTimestamp=f"2026-01-01T00:00:{received:09.6f}Z",
                     stageTimestamp=f"2026-01-01T00:00:{answered:09.6f}Z", **more)

    log.write_text("".join(at(i, i + i / 10) for i in range(2, 12)) + at(1, 30, user="admin"))
    window = ("2026-01-01T00:00:03", "2026-01-01T00:00:06")
    began, ended = audit.span(log, lambda user, asked: (user, asked) == ("system:node:n-0", "create pods"), window)
    expect(round(ended - began, 6) == 2.5, f"from 3 to 5.5 s: {ended - began}")
    first = audit.first_of(log, lambda user: user.startswith("system:node:"))
    expect(first == "2026-01-01T00:00:02.000000Z", first)
    slowest = audit.slowest_tenth(log, lambda user: user.startswith("system:node:"))
    expect(slowest == 1.1, slowest)


def skips(_):
    def too_slow():
        raise MachineTooSlow("it stood still")

    inner = Report()
    with contextlib.redirect_stdout(io.StringIO()) as told:
        inner.check("of a slow machine", too_slow)
        inner.check("of any", lambda: None)
    expect((inner.passed, inner.failed, inner.skipped) == (1, 0, 1), vars(inner))
    expect(told.getvalue().splitlines()[0] ==
           "ok 1 - of a slow machine # SKIP the machine was too slow: it stood still", told.getvalue())


def tries_again(_):
    """Once, where the machine was too slow; then it is skipped, and what is wrong on a quick machine fails."""
    tried = []

    def attempt(is_last):
        tried.append(is_last)
        if not is_last:
            raise MachineTooSlow("it stood still")

    with contextlib.redirect_stdout(io.StringIO()) as told:
        repeated(attempt)
    expect(tried == [False, True], tried)
    expect(told.getvalue() == "# the machine was too slow: it stood still; once more\n", told.getvalue())
    tried.clear()
    repeated(tried.append)
    expect(tried == [False], tried)
    for wrong, slow, raised in [("", "slow", None), ("", "", None), ("wrong", "slow", MachineTooSlow),
                                ("wrong", "", Failure)]:
        try:
            secrets_designs.judged(wrong, slow)
        except (MachineTooSlow, Failure) as error:
            expect(type(error) is raised, error)
        else:
            expect(raised is None, f"{wrong} {slow} passed")


def tells_what_is_not_there_from_what_does_not_build(folder):
    source = folder / "source"
    source.mkdir()
    (source / "Makefile").write_text("all:\n\t@echo no such compiler; false\n")
    with contextlib.redirect_stdout(io.StringIO()):
        for what, kind in [(lambda: programs.build(folder, source, "1.20.2"), programs.NotBuilt),
                           (lambda: programs.run("nothing", ["false"], folder), programs.Unavailable)]:
            try:
                what()
            except (programs.NotBuilt, programs.Unavailable) as error:
                expect(type(error) is kind, repr(error))
                expect("no such compiler" in str(error) or kind is programs.Unavailable, error)
            else:
                expect(False, "it was built")


def waits(_):
    seen = iter([False, OSError("not yet"), "now"])

    def holds():
        value = next(seen)
        if isinstance(value, OSError):
            raise value
        return value

    expect(wait_for("three looks", holds, every=0) == "now", "another value")
    try:
        wait_for("never", lambda: None, every=0, seconds=0)
    except Failure as failure:
        expect("never: not within 0 s" in str(failure), failure)
    else:
        expect(False, "it came true")


def ends(folder):
    false = Process("false", ["false"], folder / "false.log").start()
    try:
        wait_for("what a dead process does", lambda: False, every=0.01, alive=[false])
    except Failure as failure:
        expect("false has ended (1)" in str(failure), failure)
    sleeping = Process("sleep", ["sleep", "600"], folder / "sleep.log").start()
    expect(sleeping.stop() == -signal.SIGTERM and not sleeping.running(), sleeping.child.returncode)


def outlives_nobody(folder):
    """A harness that is killed takes with it what it started."""
    code = ("import sys, time; from pathlib import Path; from process import Process;"
            "p = Process('sleep', ['sleep', '600'], Path(sys.argv[1])).start();"
            "print(p.child.pid, flush=True); time.sleep(600)")
    with subprocess.Popen([sys.executable, "-c", code, folder / "orphan.log"], text=True,
                          cwd=Path(__file__).parent, stdout=subprocess.PIPE) as harness:
        child = int(harness.stdout.readline())
        os.kill(child, 0)
        harness.kill()

    def gone():
        try:
            return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except FileNotFoundError:
            return True

    wait_for("the end of the orphan", gone, every=0.05)


def main():
    report = Report()
    cases = {"an audit log is counted as recordings are": counts,
             "an audit log tells when things happened": tells_times,
             "what a slow machine cannot show is skipped": skips,
             "what a slow machine cannot show is tried twice": tries_again,
             "what does not build is no machine that lacks it": tells_what_is_not_there_from_what_does_not_build,
             "waiting polls, and tells what never came": waits,
             "processes are stopped, and missed when they end": ends,
             "what a killed harness started ends with it": outlives_nobody,
             "free ports are different ones": lambda _: expect(
                 max(Counter(free_ports(20)).values()) == 1, "one twice")}
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(Abandoned):
        report.check_each((name, lambda case=case: case(Path(folder))) for name, case in cases.items())
    print(f"1..{len(cases)}")
    sys.exit(1 if report.failed else 0)


main()
