#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""check_readme.py NODETOLL: what README.md shows of a command is what it prints.

A fenced block that begins with "$ nodetoll ..." is such a command and its output.
UPDATE=1 writes the output anew: read the difference before you commit it."""

import difflib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
BLOCK = re.compile(r"(?<=^```\n)\$ nodetoll (?P<arguments>.*)\n(?P<output>(?:(?!```).*\n)*)", re.MULTILINE)


def printed(program, arguments):
    return subprocess.run([program, *shlex.split(arguments)], stdout=subprocess.PIPE, text=True, check=True).stdout


def main():
    text = README.read_text()
    shown = list(BLOCK.finditer(text))
    differs = not shown
    for block in reversed(shown):
        is_now = printed(sys.argv[1], block["arguments"])
        if is_now == block["output"]:
            continue
        differs = True
        sys.stdout.writelines(difflib.unified_diff(block["output"].splitlines(True), is_now.splitlines(True),
                                                   "README.md", "nodetoll " + block["arguments"]))
        text = text[:block.start("output")] + is_now + text[block.end("output"):]
    if os.environ.get("UPDATE"):
        README.write_text(text)
    elif differs:
        sys.exit("README.md shows something else" if shown else "README.md shows no command")


if __name__ == "__main__":
    main()
