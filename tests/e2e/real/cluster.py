# SPDX-License-Identifier: Apache-2.0
"""A control plane on loopback: etcd, kube-apiserver, kube-controller-manager, kube-scheduler."""

import shutil
import subprocess

from api import Api, Refused
from credentials import Credentials
from process import PATIENCE_SECONDS, Failure, Process, free_ports, wait_for

# Clients of the controllers ask 20 times a second by default; a thousand pods would take minutes.
UNHURRIED = ["--kube-api-qps=300", "--kube-api-burst=600"]

AUDIT_POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata}]
"""


class Cluster:
    """with Cluster(programs, folder) as cluster: all four run and answer; after it none does.

    folder is made anew and stays, with the logs of all four and audit.log.
    """

    def __init__(self, programs, folder, *controller_options):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.programs = programs
        self.folder = folder
        self.audit_log = folder / "audit.log"
        self.credentials = Credentials(folder / "credentials")
        etcd, peer, secure = free_ports(3)
        self.etcd_url = f"http://127.0.0.1:{etcd}"
        self.peer_url = f"http://127.0.0.1:{peer}"
        self.port = secure
        self.url = f"https://127.0.0.1:{secure}"
        self.kubeconfig = self.credentials.kubeconfig("admin", self.url)
        self.api = Api(self.url, self.credentials.ca, self.credentials.tokens["admin"])
        self.etcd = self.process("etcd", self.etcd_options())
        self.apiserver = self.process("kube-apiserver", self.apiserver_options())
        self.controllers = self.process(
            "kube-controller-manager", [*self.controller_options(), *controller_options])
        self.scheduler = self.process("kube-scheduler", [
            "--kubeconfig", self.credentials.kubeconfig("scheduler", self.url),
            "--leader-elect=false", "--port=0", "--secure-port=0", *UNHURRIED])
        self.parts = [self.etcd, self.apiserver, self.controllers, self.scheduler]

    def process(self, name, options):
        return Process(name, [self.programs / name, *options], self.folder / f"{name}.log")

    def etcd_options(self):
        return ["--data-dir", self.folder / "etcd", "--name", "e2e",
                "--listen-client-urls", self.etcd_url, "--advertise-client-urls", self.etcd_url,
                "--listen-peer-urls", self.peer_url, "--initial-advertise-peer-urls", self.peer_url,
                "--initial-cluster", f"e2e={self.peer_url}"]

    def apiserver_options(self):
        made = self.credentials.folder
        policy = self.folder / "audit-policy.yaml"
        policy.write_text(AUDIT_POLICY)
        return [
            "--etcd-servers", self.etcd_url,
            "--bind-address=127.0.0.1", f"--secure-port={self.port}",
            # Where pods would look for it.  There are none, and nothing listens on TEST-NET-1.
            "--advertise-address=192.0.2.1", "--endpoint-reconciler-type=none",
            "--tls-cert-file", made / "apiserver.crt", "--tls-private-key-file", made / "apiserver.key",
            "--client-ca-file", self.credentials.ca,
            "--token-auth-file", self.credentials.tokens_file,
            "--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file", self.credentials.service_account_key,
            "--service-account-signing-key-file", self.credentials.service_account_key,
            "--service-cluster-ip-range=10.0.0.0/24",
            # Blocking: a request is answered when it is in the log, so that counts are whole.
            "--audit-log-path", self.audit_log, "--audit-policy-file", policy,
            "--audit-log-mode=blocking", "--audit-log-maxsize=10000",
        ]

    def controller_options(self):
        return ["--kubeconfig", self.credentials.kubeconfig("controller-manager", self.url),
                "--service-account-private-key-file", self.credentials.service_account_key,
                "--use-service-account-credentials", "--root-ca-file", self.credentials.ca,
                "--leader-elect=false", "--port=0", "--secure-port=0", *UNHURRIED]

    def __enter__(self):
        try:
            self.etcd.start()
            self.start_apiserver()
            self.controllers.start()
            self.scheduler.start()
            # Without this account no pod is admitted.
            self.wait("the default service account", lambda: self.api.get(
                "/api/v1/namespaces/default/serviceaccounts/default").get("secrets"))
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *failure):
        self.stop()

    def stop(self):
        for part in reversed(self.parts):
            try:
                part.stop()
            except Failure as failure:  # killed now; what was tested is told by then
                print(f"# {failure}", flush=True)

    def start_apiserver(self):
        self.apiserver.start()
        wait_for("kube-apiserver", self.api.healthy, alive=[self.etcd, self.apiserver])

    def restart_apiserver(self):
        """Without a word to anyone, as when its machine dies."""
        self.apiserver.kill()
        self.start_apiserver()

    def wait_gone(self, path):
        def gone():
            try:
                self.api.get(path)
            except Refused as refused:
                return refused.status == 404
            return False

        self.wait(f"the end of {path}", gone)

    def wait(self, what, holds, every=0.25, alive=()):
        """wait_for(), as long as the control plane lives."""
        return wait_for(what, holds, every, [*self.parts, *alive])

    def kubectl(self, *args, given=None, kubeconfig=None):
        return kubectl(self.programs, kubeconfig or self.kubeconfig, *args, given=given)


def kubectl(programs, kubeconfig, *args, given=None):
    """What kubectl prints; its failure is ours, in its words."""
    home = kubeconfig.parent / "kubectl"
    home.mkdir(exist_ok=True)
    argv = [programs / "kubectl", "--kubeconfig", kubeconfig, "--cache-dir", home, *args]
    done = subprocess.run(argv, input=given, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
                          check=False)
    if done.returncode:
        raise Failure(f"kubectl {' '.join(args)}: exit status {done.returncode}: {done.stderr.strip()}")
    return done.stdout
