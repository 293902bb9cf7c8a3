#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over the sources of one module.

A file whose text, headers and checks have not changed since it last passed is
not read again: the build folder keeps a stamp per file.
"""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

from tree import ROOT, files

SECONDS_PER_FILE = 180


def context(module):
    """A digest of all that the verdict on a file of this module can depend on, but the file."""
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for header in files("*.h", under="src"):
        digest.update(str(header).encode() + header.read_bytes())
    return digest.hexdigest() + module


def tidy(build, source):
    """Run clang-tidy; its verdict is its exit status, the rest is noise about system headers."""
    command = ["clang-tidy", "--quiet", "-p", str(build), "--extra-arg=-Wno-unknown-warning-option",
               str(source)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False,
                             timeout=SECONDS_PER_FILE)
    except subprocess.TimeoutExpired:
        print(f"{source}: clang-tidy took over {SECONDS_PER_FILE} s")
        return False
    if run.returncode:
        print(re.sub(r"\S*?/\.\./(?:\.\./)*(?=src/)", "", run.stdout.replace(str(ROOT) + "/", "")))
    return run.returncode == 0


def main():
    build, module = Path(sys.argv[1]), sys.argv[2]
    stamps = build / "tidy-stamps"
    stamps.mkdir(exist_ok=True)
    compiled = {str((build / entry["directory"] / entry["file"]).resolve()): entry["command"]
                for entry in json.loads((build / "compile_commands.json").read_text())}
    outside = context(module)
    failed = 0
    for source in files("*.c", under=f"src/{module}"):
        command = compiled.get(str(source.resolve()))
        if command is None:
            print(f"{source.relative_to(ROOT)}:1: no module's meson.build lists it")
            failed += 1
            continue
        digest = hashlib.sha256((outside + command).encode() + source.read_bytes()).hexdigest()
        stamp = stamps / f"{module}-{source.name}"
        if stamp.exists() and stamp.read_text() == digest:
            continue
        if tidy(build, source):
            stamp.write_text(digest)
        else:
            failed += 1
    sys.exit(1 if failed else 0)


main()
