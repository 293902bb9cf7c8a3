#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""check_metrics.py [--write]: docs/METRICS.md says what the schemas of the results say.

With --write it is written anew from models/schema/; without, a difference is a finding."""

import json
import sys

from tree import ROOT, Findings

OUTPUT = ROOT / "docs/METRICS.md"
KINDS = [("contrast", "`nodetoll contrast`"), ("result", "`nodetoll simulate`"),
         ("estimate", "`nodetoll estimate`"), ("incidents", "`nodetoll incidents`"), ("comparison", "`nodetoll compare`"), ("sweep", "`nodetoll sweep`"),
         ("validation", "`nodetoll validate`"), ("agreement", "`nodetoll agree`"),
         ("servercounts", "`nodetoll serve`"), ("modellist", "`nodetoll models list`"),
         ("modelexplanation", "`nodetoll models explain`")]
INTRO = """# Metrics

Every field of every result, from the schemas in `models/schema/` (this file is written by
`tests/lint/check_metrics.py --write`). Names are the contract between the commands; names of calls are
Kubernetes' own: audit verb and resource for requests, `operation_type` of
`kubelet_runtime_operations_total` for runtime calls, the CRI method for what reaches the runtime's socket.
`[]` is an entry of a list.

## CSV

`-o csv` is one table with everything that JSON has but sentences and the scenario. The first column, `part`, says
which list or object of the JSON a row is (`runtime`, `objects`, `api`, `rows`, `cost.runtime.added`, ...); of a Result,
`times` are all histograms that no call has, by `name`, `series` has a row a point, `series.byRequest` one a class, and `totals` all single figures. The
other columns are fields, named by their path below that part (`byOperation.list_containers`, `detectionSeconds.p99`); a
row leaves empty what it does not have. Read columns by name: which there are follows from what was measured. Numbers are
exact, a list (the buckets of a histogram) is one cell.
"""


def resolve(node, schema):
    if "$ref" in node:
        return schema["definitions"][node["$ref"].rsplit("/", 1)[1]]
    for branch in node.get("oneOf", []):
        if branch.get("type") != "null":
            return {**branch, "description": node.get("description", ""), "nullable": True}
    return node


def type_of(node):
    if "const" in node:
        return f"`{node['const']}`"
    kind = node.get("type", "")
    kinds = kind if isinstance(kind, list) else [kind]
    if "enum" in node and len(node["enum"]) <= 6:
        return ", ".join("null" if word is None else f"`{word}`" for word in node["enum"])
    if node.get("nullable"):
        kinds = kinds + ["null"]
    return " or ".join(kinds)


def field(path, node, schema):
    """What a histogram has is said once, at the end."""
    if "$ref" in node:
        yield path, "histogram", node.get("description", "")
    else:
        yield from rows(path, node, schema)


def rows(path, node, schema):
    """One row for a field, then those of what is in it."""
    node = resolve(node, schema)
    if path:
        yield path, type_of(node), node.get("description", "")
    prefix = path + "." if path else ""
    for name, child in node.get("properties", {}).items():
        yield from field(prefix + name, child, schema)
    items = node.get("items")
    if isinstance(items, dict) and items.get("type") == "object":
        for name, child in items["properties"].items():
            yield from field(f"{path}[].{name}", child, schema)
    if isinstance(node.get("additionalProperties"), dict):
        yield f"{prefix}<name>", type_of(node["additionalProperties"]), \
            node["additionalProperties"].get("description", "")


def table(heading, node, schema):
    lines = [f"\n## {heading}\n", "| field | type | meaning |", "| --- | --- | --- |"]
    lines += [f"| `{path}` | {kind} | {text.replace('|', chr(92) + '|')} |"
              for path, kind, text in rows("", node, schema)]
    return "\n".join(lines) + "\n"


def document():
    text = INTRO
    histogram = None
    for name, command in KINDS:
        schema = json.loads((ROOT / f"models/schema/{name}.json").read_text())
        kind = schema["properties"]["kind"]["const"]
        text += table(f"Kind {kind}, {command}", schema, schema)
        histogram = schema.get("definitions", {}).get("histogram", histogram)
    return text + table("A histogram", histogram, {})


def main():
    text = document()
    if sys.argv[1:] == ["--write"]:
        OUTPUT.write_text(text)
        return
    found = Findings()
    if not OUTPUT.exists() or OUTPUT.read_text() != text:
        found.add(OUTPUT, 1, "differs from models/schema/: run tests/lint/check_metrics.py --write")
    found.exit()


main()
