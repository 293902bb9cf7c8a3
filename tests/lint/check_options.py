#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""check_options.py [NODETOLL]: the manual page and the completions know every command and option
that the program has, and no other."""

import os
import re
import subprocess
import sys

from tree import ROOT, Findings

FILES = ["docs/nodetoll.1", "completions/nodetoll.bash", "completions/_nodetoll"]
# Words with dashes that are no options of nodetoll.
OTHERS = {"no", "warnings"}


def options_of(program, *command):
    run = subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=True,
                         env={**os.environ, "NODETOLL_MODELS": str(ROOT / "models")})
    return set(re.findall(r"^\s+(?:-\w, )?--([a-z-]+)", run.stdout, re.M)), run.stdout


def main():
    found = Findings()
    if len(sys.argv) < 2:
        return
    _, usage = options_of(sys.argv[1])
    commands = re.findall(r"^  ([a-z]+)\b", usage, re.M)
    options = {"version"}.union(*(options_of(sys.argv[1], command)[0] for command in commands))
    for name in FILES:
        path = ROOT / name
        text = path.read_text().replace("\\-", "-")
        named = set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", text))
        for option in sorted(options - named):
            found.add(path, 1, f"--{option} is missing")
        for option in sorted(named - options - OTHERS):
            found.add(path, 1, f"--{option} is no option of nodetoll")
        for command in commands:
            if not re.search(rf"\b{command}\b", text):
                found.add(path, 1, f"the command {command} is missing")
    found.exit()


main()
