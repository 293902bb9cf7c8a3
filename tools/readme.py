#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""readme.py NODETOLL: put the real output of `nodetoll contrast` into README.md, between the
line that shows the command and the end of its block."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
COMMAND = "$ nodetoll contrast\n"


def main():
    env = {**os.environ, "NODETOLL_MODELS": str(ROOT / "models")}
    shown = subprocess.run([sys.argv[1], "contrast"], capture_output=True, text=True, check=True, env=env).stdout
    text = README.read_text()
    new, n = re.subn(re.escape(COMMAND) + r".*?^```$", lambda _: COMMAND + shown + "```", text,
                     count=1, flags=re.S | re.M)
    if n != 1:
        sys.exit(f"README.md has no block that begins with '{COMMAND.strip()}'")
    README.write_text(new)


main()
