# SPDX-License-Identifier: Apache-2.0
"""Requests counted from an audit log (audit.k8s.io/v1, one JSON object a line), by verb and resource
as recordings of kubelets name them: "get secrets", "patch pods/status"."""

import json
from collections import Counter
from datetime import datetime, timezone

EVER = ("", "~")  # before and behind every moment


def now():
    """As an audit log writes it; such texts sort as the moments do."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


def requests(path, window=EVER):
    """(user, user agent, request) of every request that was received in the window, from when to before when;
    one that was answered with anything but 200 and 201 has its status in its name.

    A watch counts when it opens, and is in the log twice: a stage for that too.  But kube-apiserver 1.20 may
    write both when it ends; so watches can be counted when their clients are gone.  A line that is being
    written is left for the next time.
    """
    with path.open("rb") as log:
        for line in log:
            if not line.endswith(b"\n"):
                return
            event = json.loads(line)
            if event["stage"] != ("ResponseStarted" if event["verb"] == "watch" else "ResponseComplete"):
                continue
            if not window[0] <= event["requestReceivedTimestamp"] < window[1]:
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


def of_users(path, wanted, window=EVER):
    """How often users of whom wanted(name) is true asked what, refusals included."""
    return Counter(request for user, _, request in requests(path, window) if wanted(user))


def of_nodes(path, prefix="", window=EVER):
    return of_users(path, lambda user: user.startswith("system:node:" + prefix), window)
