# SPDX-License-Identifier: Apache-2.0
"""Processes that a test starts and that never outlive it, and waits that poll."""

import ctypes
import signal
import socket
import subprocess
import time

PR_SET_PDEATHSIG = 1  # linux/prctl.h
# Nothing is expected to take so long; how much longer things take than they should, the machine decides, and
# that it is slow fails no test.
PATIENCE_SECONDS = 300


class MachineTooSlow(Exception):
    """What was looked at hangs on time, and there was too little of it: nothing can be said."""


class Failure(Exception):
    """What was expected did not come true."""


def wait_for(what, holds, every=0.25, alive=(), seconds=PATIENCE_SECONDS):
    """Poll until holds() is true and return its value.  What it raises of OSError counts as not yet;
    a process of alive that has ended counts as never."""
    until = time.monotonic() + seconds
    seen = None
    while True:
        try:
            seen = holds()
            if seen:
                return seen
        except OSError as error:
            seen = error
        for process in alive:
            process.check()
        if time.monotonic() > until:
            raise Failure(f"{what}: not within {seconds} s; at the end: {seen!r}")
        time.sleep(every)


def free_ports(n):
    """Ports of the loopback that nobody has now, all different."""
    sockets = [socket.socket() for _ in range(n)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def die_with_parent():
    """In the child before exec: its end follows ours, however we end."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A program with its output in a file."""

    def __init__(self, name, argv, log, stdout=None, env=None):
        self.name = name
        self.argv = [str(arg) for arg in argv]
        self.log = log
        self.stdout = stdout  # a path of its own, or None: in the log too
        self.env = env
        self.child = None

    def start(self):
        with self.log.open("ab") as log, (self.stdout or self.log).open("ab") as out:
            self.child = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=out, stderr=log, env=self.env,
                start_new_session=True,  # so that ^C reaches us alone, and we stop it in order
                preexec_fn=die_with_parent)
        return self

    def running(self):
        return self.child is not None and self.child.poll() is None

    def check(self):
        if not self.running():
            status = self.child.returncode if self.child else "never started"
            raise Failure(f"{self.name} has ended ({status}):\n{self.tail()}")

    def tail(self, n=12):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-n:])

    def kill(self):
        if self.running():
            self.child.kill()
            self.child.wait()

    def stop(self, number=signal.SIGTERM, seconds=PATIENCE_SECONDS):
        """Ask it to end and return its exit status; insist when it does not."""
        if self.running():
            self.child.send_signal(number)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise Failure(f"{self.name}: still there {seconds} s after signal {number}") from None
        return self.child.returncode if self.child else None
