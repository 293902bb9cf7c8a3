# SPDX-License-Identifier: Apache-2.0
"""A few words of the Kubernetes API, for tests that look at many objects often."""

import http.client
import json
import ssl
from urllib.parse import urlencode, urlsplit

from process import PATIENCE_SECONDS


class Refused(OSError):
    """An answer of 400 and above.  An OSError, so that wait_for() asks again."""

    def __init__(self, status, text):
        super().__init__(f"{status}: {text[:300]}")
        self.status = status


class Api:
    def __init__(self, url, ca, token):
        self.address = urlsplit(url)
        self.tls = ssl.create_default_context(cafile=ca)
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/json",
                        "User-Agent": "nodetoll-e2e"}
        self.connection = None

    def call(self, method, path, body=None, content="application/json", **query):
        """The answer's bytes.  A connection that broke is made anew the next time."""
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(
                self.address.hostname, self.address.port, context=self.tls, timeout=PATIENCE_SECONDS)
        headers = dict(self.headers, **({"Content-Type": content} if body is not None else {}))
        data = None if body is None else json.dumps(body)
        try:
            self.connection.request(method, path + ("?" + urlencode(query) if query else ""), data,
                                    headers)
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.connection = None
            raise OSError(f"{method} {path}: {error!r}") from error
        if answer.status >= 400:
            raise Refused(answer.status, text.decode(errors="replace"))
        return text

    def get(self, path, **query):
        return json.loads(self.call("GET", path, **query))

    def items(self, path, **query):
        return self.get(path, **query)["items"]

    def create(self, path, body):
        return json.loads(self.call("POST", path, body))

    def delete(self, path, **query):
        return json.loads(self.call("DELETE", path, **query))

    def merge(self, path, body):
        return json.loads(self.call("PATCH", path, body, "application/merge-patch+json"))

    def healthy(self):
        return self.call("GET", "/readyz") == b"ok"
