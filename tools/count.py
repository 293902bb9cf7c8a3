#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""count.py PASSED FAILED JUNIT...: names what failed, prints the sum of all test runs as the last line.

A program that speaks TAP counts case by case, any other program as one.
"""

import sys
import xml.etree.ElementTree as xml


def show(tap):
    for line in tap.splitlines():
        if line.startswith(("not ok", "#", "Bail")):
            print("    " + line)


def main():
    passed, failed = int(sys.argv[1]), int(sys.argv[2])
    skipped = []
    for path in sys.argv[3:]:
        try:
            cases = [(suite, case) for suite in xml.parse(path).getroot().iter("testsuite")
                     for case in suite.iter("testcase")]
        except (OSError, xml.ParseError) as error:
            print(f"FAILED: {path}: {error}")
            failed += 1
            continue
        told = set()
        for suite, case in cases:
            name = f"{path.split('/')[1]}: {suite.get('name')}: {case.get('name')}"
            if case.find("failure") is not None or case.find("error") is not None:
                print(f"FAILED: {name}")
                failed += 1
                if suite not in told:  # what a TAP program said of its failures, once
                    told.add(suite)
                    show(suite.findtext("system-out") or "")
            elif case.find("skipped") is not None:
                skipped.append(name)
            else:
                passed += 1
    for name in skipped:
        print(f"skipped: {name}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
