#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Golden tests: run_golden.py NODETOLL [CASE...]

A case is a folder in cases/ with
  cmd      the arguments of nodetoll, as a shell would split them
  stdin    what it reads (none: empty)
  stdout   what it must print; stderr likewise (none: not looked at)
  status   its exit status (none: 0)
  bounds.json   what was published, and what of the result has to be like it
It runs in the case's folder, so that a case may bring files of its own; {root}
in cmd is the root of the project, in the expected text it stands for the same.
UPDATE=1 writes stdout, stderr and status anew: read the difference before you
commit it.  Bounds are never written, and hold then, too: a list of
  path       of the result's JSON: "pods.goneSeconds.max", "slo[name=podStarts].met",
             "requests[verb=get,resource=pods].sent" (the sum of all such rows)
  min, max   between which it has to be, either or both; or
  is         what it has to be
  published, source    in whose words
  matched    false: it is known not to be there, and docs/MODEL.md says why; if it comes out one
             day, this is to be said
"""

import difflib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECONDS = 300


def read(path, default=None):
    return path.read_text() if path.exists() else default


def run(program, case, result):
    """What it prints; with bounds, its result as JSON in the file `result`."""
    arguments = shlex.split((case / "cmd").read_text().replace("{root}", str(ROOT)), comments=True)
    if (case / "bounds.json").exists():
        arguments += ["--filename", result]
    given = read(case / "stdin", "")
    done = subprocess.run([program, *arguments], input=given.encode(), capture_output=True,
                          cwd=case, timeout=SECONDS, check=False)
    text = [out.decode("utf-8", "replace").replace(str(ROOT), "{root}")
            for out in (done.stdout, done.stderr)]
    return {"stdout": text[0], "stderr": text[1], "status": f"{done.returncode}\n"}


def difference(case, got):
    wanted = {name: read(case / name, "0\n" if name == "status" else None) for name in got}
    return [name for name, text in wanted.items() if text is not None and text != got[name]]


def rows_with(rows, wanted):
    pairs = [pair.split("=", 1) for pair in wanted.split(",") if pair]
    found = [row for row in rows if all(str(row[key]) == value for key, value in pairs)]
    if not found:
        raise KeyError(f"no row with {wanted}")
    return found


def value_at(result, path):
    """What the path names; of several rows, the sum."""
    at = [result]
    for key, wanted in re.findall(r"(\w+)(?:\[([^]]*)\])?", path):
        at = [each[key] for each in at]
        if isinstance(at[0], list):
            at = [row for rows in at for row in rows_with(rows, wanted)]
    return at[0] if len(at) == 1 else sum(at)


def is_within(bound, value):
    if "is" in bound:
        return value == bound["is"]
    return bound.get("min", value) <= value <= bound.get("max", value)


def out_of_bounds(case, result):
    """What is not as its bounds have it, in words."""
    wrong = []
    for bound in json.loads(read(case / "bounds.json", "[]")):
        try:
            value = value_at(result, bound["path"])
            within = is_within(bound, value)
        except (KeyError, TypeError, IndexError) as fault:
            wrong.append(f"{bound['path']}: {fault!r}")
            continue
        if not {"is", "min", "max"} & set(bound) or not bound["source"]:
            wrong.append(f"{bound['path']}: a bound without limits or source")
        elif within != bound.get("matched", True):
            wrong.append(f"{bound['path']} is {value}, published was {bound['published']} "
                         f"({bound['source']}): "
                         + ("it comes out now, which its bound says it does not" if within else
                            f"not {bound.get('is', [bound.get('min'), bound.get('max')])}"))
    return wrong


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
        with tempfile.TemporaryDirectory() as beside:
            saved = Path(beside, "result.json")
            try:
                got = run(program, case, str(saved))
            except subprocess.TimeoutExpired:
                got = {"stdout": "", "stderr": f"over {SECONDS} s\n", "status": "none\n"}
            bounds = out_of_bounds(case, json.loads(read(saved, "{}")))
        if os.environ.get("UPDATE") == "1":
            update(case, got)
        wrong = difference(case, got)
        failed += bool(wrong or bounds)
        print(f"{'not ok' if wrong or bounds else 'ok'} {number} - {case.name}", flush=True)
        show(case, got, wrong)
        for words in bounds:
            sys.stderr.write(f"{case.name}: {words}\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
