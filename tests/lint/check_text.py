#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What can be seen in the text alone: length, licence line, left-over marks, machine paths,
clocks, and floating point in the simulation path."""

import re
import subprocess

from tree import ROOT, Findings, files, without_comments

MAX_LINES = 600
# Bytes as they came, or as a program must print them.
DATA = {("tests", "fuzz"), ("tests", "golden"), ("tests", "recordings"), ("models", "calibration")}
SPDX = "SPDX-License-Identifier: Apache-2.0"
# Split, so that this file passes its own check.
MARKS = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b")
MACHINE = re.compile(r"(?<![\w.$}/-])/(?:home|root|work|Users|tmp/(?:build|plan))(?:/|\b)")
SIMULATED = {"sim", "pleg", "secretcache", "runtime_mock", "agent", "apiserver", "fleet"}
FLOATING = re.compile(r"\b(?:double|float|long double|strtod|atof|lround|llround)\b")
CLOCKS = re.compile(r"\b(?:clock_gettime|gettimeofday|time|clock|localtime|localtime_r|gmtime|rand"
                    r"|random|srand)\s*\(")


def tracked_text():
    """Every file that git tracks or would, as text; what is not text is left out."""
    try:
        listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard"],
                                capture_output=True, check=True).stdout.decode()
        paths = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):  # no git, or a source archive
        paths = files("*")
    for path in paths:
        if not path.is_file():
            continue
        try:
            yield path, path.read_text()
        except UnicodeDecodeError:
            continue


def each(pattern, text):
    for match in pattern.finditer(text):
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        yield text.count("\n", 0, start) + 1, match.group().strip()


def check_any(path, text, found):
    for line, mark in each(MARKS, text):
        found.add(path, line, f"{mark}: do it, or open an issue")
    for line, place in each(MACHINE, text):
        found.add(path, line, f"{place}: a path of one machine")
    if path.relative_to(ROOT).parts[:2] in DATA:
        return
    if "\r" in text:
        found.add(path, 1, "carriage returns")
    if text and not text.endswith("\n"):
        found.add(path, text.count("\n") + 1, "no newline at the end")


def check_source(path, text, found):
    n_lines = text.count("\n")
    if n_lines > MAX_LINES:
        found.add(path, n_lines, f"{n_lines} lines, at most {MAX_LINES}: split it")
    if SPDX not in "".join(text.splitlines(True)[:3]):
        found.add(path, 1, f"begins without {SPDX}")


def check_c(path, text, found):
    code = without_comments(text)
    parts = path.relative_to(ROOT).parts
    if parts[0] != "src":
        return
    module = parts[1]
    in_path = module in SIMULATED or path.stem in ("rng", "hist", "ns") and module == "base"
    if in_path:
        for line, word in each(FLOATING, code):
            found.add(path, line, f"{word}: the simulation path is integers only")
    if module not in ("cli", "live", "hollow"):
        for line, word in each(CLOCKS, code):
            found.add(path, line, f"{word}): only cli, live and hollow may ask the machine")


def main():
    found = Findings()
    for path, text in tracked_text():
        check_any(path, text, found)
        if path.suffix in (".c", ".h", ".py", ".sh"):
            check_source(path, text, found)
        if path.suffix in (".c", ".h"):
            check_c(path, text, found)
    found.exit()


main()
