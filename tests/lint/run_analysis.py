#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""run_analysis.py clang-tidy|fanalyzer BUILD MODULE: static analysis of one module's sources.

A file whose text, headers, flags and checks have not changed since it last
passed is not read again: the build folder keeps a stamp per file.

clang's analyzer follows a function's paths up to a number of states.  A third of its default, which
it takes itself when it is to be quick, reaches every block that the default reaches; the rest went
into more orders of the same branches, in functions that the default mostly does not come to the end
of either.  NODETOLL_TIDY_NODES=225000 is the default.
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tree import ROOT, files

SECONDS_PER_FILE = 180
STATES = os.environ.get("NODETOLL_TIDY_NODES", "75000")


def flags_of(compiled):
    """The compiler's command without what it is told to write and to read."""
    words = shlex.split(compiled)
    if Path(words[0]).name == "ccache":
        del words[0]
    for flag in ("-o", "-MF", "-MQ", "-c"):
        if flag in words:
            at = words.index(flag)
            del words[at:at + 2]
    return [word for word in words if word != "-MD"]


def tidy_command(source, compiled):
    return ["clang-tidy", "--quiet", "--extra-arg=-Wno-unknown-warning-option", str(source), "--",
            *flags_of(compiled)[1:], "-Xclang", "-analyzer-config", "-Xclang", f"max-nodes={STATES}"]


def fanalyzer_command(source, compiled):
    """The compiler's own command with the analyzer on and its output thrown away."""
    return [*flags_of(compiled), "-fanalyzer", "-fdiagnostics-color=never", "-o", "/dev/null", "-c",
            str(source)]


def compiled_by(build):
    """The command that compiles each file into the program.  bench/ compiles two modules once more, with
    flags of its own: clang-tidy by itself would read those twice."""
    entries = json.loads((build / "compile_commands.json").read_text())
    return {str((build / entry["directory"] / entry["file"]).resolve()): entry["command"]
            for entry in entries if not entry["output"].startswith("bench/")}


TOOLS = {"clang-tidy": tidy_command, "fanalyzer": fanalyzer_command}


def outside(tool, module):
    """A digest of all that the verdict on a file of this module can depend on, but the file."""
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes() + Path(__file__).read_bytes())
    for header in files("*.h", under="src"):
        digest.update(str(header).encode() + header.read_bytes())
    return f"{tool} {STATES} {module} {digest.hexdigest()}"


def passes(command, source, build):
    """The verdict is the exit status: clang-tidy's text also has noise about system headers."""
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=build,
                             timeout=SECONDS_PER_FILE)
    except subprocess.TimeoutExpired:
        print(f"{source.relative_to(ROOT)}:1: over {SECONDS_PER_FILE} s")
        return False
    if run.returncode:
        text = (run.stdout + run.stderr).replace(str(ROOT) + "/", "")
        print(re.sub(r"\S*?\.\./(?=src/)", "", text))
    return run.returncode == 0


def main():
    tool, build, module = sys.argv[1], Path(sys.argv[2]).resolve(), sys.argv[3]
    stamps = build / "analysis"
    stamps.mkdir(exist_ok=True)
    compiled = compiled_by(build)
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
        if passes(TOOLS[tool](source, flags), source, build):
            stamp.write_text(digest)
        else:
            failed += 1
    sys.exit(1 if failed else 0)


main()
