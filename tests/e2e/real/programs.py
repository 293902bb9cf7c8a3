# SPDX-License-Identifier: Apache-2.0
"""The programs of a control plane: etcd from Debian's package, and kube-apiserver,
kube-controller-manager, kube-scheduler and kubectl built from Debian's source package.

Both are unpacked in a cache beside each other and never installed: an installed etcd-server would start a
service.  The first run takes some minutes, later ones ask nobody.
"""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

# The release whose kubelet the models are validated against, and the one that Debian 12 has.
RELEASE = "1.20"
BUILT = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"]
RUN_SECONDS = 900  # five times what the build takes two processors with nothing else to do
TELL_EVERY_SECONDS = 60
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nodetoll"


class Unavailable(Exception):
    """The programs cannot be had here: no network, no Debian, another release."""


class NotBuilt(Exception):
    """What they are made of is here, and they could not be made: nobody may take that for a machine that has none."""


def folder():
    """The folder that holds the programs; made first, if this is the first time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once build once
        for made in sorted(CACHE.glob(f"control-plane-{RELEASE}.*"), reverse=True):
            return made
        return make()


def make():
    # Processors may be scarce, but room for 4 GB of intermediate results is needed: not on a tmpfs.
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="making-") as work:
        work = Path(work)
        apt = source_lists(work)
        source, version = fetch_source(work, apt)
        (work / "bin").mkdir()
        fetch_etcd(work)
        build(work, source, version)
        made = CACHE / f"control-plane-{version}"
        (work / "bin").rename(made)
    return made


def run(what, argv, cwd, env=None, error_is=Unavailable):
    log = cwd / "log"
    with log.open("ab") as out:
        try:
            status = finish(what, subprocess.Popen(
                argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, start_new_session=True))
            if status == 0:
                return
            why = f"exit status {status}"
        except OSError as error:
            why = str(error)
    tail = log.read_text(errors="replace").splitlines()[-8:]
    raise error_is("\n    ".join([f"{what}: {why}", *tail]))


def finish(what, child):
    """Its exit status; whoever waits is told every minute, and what takes for ever is ended with all that it
    started."""
    began = told = time.monotonic()
    try:
        while child.poll() is None:
            time.sleep(0.2)
            now = time.monotonic()
            if now > began + RUN_SECONDS:
                raise TimeoutError(f"not done in {RUN_SECONDS} s")
            if now > told + TELL_EVERY_SECONDS:
                told = now
                print(f"# {what}: {now - began:.0f} s", flush=True)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


def source_lists(work):
    """apt-get with the sources of the machine's own Debian mirrors, in lists of our own."""
    targets = ["apt-get", "indextargets", "--format", "deb-src $(REPO_URI) $(CODENAME) $(COMPONENT)",
               "Created-By: Packages", "Origin: Debian"]
    try:
        lines = subprocess.run(targets, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(f"no apt-get that knows Debian: {error}") from error
    (work / "sources.list").write_text(lines)
    (work / "lists" / "partial").mkdir(parents=True)
    apt = ["apt-get", "-q", "-o", f"Dir::Etc::SourceList={work}/sources.list",
           "-o", "Dir::Etc::SourceParts=-", "-o", f"Dir::State::Lists={work}/lists"]
    run("the lists of Debian's sources", apt + ["update"], work)
    return apt


def fetch_source(work, apt):
    print("# fetching Debian's source of kubernetes", flush=True)
    run("Debian's source of kubernetes", apt + ["source", "kubernetes"], work)
    dsc = next(work.glob("kubernetes_*.dsc")).name
    # 1.20.5+really1.20.2-1.1+deb12u1: what it really is stands before Debian's revision.
    version = re.search(r"([0-9.]+)-[^-]*\.dsc$", dsc).group(1)
    if not version.startswith(RELEASE + "."):
        raise Unavailable(f"this Debian has kubernetes {version}, not {RELEASE}")
    return next(path for path in work.glob("kubernetes-*") if path.is_dir()), version


def fetch_etcd(work):
    run("Debian's etcd-server", ["apt-get", "-q", "download", "etcd-server"], work)
    package = next(work.glob("etcd-server_*.deb"))
    run("unpacking etcd-server", ["dpkg-deb", "-x", package, "etcd"], work, error_is=NotBuilt)
    shutil.copy2(work / "etcd/usr/bin/etcd", work / "bin/etcd")


def build(work, source, version):
    """As debian/rules builds kubectl, and three programs more."""
    print(f"# building kubernetes {version}: three minutes where two processors have nothing else to do, once",
          flush=True)
    (source / ".go/src/k8s.io").mkdir(parents=True)
    (source / ".go/src/k8s.io/kubernetes").symlink_to("../../..")
    major, minor = version.split(".")[:2]
    (source / "version").write_text(
        f"KUBE_GIT_COMMIT=debian KUBE_GIT_TREE_STATE=archive KUBE_GIT_VERSION=v{version}"
        f" KUBE_GIT_MAJOR={major} KUBE_GIT_MINOR={minor}\n")
    environment = dict(
        os.environ, HOME=str(work), GOPATH=str(source / ".go"),
        GOFLAGS="", CGO_ENABLED="0", KUBE_GIT_VERSION_FILE=str(source / "version"),
        PATH="/usr/lib/go/bin:/usr/bin:/bin:" + os.environ["PATH"])
    what = "WHAT=" + " ".join(f"cmd/{name}" for name in BUILT)
    run("the build of kubernetes", ["nice", "-n", "19", "make", what], source, environment, NotBuilt)
    for name in BUILT:
        shutil.copy2(source / "_output/bin" / name, work / "bin" / name)
