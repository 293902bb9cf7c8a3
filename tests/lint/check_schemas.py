#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""check_schemas.py [NODETOLL]: every file of a kind, and what the program prints, against
models/schema/<kind>.json."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import yaml

from tree import ROOT, Findings, files

SCHEMAS = ROOT / "models/schema"
MODELS = ROOT / "models"

# Small runs, one of each kind of output.  A command that the program does not
# have yet is left out; one that fails is a finding.
OUTPUTS = {
    "contrast": ["contrast", "--nodes", "3", "--pods-per-node", "5", "--duration", "30s",
                 "--warmup", "10s", "-o", "json"],
    "estimate": ["estimate", "container-checkpoint-audit", "kube-proxy", "evented-pleg", "-o", "json"],
    "models list": ["models", "list", "-o", "json"],
    "models explain": ["models", "explain", "kubelet:v1.36", "-o", "json"],
    "incidents": ["incidents", "run", "-o", "json"],
    "sweep": ["sweep", "quiet-5000x30", "--vary", "podsPerNode=5..15/5", "--set", "nodes=2", "--set",
              "duration=30s", "--set", "warmup=10s", "-o", "json"],
    "compare": ["compare", "kubelet:v1.12", "kubelet:v1.20", "--set", "nodes=2", "--set",
                "duration=30s", "--set", "warmup=10s", "--seeds", "2", "--gate",
                "runtime.calls.perNode < 100/s", "-o", "json"],
    "validate": ["validate", str(ROOT / "tests/recordings/kubelet-1.20.2-containerd-30.json"),
                 "--seeds", "2", "--min-within", "0", "-o", "json"],
}


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema, as libfyaml reads it: no `on`, no sexagesimals, no dates."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""])):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"),
                                     list(first))


def schemas(found):
    """kind in lower case -> validator; every schema must itself be one."""
    by_kind = {}
    for path in files("*.json", under="models/schema"):
        try:
            schema = json.loads(path.read_text())
            jsonschema.Draft7Validator.check_schema(schema)
        except (json.JSONDecodeError, jsonschema.SchemaError) as error:
            found.add(path, 1, f"is not a JSON schema: {str(error).splitlines()[0]}")
            continue
        by_kind[path.name.split(".")[0].lower()] = jsonschema.Draft7Validator(schema)
    return by_kind


def check_value(name, value, by_kind, found):
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        found.add(name, 1, "has no kind")
        return
    validator = by_kind.get(kind.lower())
    if validator is None:
        found.add(name, 1, f"kind {kind} has no schema in models/schema/")
        return
    for error in sorted(validator.iter_errors(value), key=lambda e: [str(p) for p in e.absolute_path]):
        place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
        found.add(name, 1, f"{place or 'top'}: {error.message[:300]}")


def given_files():
    for path in files("*.yaml", under="models"):
        yield path
    for folder in ("models/calibration", "tests/recordings"):
        if (ROOT / folder).is_dir():
            yield from files("*.json", under=folder)


def load(path):
    text = path.read_text()
    return json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=CoreLoader)


def commands(program):
    """What the program says it can do."""
    run = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    return set(re.findall(r"^\s+([a-z]+)\b", run.stdout, re.M))


def outputs(program, found):
    known = commands(program)
    runs = {name: args for name, args in OUTPUTS.items() if args[0] in known}
    if "simulate" in known:
        for path in files("*.yaml", under="models/scenario"):
            runs["simulate " + path.stem] = ["simulate", str(path), "--set", "nodes=2",
                                             "--set", "duration=30s", "--set", "warmup=10s",
                                             "-o", "json"]
    env = {**os.environ, "NODETOLL_MODELS": str(MODELS)}
    for name, arguments in runs.items():
        run = subprocess.run([program, *arguments], capture_output=True, text=True, check=False,
                             env=env, timeout=100)
        if run.returncode:
            found.add(Path("nodetoll " + name), 1, f"exit status {run.returncode}: {run.stderr[:300]}")
            continue
        yield Path("nodetoll " + name), json.loads(run.stdout)


def main():
    found = Findings()
    if not SCHEMAS.is_dir():
        print("models/schema/ does not exist yet")
        return
    by_kind = schemas(found)
    for path in given_files():
        try:
            check_value(path, load(path), by_kind, found)
        except (yaml.YAMLError, json.JSONDecodeError) as error:
            found.add(path, 1, str(error).replace("\n", " "))
    if len(sys.argv) > 1:
        for name, value in outputs(sys.argv[1], found):
            check_value(name, value, by_kind, found)
    found.exit()


main()
