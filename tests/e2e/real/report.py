# SPDX-License-Identifier: Apache-2.0
"""Cases, told as they end and counted."""

import time
import traceback

from process import Failure, MachineTooSlow


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    def check(self, name, holds):
        """One case: passed when holds() returns, failed when it raises, skipped when the machine was too slow
        for it.  Returns what holds() returned; after a failure Abandoned, since what comes next in a scenario
        would fail for the same reason."""
        began = time.monotonic()
        try:
            value = holds()
        except MachineTooSlow as error:
            self.skipped += 1
            print(f"ok {self.told()} - {name} # SKIP the machine was too slow: {error}", flush=True)
            return None
        except (Failure, OSError) as error:
            self.fail(name, str(error))
            raise Abandoned from error
        except Exception:  # the test's own mistake: a failed case too, and where it was
            self.fail(name, traceback.format_exc())
            raise Abandoned from None
        self.passed += 1
        print(f"ok {self.told()} - {name} ({time.monotonic() - began:.0f} s)", flush=True)
        return value

    def told(self):
        return self.passed + self.failed + self.skipped

    def check_each(self, cases):
        """Cases that do not rest upon one another, as (name, holds): all are looked at."""
        failed = False
        for name, holds in cases:
            try:
                self.check(name, holds)
            except Abandoned:
                failed = True
        if failed:
            raise Abandoned

    def fail(self, name, why):
        self.failed += 1
        print(f"not ok {self.told()} - {name}", flush=True)
        for line in why.splitlines():
            print(f"    {line}", flush=True)


def repeated(attempt):
    """attempt(is_last): what the machine was too slow for at first is tried once more, and only then skipped."""
    try:
        attempt(False)
    except MachineTooSlow as error:
        print(f"# the machine was too slow: {error}; once more", flush=True)
        attempt(True)


class Abandoned(Exception):
    """A scenario ended with its first failed case."""


def expect(holds, what):
    if not holds:
        raise Failure(what)
