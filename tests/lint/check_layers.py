#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Includes against the layer table in src/meson.build.

The linker sees calls without includes; this sees includes without calls.  It
also sees to it that the map in src/cli/main.c names every source file.
"""

import fnmatch
import re

from tree import ROOT, Findings, files, layers

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)

# Nothing that is simulated may ask the machine for the time, the network or a
# rounding of its own: the drivers and the program's edge do that.
EDGE = {"base", "models", "report", "estimate", "cli", "live", "client", "hollow"}
OUTSIDE_WORLD = ("time.h", "sys/time.h", "sys/socket.h", "netinet/", "arpa/", "poll.h",
                 "sys/epoll.h", "unistd.h", "math.h", "fenv.h", "event2/", "curl/")
THIRD_PARTY = ("cjson/", "libfyaml.h", "event2/", "curl/", "nghttp2/", "openssl/", "uthash.h",
               "utlist.h", "yaml.h")


def check_order(table, found):
    seen = set()
    for name, (uses, _) in table.items():
        for lower in uses:
            if lower not in seen:
                found.add(ROOT / "src/meson.build", 1, f"{name} uses {lower}, which is not below it")
        seen.add(name)


def check_own(path, line, target, module, table, found):
    head, slash, _ = target.partition("/")
    if not slash:
        found.add(path, line, f'"{target}": write it as "{module}/{target}", from src/')
    elif head not in table:
        found.add(path, line, f'"{target}": {head} is not in the layer table')
    elif head != module and head not in table[module][0]:
        found.add(path, line, f'"{target}": {module} may not use {head} (src/meson.build)')


def check_foreign(path, line, target, module, table, found):
    if target.startswith(THIRD_PARTY):
        allowed = [rule.split(": ") for rule in table[module][1]]
        if not any(fnmatch.fnmatch(path.name, where) and target.startswith(what)
                   for where, what in allowed):
            found.add(path, line, f"<{target}> is not at home here (src/meson.build)")
    elif module not in EDGE and target.startswith(OUTSIDE_WORLD):
        found.add(path, line, f"<{target}>: {module} has no clock, no I/O and no libm")


def check_map(found):
    """In the comment, ' * module/' begins a module; a name may be a pattern: doc*."""
    path = ROOT / "src/cli/main.c"
    comment = path.read_text().partition("#include")[0]
    named = {}
    module = None
    for line in comment.splitlines():
        start = re.match(r" \* (\w+)/ ", line)
        module = start.group(1) if start else module
        named.setdefault(module, set()).update(re.findall(r"[\w*]+", line))
    headers = [h for h in files("*.h", under="src") if not h.stem.endswith("_priv")]
    for source in files("*.c", under="src") + headers:
        own = source.parent.name
        if not any(fnmatch.fnmatch(source.stem, name) for name in named.get(own, ()) if name != "*"):
            found.add(path, 1, f"the map does not name {own}/{source.name}")


def main():
    table = layers()
    found = Findings()
    check_order(table, found)
    check_map(found)
    for path in files("*.c", "*.h", under="src"):
        module = path.relative_to(ROOT / "src").parts[0]
        if module not in table:
            found.add(path, 1, f"{module} is not in the layer table (src/meson.build)")
            continue
        text = path.read_text()
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(1)) + 1
            check = check_own if match.group(1) == '"' else check_foreign
            check(path, line, match.group(2), module, table, found)
    found.exit()


main()
