#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""run_analysis.py clang-tidy|fanalyzer BUILD MODULE: static analysis of one module's sources.

A file whose text, headers, flags and checks have not changed since it last
passed is not read again: the build folder keeps a stamp per file.
"""

import hashlib
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tree import ROOT, files

SECONDS_PER_FILE = 180


def tidy_command(build, source, _):
    return ["clang-tidy", "--quiet", "-p", str(build), "--extra-arg=-Wno-unknown-warning-option",
            str(source)]


def fanalyzer_command(_, __, compiled):
    """The compiler's own command with the analyzer on and its output thrown away."""
    words = shlex.split(compiled)
    for flag in ("-o", "-MF", "-MQ"):
        if flag in words:
            at = words.index(flag)
            del words[at:at + 2]
    words = [word for word in words if word != "-MD"]
    return words + ["-fanalyzer", "-fdiagnostics-color=never", "-o", "/dev/null"]


TOOLS = {"clang-tidy": tidy_command, "fanalyzer": fanalyzer_command}


def outside(tool, module):
    """A digest of all that the verdict on a file of this module can depend on, but the file."""
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes() + Path(__file__).read_bytes())
    for header in files("*.h", under="src"):
        digest.update(str(header).encode() + header.read_bytes())
    return f"{tool} {module} {digest.hexdigest()}"


def passes(command, build):
    """The verdict is the exit status: clang-tidy's text also has noise about system headers."""
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=build,
                             timeout=SECONDS_PER_FILE)
    except subprocess.TimeoutExpired:
        print(f"{command[-1]}: over {SECONDS_PER_FILE} s")
        return False
    if run.returncode:
        text = (run.stdout + run.stderr).replace(str(ROOT) + "/", "")
        print(re.sub(r"\S*?\.\./(?=src/)", "", text))
    return run.returncode == 0


def main():
    tool, build, module = sys.argv[1], Path(sys.argv[2]).resolve(), sys.argv[3]
    stamps = build / "analysis"
    stamps.mkdir(exist_ok=True)
    compiled = {str((build / entry["directory"] / entry["file"]).resolve()): entry["command"]
                for entry in json.loads((build / "compile_commands.json").read_text())}
    context = outside(tool, module)
    failed = 0
    for source in files("*.c", under=f"src/{module}"):
        flags = compiled.get(str(source.resolve()))
        if flags is None:
            print(f"{source.relative_to(ROOT)}:1: no module's meson.build lists it")
            failed += 1
            continue
        digest = hashlib.sha256((context + flags).encode() + source.read_bytes()).hexdigest()
        stamp = stamps / f"{tool}-{module}-{source.name}"
        if stamp.exists() and stamp.read_text() == digest:
            continue
        if passes(TOOLS[tool](build, source, flags), build):
            stamp.write_text(digest)
        else:
            failed += 1
    sys.exit(1 if failed else 0)


main()
