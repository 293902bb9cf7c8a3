# SPDX-License-Identifier: Apache-2.0
"""Requests counted from an audit log (audit.k8s.io/v1, one JSON object a line), by verb and resource
as recordings of kubelets name them: "get secrets", "patch pods/status"."""

import json
from collections import Counter


def requests(path, begin=0):
    """(user, user agent, request) of every request from byte begin on; a request that was answered with
    anything but 200 and 201 has its status in its name.

    A watch is in the log when it opens and again when it ends: it counts when it opens.  A line that is
    being written is left for the next time.
    """
    with path.open("rb") as log:
        log.seek(begin)
        for line in log:
            if not line.endswith(b"\n"):
                return
            event = json.loads(line)
            if event["stage"] != ("ResponseStarted" if event["verb"] == "watch" else "ResponseComplete"):
                continue
            user = event.get("impersonatedUser", event["user"])["username"]
            yield user, event.get("userAgent", ""), name(event)


def name(event):
    ref = event.get("objectRef", {})
    what = ref.get("resource") or event["requestURI"].partition("?")[0]
    if "subresource" in ref:
        what += "/" + ref["subresource"]
    code = event["responseStatus"]["code"]
    return f"{event['verb']} {what}" + ("" if code in (200, 201) else f" {code}")


def of_users(path, wanted, begin=0):
    """How often users of whom wanted(name) is true asked what, refusals included."""
    return Counter(request for user, _, request in requests(path, begin) if wanted(user))


def of_nodes(path, prefix="", begin=0):
    return of_users(path, lambda user: user.startswith("system:node:" + prefix), begin)
