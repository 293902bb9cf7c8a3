#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""No mutable state outlives a call: no object of a module's library lies in writable memory.

The object files know it better than the text: statics in functions, arrays and
uninitialised globals all have a symbol in .data or .bss.  Tables of constant
pointers lie in .data.rel.ro, which is read-only once loaded.
"""

import re
import subprocess
import sys

WRITABLE = re.compile(r"^(?:\.t?data|\.t?bss|\*COM\*)(?!\.rel\.ro)")


def main():
    failed = False
    for archive in sys.argv[1:]:
        run = subprocess.run(["objdump", "-t", archive], capture_output=True, text=True, check=True)
        unit = archive
        for line in run.stdout.splitlines():
            header = re.match(r"(\S+):\s+file format", line)
            if header:
                unit = header.group(1)
                continue
            # value, flags, section, size, perhaps .hidden, name; an object's flags end in O
            fields = [field for field in line.split() if field != ".hidden"]
            if "O" in fields[1:3] and WRITABLE.match(fields[-3]):
                print(f"{unit}: {fields[-1]} is mutable and outlives a call")
                failed = True
    sys.exit(1 if failed else 0)


main()
