# SPDX-License-Identifier: Apache-2.0
"""What the members of a cluster show each other: a CA, certificates, bearer tokens, kubeconfigs.
All made for one run, by openssl."""

import json
import secrets
import subprocess

# name: (user, groups)
USERS = {
    "admin": ("admin", ["system:masters"]),
    "controller-manager": ("system:kube-controller-manager", []),
    "scheduler": ("system:kube-scheduler", []),
}


def openssl(*args):
    done = subprocess.run(["openssl", *map(str, args)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {args[0]}: {done.stderr.strip()}")


class Credentials:
    """The files below folder, and a token for each of USERS."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder = folder
        self.ca = folder / "ca.crt"
        self.tokens_file = folder / "tokens.csv"
        self.service_account_key = folder / "service-account.key"
        self.tokens = {name: secrets.token_hex(16) for name in USERS}
        self.key("ca")
        openssl("req", "-x509", "-new", "-key", folder / "ca.key", "-out", self.ca,
                "-subj", "/CN=nodetoll e2e", "-days", "2")
        self.certificate("apiserver", "/CN=kube-apiserver", "subjectAltName=IP:127.0.0.1")
        self.certificate("admin", "/O=system:masters/CN=admin", "extendedKeyUsage=clientAuth")
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.service_account_key)
        self.tokens_file.write_text("".join(
            f"{self.tokens[name]},{user},{name}" + "".join(f',"{group}"' for group in groups) + "\n"
            for name, (user, groups) in USERS.items()))

    def key(self, name):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout",
                "-out", self.folder / f"{name}.key")

    def certificate(self, name, subject, extension):
        self.key(name)
        openssl("req", "-x509", "-new", "-key", self.folder / f"{name}.key", "-subj", subject,
                "-CA", self.ca, "-CAkey", self.folder / "ca.key", "-days", "2",
                "-addext", extension, "-addext", "basicConstraints=critical,CA:false",
                "-out", self.folder / f"{name}.crt")

    def kubeconfig(self, name, url, user=None):
        """A kubeconfig called name; with the user's token, or its client certificate without one."""
        user = user or name
        who = {"token": self.tokens[user]} if name in USERS else {
            "client-certificate": str(self.folder / f"{user}.crt"),
            "client-key": str(self.folder / f"{user}.key")}
        path = self.folder / f"{name}.kubeconfig"
        path.write_text(json.dumps({  # which is YAML too
            "apiVersion": "v1", "kind": "Config", "current-context": "e2e",
            "clusters": [{"name": "e2e", "cluster": {
                "server": url, "certificate-authority": str(self.ca)}}],
            "users": [{"name": user, "user": who}],
            "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": user}}]}, indent=1))
        return path
