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


def when(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def span(path, wanted, window):
    """In seconds since 1970: when the first of those requests was received, and when the last was answered."""
    with path.open("rb") as log:
        events = [json.loads(line) for line in log if line.endswith(b"\n")]
    ours = [event for event in events if window[0] <= event["requestReceivedTimestamp"] < window[1]
            and wanted(user_of(event), name(event))]
    return (when(min(event["requestReceivedTimestamp"] for event in ours)).timestamp(),
            when(max(event["stageTimestamp"] for event in ours)).timestamp())


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
            yield user_of(event), event.get("userAgent", ""), name(event)


def user_of(event):
    return event.get("impersonatedUser", event["user"])["username"]


def name(event):
    ref = event.get("objectRef", {})
    what = ref.get("resource") or event["requestURI"].partition("?")[0]
    if "subresource" in ref:
        what += "/" + ref["subresource"]
    code = event["responseStatus"]["code"]
    return f"{event['verb']} {what}" + ("" if code in (200, 201) else f" {code}")


def first_of(path, wanted):
    """When a user of whom wanted(name) is true asked first."""
    with path.open("rb") as log:
        events = (json.loads(line) for line in log if line.endswith(b"\n"))
        return min(event["requestReceivedTimestamp"] for event in events if wanted(user_of(event)))


def slowest_tenth(path, wanted):
    """What nine of ten of such users' requests took at most, in seconds; watches apart."""
    with path.open("rb") as log:
        events = (json.loads(line) for line in log if line.endswith(b"\n"))
        took = sorted(when(event["stageTimestamp"]) - when(event["requestReceivedTimestamp"])
                      for event in events if event["verb"] != "watch" and wanted(user_of(event)))
    return took[len(took) * 9 // 10].total_seconds()


def of_users(path, wanted, window=EVER):
    """How often users of whom wanted(name) is true asked what, refusals included."""
    return Counter(request for user, _, request in requests(path, window) if wanted(user))


def of_nodes(path, prefix="", window=EVER):
    return of_users(path, lambda user: user.startswith("system:node:" + prefix), window)
