#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The figures of docs/MODEL.md's table of scenarios: check_figures.py [NODETOLL [WORD...]]

figures.json says of most numbers of that table that are ours, and of one in each row, which run shows
it, as a list of
  row        how the row begins, as far as it takes to tell it from others
  run        the arguments of `nodetoll simulate`, as a shell would split them
  seconds    about how many it takes, if more than a few
  figures    a list of
    says     as the row has it; the last number of it counts, with its unit
    path     of the result's JSON, as in bounds.json; several, joined by " + ", are added up
    over     the number is so much less: of nodes, or a second's
    against  what was published: the number is the difference from it, in per cent
    value    what the run came to
    incident of which incident it is a figure, too, as "NAME: how the figure begins": what the golden of
             `incidents run` says of it, ours and verdict, is the row's
Without a program the table is held against those values: nothing may differ by more than the digits
that are written tell, and no row may be without.  With one, runs of a few seconds are made again,
or those whose arguments have a WORD; values must be the same.  UPDATE=1 makes all of them (half an
hour), or those with a WORD, and writes the values down.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from run_golden import ROOT, value_at

INCIDENTS = Path(__file__).resolve().parent / "cases" / "incidents-run" / "stdout"
FIGURES = Path(__file__).resolve().parent / "figures.json"
MODEL = ROOT / "docs" / "MODEL.md"
HEADING = "## Scenarios and what was published of them"
NUMBER = re.compile(r"([-+]?\d[\d,]*(?:\.\d+)?) ?(ms|%|MB|million|min)?(?![\w.])")
ROUNDED_FROM = 10000  # zeros at the end of less are digits
UNITS = {"": 1, "ms": 1e-3, "%": 1e-2, "MB": 1e6, "million": 1e6, "min": 60}


def table_rows():
    """Scenario and figure, and what is said of ours, row by row."""
    text = MODEL.read_text().split(HEADING, 1)[1].split("\n### ", 1)[0]
    table = text.split("| scenario | figure |", 1)[1].split("\n\n", 1)[0]
    rows, scenario = [], ""
    for line in table.splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].startswith("`"):
            scenario = cells[0]
        what = scenario if cells[0] == scenario else f"{scenario} {cells[0]}"
        rows.append((f"{what}: {cells[1]}", " | ".join(cells[3:])))
    return rows


def last_number(says):
    """The number, and how far off one that is written like this may be."""
    digits, unit = NUMBER.findall(says)[-1]
    plain = digits.replace(",", "")
    if "." in plain:
        place = 10.0 ** -len(plain.split(".")[1])
    else:
        rounded = abs(float(plain)) >= ROUNDED_FROM
        place = 10.0 ** (len(plain) - len(plain.rstrip("0"))) if rounded else 1.0
    scale = UNITS[unit]
    return float(plain) * scale, place * scale


def shown(figure):
    value = figure["value"] / figure.get("over", 1)
    return value / figure["against"] - 1 if "against" in figure else value


def is_said(figure):
    number, place = last_number(figure["says"])
    return abs(shown(figure) - number) <= 0.5000001 * place


def row_of(rows, begins):
    found = [cells for name, cells in rows if name.startswith(begins)]
    if len(found) != 1:
        raise SystemExit(f"docs/MODEL.md: {len(found)} rows begin with: {begins}")
    return found[0]


def incident_rows():
    """Of each figure in the golden of `incidents run`: ours, and the verdict."""
    lines = INCIDENTS.read_text().split("\n\n", 1)[0].splitlines()
    figure = lines[0].index("figure")
    end = lines[0].index("ours") + len("ours")
    rows, incident = {}, ""
    for line in lines[1:]:
        incident = line.split(" ", 1)[0] or incident
        name = re.split(r"  +", line[figure:end], maxsplit=1)[0]
        rows[f"{incident}: {name}"] = (line[:end].split("  ")[-1].strip(), line.split()[-1])
    return rows


def check_incident(figure, cells, incidents):
    """One figure has one answer."""
    found = [row for name, row in incidents.items() if name.startswith(figure["incident"])]
    if len(found) != 1:
        return f"{len(found)} figures of incidents begin with: {figure['incident']}"
    ours, verdict = found[0]
    number, place = last_number(figure["says"])
    scale = UNITS[NUMBER.findall(figure["says"])[-1][1]]
    try:
        value = float(ours.replace(",", "")) * scale
    except ValueError:
        return f"{figure['incident']} has no number: {ours}"
    if abs(value - number) > 0.5000001 * place + 5e-4 * abs(number):
        return f"{figure['says']} in docs/MODEL.md is {ours} in {figure['incident']}"
    says = cells.split(" | ")[-1]
    if says.startswith("no" if verdict != "not-matched" else "yes") and not says.startswith("nearly"):
        return f"{figure['says']}: docs/MODEL.md says {says[:30]}, {figure['incident']} is {verdict}"
    return None


def check_table(entries):
    rows, wrong, told, incidents = table_rows(), [], set(), incident_rows()
    for entry in entries:
        cells = row_of(rows, entry["row"])
        told.add(cells)
        for figure in entry["figures"]:
            if figure["says"] not in cells:
                wrong.append(f"{entry['row']}: does not say {figure['says']}")
            elif not is_said(figure):
                wrong.append(f"{entry['row']}: says {figure['says']}, where {figure['path']} of "
                             f"simulate {entry['run']} is {shown(figure):.6g}")
            if "incident" in figure:
                wrong += filter(None, [check_incident(figure, cells, incidents)])
    wrong += [f"{name}: no figure of it is in figures.json" for name, cells in rows
              if cells not in told]
    return wrong


def result_of(program, run, file):
    subprocess.run([program, "simulate", *shlex.split(run), "--filename", file], check=True,
                   stdout=subprocess.DEVNULL, cwd=ROOT)
    return json.loads(Path(file).read_text())


def check_runs(program, entries, words):
    update = os.environ.get("UPDATE") == "1"
    wrong, results = [], {}
    for entry in entries:
        run = entry["run"]
        if words and not any(word in run for word in words):
            continue
        if "seconds" in entry and not (update or words):
            continue
        if run not in results:
            with tempfile.TemporaryDirectory() as beside:
                results[run] = result_of(program, run, str(Path(beside, "result.json")))
        for figure in entry["figures"]:
            try:
                value = sum(value_at(results[run], path) for path in figure["path"].split(" + "))
            except (KeyError, TypeError, IndexError) as fault:
                wrong.append(f"simulate {run}: {figure['path']}: {fault!r}")
                continue
            if update:
                figure["value"] = value
            elif value != figure["value"]:
                wrong.append(f"simulate {run}: {figure['path']} is {value}, was "
                             f"{figure['value']}: UPDATE=1 {Path(__file__).name} {program}")
    return wrong


def written(entries):
    """A run and a figure a line: differences are read."""
    blocks = []
    for entry in entries:
        head = {key: value for key, value in entry.items() if key != "figures"}
        figures = ",\n    ".join(json.dumps(figure) for figure in entry["figures"])
        blocks.append(f"  {json.dumps(head)[:-1]}, \"figures\": [\n    {figures}]}}")
    return "[\n" + ",\n".join(blocks) + "\n]\n"


def main():
    entries = json.loads(FIGURES.read_text())
    wrong = []
    if len(sys.argv) > 1:
        wrong += check_runs(str(Path(sys.argv[1]).resolve()), entries, sys.argv[2:])
        if os.environ.get("UPDATE") == "1":
            FIGURES.write_text(written(entries))
    wrong += check_table(entries)
    for words in wrong:
        print(words, file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
