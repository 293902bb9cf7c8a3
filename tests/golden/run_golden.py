#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Golden tests: run_golden.py NODETOLL [CASE...]

A case is a folder in cases/ with
  cmd      the arguments of nodetoll, as a shell would split them
  stdin    what it reads (none: empty)
  stdout   what it must print; stderr likewise (none: not looked at)
  status   its exit status (none: 0)
It runs in the case's folder, so that a case may bring files of its own; {root}
in cmd is the root of the project, in the expected text it stands for the same.
UPDATE=1 writes stdout, stderr and status anew: read the difference before you
commit it.
"""

import difflib
import os
import shlex
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECONDS = 120


def read(path, default=None):
    return path.read_text() if path.exists() else default


def run(program, case):
    arguments = shlex.split((case / "cmd").read_text().replace("{root}", str(ROOT)), comments=True)
    given = read(case / "stdin", "")
    done = subprocess.run([program, *arguments], input=given.encode(), capture_output=True,
                          cwd=case, timeout=SECONDS, check=False)
    text = [out.decode("utf-8", "replace").replace(str(ROOT), "{root}")
            for out in (done.stdout, done.stderr)]
    return {"stdout": text[0], "stderr": text[1], "status": f"{done.returncode}\n"}


def difference(case, got):
    wanted = {name: read(case / name, "0\n" if name == "status" else None) for name in got}
    return [name for name, text in wanted.items() if text is not None and text != got[name]]


def update(case, got):
    for name, text in got.items():
        default = "0\n" if name == "status" else ""
        if text != default or (case / name).exists():
            (case / name).write_text(text)


def show(case, got, names):
    for name in names:
        wanted = read(case / name, "0\n").splitlines()
        sys.stderr.write("\n".join(difflib.unified_diff(
            wanted, got[name].splitlines(), f"{case.name}/{name}", "as printed", lineterm="")) + "\n")


def main():
    program = str(Path(sys.argv[1]).resolve())
    named = sys.argv[2:]
    cases = sorted(p.parent for p in (HERE / "cases").glob("*/cmd")
                   if not named or p.parent.name in named)
    print(f"1..{len(cases)}")
    failed = 0
    for number, case in enumerate(cases, 1):
        try:
            got = run(program, case)
        except subprocess.TimeoutExpired:
            got = {"stdout": "", "stderr": f"over {SECONDS} s\n", "status": "none\n"}
        if os.environ.get("UPDATE") == "1":
            update(case, got)
        wrong = difference(case, got)
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {case.name}", flush=True)
        show(case, got, wrong)
    sys.exit(1 if failed else 0)


main()
