#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every header compiles alone, twice in one file, and a source begins with its module's own."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tree import ROOT, Findings, files

FLAGS = ["-std=gnu11", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
         "-Wstrict-prototypes", "-Wundef", "-x", "c", "-"]


def compile_alone(header):
    name = header.relative_to(ROOT / "src")
    text = f'#include "{name}"\n#include "{name}"\n'
    run = subprocess.run([sys.argv[1] if len(sys.argv) > 1 else "cc", f"-I{ROOT / 'src'}", *FLAGS],
                         input=text, text=True, capture_output=True, check=False)
    return header, run.returncode, run.stderr


def main():
    found = Findings()
    headers = files("*.h", under="src")
    with ThreadPoolExecutor(2) as pool:
        for header, status, errors in pool.map(compile_alone, headers):
            if status:
                found.add(header, 1, "does not compile alone:\n" + errors)
    for source in files("*.c", under="src"):
        first = re.search(r'^#include\s+["<]([^">]+)', source.read_text(), re.M)
        module = source.parent.name
        if source.with_suffix(".h").exists() and not (first and first.group(1).startswith(module + "/")):
            found.add(source, 1, f"a header of {module}/ is to be its first include")
    found.exit()


main()
