# SPDX-License-Identifier: Apache-2.0
"""What the lint scripts share: the files of the tree and the layer table."""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_SOURCE = {".git", "__pycache__", ".cache"}


class Findings:
    """Collects file:line messages; the exit status says whether there were any."""

    def __init__(self):
        self.n = 0

    def add(self, path, line, text):
        path = Path(path)
        shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        print(f"{shown}:{line}: {text}")
        self.n += 1

    def exit(self):
        sys.exit(1 if self.n else 0)


def files(*patterns, under=""):
    """Files below ROOT/under whose name fits one of the patterns, build folders left out."""
    found = []
    for path in sorted((ROOT / under).rglob("*")):
        parts = path.relative_to(ROOT).parts
        if parts[0].startswith("build") or NOT_SOURCE.intersection(parts):
            continue
        if path.is_file() and any(path.match(p) for p in patterns):
            found.append(path)
    return found


def layers():
    """The rows of the layer table in src/meson.build: name -> (may use, third party)."""
    text = (ROOT / "src/meson.build").read_text()
    table = re.search(r"^layers = (\[\n.*?^\])\n# End of the layer table\.", text, re.M | re.S)
    if not table:
        sys.exit("src/meson.build:1: the layer table was not found")
    # Its rows are lists of strings, which Python and meson write alike.
    return {name: (uses, third) for name, uses, third in ast.literal_eval(table.group(1))}


def without_comments(text):
    """C text with comments and string contents blanked, its lines kept."""

    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())

    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(pattern, blank, text, flags=re.S)
