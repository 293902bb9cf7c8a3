#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""embed.py OUT.c NAME=FILE...: files as C strings, const char asset_NAME[] (src/report/assets.h declares
them); of styles and scripts also asset_NAME_sha256[], as a Content-Security-Policy names them."""

import base64
import hashlib
import sys
from pathlib import Path

PER_LINE = 24


def string(name, data):
    """As an array: a string literal of this length is beyond what C promises."""
    values = [f"'\\x{byte:02x}'" if byte > 127 else str(byte) for byte in data + b"\0"]
    lines = [", ".join(values[i:i + PER_LINE]) for i in range(0, len(values), PER_LINE)]
    return f"const char {name}[] = {{\n" + ",\n".join(lines) + "};\n"


def main():
    out = '#include "report/assets.h"\n\n'
    for argument in sys.argv[2:]:
        name, path = argument.split("=", 1)
        data = Path(path).read_bytes()
        data.decode("utf-8")
        if b"\0" in data or b"</script" in data.lower() or b"</style" in data.lower():
            sys.exit(f"{path}: cannot stand inside a page")
        out += string("asset_" + name, data)
        if Path(path).suffix in (".css", ".js"):
            digest = base64.b64encode(hashlib.sha256(data).digest())
            out += string(f"asset_{name}_sha256", digest)
    Path(sys.argv[1]).write_text(out)


main()
