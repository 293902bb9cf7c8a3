#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""serve_limits.py NODETOLL: what the mock API server does to those who are slow, idle or many,
and its faults as they look on a socket."""

import json
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

DEADLINE = 20  # seconds, of anything that is waited for
PODS = "/api/v1/namespaces/default/pods"


class Server:
    """One server; its options as arguments."""

    def __init__(self, *options):
        self.process = subprocess.Popen([sys.argv[1], "serve", *options], stdout=subprocess.PIPE,
                                        text=True)
        self.url = self.process.stdout.readline().strip()
        self.port = int(self.url.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=DEADLINE)
        assert self.process.returncode == 0

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE)

    def ask(self, method, target, body=None):
        """Code and body of a whole request, on a connection of its own."""
        with self.connect() as s:
            send(s, method, target, body, close=True)
            head, _, rest = until_end(s).partition(b"\r\n\r\n")
            return int(head.split()[1]), rest.decode()


def send(s, method, target, body=None, close=False):
    text = json.dumps(body) if body is not None else ""
    s.sendall((f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(text)}\r\n"
               + ("Connection: close\r\n" if close else "") + f"\r\n{text}").encode())


def until_end(s):
    """All bytes until the peer closes."""
    got = b""
    while part := s.recv(65536):
        got += part
    return got


def until(s, what):
    """All bytes until those have come."""
    got = b""
    while what not in got:
        part = s.recv(65536)
        assert part, f"closed before {what} came: {got}"
        got += part
    return got


def wait_until(holds):
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < DEADLINE, "not in time"
        time.sleep(0.1)


def gauge(server, name):
    lines = server.ask("GET", "/metrics")[1].splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name + " "))


def is_turned_away(server):
    """Whether a new connection is closed before anything is said."""
    with server.connect() as s:
        try:
            send(s, "GET", "/healthz", close=True)
            return until_end(s) == b""
        except (BrokenPipeError, ConnectionResetError):
            return True


def pod(server, name):
    code, body = server.ask("POST", PODS, {"metadata": {"name": name}, "spec": {"nodeName": "n"}})
    assert code == 201, body
    return json.loads(body)["metadata"]["resourceVersion"]


def test_a_request_that_does_not_come_whole_is_given_up():
    with Server("--request-timeout", "1s") as server, server.connect() as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost:")
        assert until_end(s) == b""


def test_a_body_that_does_not_come_whole_is_given_up():
    with Server("--request-timeout", "1s") as server, server.connect() as s:
        s.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        assert until_end(s) == b""


def test_a_body_that_is_too_long_is_refused():
    with Server("--max-body-bytes", "1024") as server:
        assert server.ask("POST", PODS, "x" * 1000)[0] == 400
        assert server.ask("POST", PODS, "x" * 1100)[0] == 413


def test_a_peer_that_says_nothing_is_closed():
    with Server("--idle-timeout", "1s") as server, server.connect() as s:
        assert until_end(s) == b""


def test_a_peer_that_does_not_begin_with_tls_is_closed(folder):
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                           "/CN=localhost", "-keyout", f"{folder}/key", "-out", f"{folder}/cert"],
                          capture_output=True, check=False)
    assert made.returncode == 0, made.stderr
    with Server("--request-timeout", "1s", "--tls-cert-file", f"{folder}/cert", "--tls-private-key-file",
                f"{folder}/key") as server, server.connect() as s:
        assert until_end(s) == b""


def test_who_does_not_take_his_answer_is_closed():
    with Server("--request-timeout", "1s") as server, server.connect() as s:
        for i in range(8):
            code, body = server.ask("POST", "/api/v1/namespaces/default/configmaps",
                                    {"metadata": {"name": f"c{i}"}, "data": {"k": "x" * 1000000}})
            assert code == 201, body
        send(s, "GET", "/api/v1/configmaps")  # more than sockets hold
        until(s, b"\r\n\r\n")
        wait_until(lambda: gauge(server, "nodetoll_connections") == 1)  # that which asks


def test_an_idle_connection_is_closed():
    with Server("--idle-timeout", "1s") as server, server.connect() as s:
        send(s, "GET", "/healthz")
        assert until(s, b"ok") and until_end(s) == b""


def test_a_watch_is_not_idle():
    with Server("--idle-timeout", "1s") as server, server.connect() as s:
        began = time.monotonic()
        send(s, "GET", PODS + "?watch=1&timeoutSeconds=4")
        until(s, b"0\r\n\r\n")
        assert time.monotonic() - began > 3


def test_a_watch_ends_in_its_time():
    """Whatever part of a second it began in: all else is looked at once a second."""
    with Server() as server:
        for pause in (0, 0.3, 0.3):
            signal.sigtimedwait([], pause)
            began = time.monotonic()
            assert server.ask("GET", PODS + "?watch=1&timeoutSeconds=1")[0] == 200
            assert 0.9 < time.monotonic() - began < 1.2, time.monotonic() - began


def test_events_expire():
    with Server("--event-ttl", "1s") as server, server.connect() as s:
        events = "/api/v1/namespaces/default/events"
        send(s, "GET", events + "?watch=1")
        until(s, b"\r\n\r\n")
        assert server.ask("POST", events, {"metadata": {"name": "a.1"}})[0] == 201
        pod(server, "a")
        assert b'"ADDED"' in until(s, b'"DELETED"')
        assert server.ask("GET", events + "/a.1")[0] == 404
        assert server.ask("GET", PODS + "/a")[0] == 200


def test_a_url_that_is_too_long_is_said_to_be():
    with Server() as server, server.connect() as s:
        send(s, "GET", PODS + "?labelSelector=" + "x" * 9000, close=True)
        head, _, body = until_end(s).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 414 Request URI Too Long\r\n"), head
        assert "longer than" in json.loads(body)["message"] and "reason" not in json.loads(body), body


def test_a_watch_ends_with_a_bookmark_for_who_asked():
    with Server() as server:
        version = pod(server, "a")
        for asks, wanted in (("&allowWatchBookmarks=true", ["BOOKMARK"]), ("", [])):
            # An object of another kind is what the bookmark has to tell of.
            code, body = server.ask("POST", "/api/v1/namespaces", {"metadata": {"name": f"n{len(asks)}"}})
            assert code == 201, body
            now = json.loads(body)["metadata"]["resourceVersion"]
            code, body = server.ask("GET", f"{PODS}?watch=1&timeoutSeconds=3&resourceVersion={version}{asks}")
            events = [json.loads(line) for line in body.splitlines() if line.startswith("{")]
            assert code == 200 and [event["type"] for event in events] == wanted, body
            for event in events:
                assert int(event["object"]["metadata"]["resourceVersion"]) >= int(now), (event, now)


def test_one_peer_has_so_many_connections():
    with Server("--max-connections-per-peer", "1") as server, server.connect() as s:
        send(s, "GET", "/healthz")
        until(s, b"ok")
        assert is_turned_away(server)


def test_there_are_so_many_connections():
    with Server("--max-connections", "2") as server, server.connect() as s, server.connect() as t:
        for one in (s, t):
            send(one, "GET", "/healthz")
            until(one, b"ok")
        assert is_turned_away(server)
        t.close()
        wait_until(lambda: not is_turned_away(server))


def frame(kind, flags=0, stream=0, payload=b""):
    """Of HTTP/2: RFC 9113, section 4.1."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


BEGINNING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4) + frame(4, 1)


def test_requests_that_are_reset_at_once_are_closed():
    # :method GET, :scheme http, :path /, :authority x; CVE-2023-44487
    flood = b"".join(frame(1, 5, stream, b"\x82\x86\x84\x41\x01x") + frame(3, 0, stream, b"\0\0\0\x08")
                     for stream in range(1, 20001, 2))
    with Server() as server, server.connect() as s:
        try:
            s.sendall(BEGINNING + flood)
            until_end(s)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert server.ask("GET", "/healthz") == (200, "ok")


def stops_a_flood(one):
    """Who sends that on and on and reads no answer is read from no more, then closed, and costs no memory."""
    with Server("--request-timeout", "2s") as server, server.connect() as s:
        began = gauge(server, "process_resident_memory_bytes")
        s.sendall(BEGINNING)
        s.settimeout(1)
        try:
            for _ in range(1000):
                s.sendall(one * 10000)
            raise AssertionError("all of it was read")
        except (TimeoutError, BrokenPipeError, ConnectionResetError):
            pass
        wait_until(lambda: gauge(server, "nodetoll_connections") == 1)  # that which asks
        assert gauge(server, "process_resident_memory_bytes") < began + (16 << 20)


def test_a_flood_of_pings_is_stopped():
    stops_a_flood(frame(6, payload=b"abcdefgh"))


def test_a_flood_of_settings_is_stopped():
    stops_a_flood(frame(4))


def test_a_header_that_is_too_long_is_refused():
    with Server("--max-header-bytes", "512") as server, server.connect() as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 600 + b"\r\n\r\n")
        assert until_end(s).startswith(b"HTTP/1.1 431 ")


def test_a_reset_is_a_reset():
    with Server("--fault", "reset=100%") as server, server.connect() as s:
        send(s, "GET", PODS)
        try:
            raise AssertionError(f"not reset but {s.recv(1)}")
        except ConnectionResetError:
            pass


def test_half_a_connection_is_closed():
    with Server("--fault", "half-close=100%") as server, server.connect() as s:
        send(s, "GET", PODS)
        assert s.recv(1) == b""
        s.sendall(b"GET")  # the other half is open: no reset comes back
        s.sendall(b"GET")


def test_half_a_connection_is_not_kept_for_a_peer_that_stays():
    with Server("--fault", "half-close=100%", "--request-timeout", "1s") as server, \
            server.connect() as s:
        send(s, "GET", PODS)
        assert s.recv(1) == b""
        answer = select.poll()
        answer.register(s, 0)  # POLLERR, POLLHUP: what is sent is answered by a reset
        began = time.monotonic()
        while not answer.poll(200):
            assert time.monotonic() - began < DEADLINE, "it is still there"
            try:
                s.sendall(b"G")
            except (BrokenPipeError, ConnectionResetError):
                break


def test_a_request_that_hangs_is_not_answered():
    with Server("--fault", "hang=100%") as server, server.connect() as s:
        send(s, "GET", PODS)
        s.settimeout(0.5)
        try:
            s.recv(1)
            raise AssertionError("it was answered")
        except TimeoutError:
            pass


def test_a_request_that_hangs_is_given_up_in_the_model_s_time():
    with Server("--fault", "hang=100%", "--set", "apiserver.requestTimeout=1s", "--set",
                "apiserver.fairness.waitLimit=1s", "--set",
                "apiserver.fairness.waitEnd=1s") as server:
        assert server.ask("GET", PODS)[0] == 504


def test_watches_are_dropped_on_command():
    with Server() as server, server.connect() as s:
        pod(server, "a")
        send(s, "GET", PODS + "?watch=1")
        until(s, b"ADDED")
        assert server.ask("POST", "/nodetoll/faults?do=drop-watch")[0] == 200
        until(s, b"0\r\n\r\n")
        send(s, "GET", "/healthz")  # the connection goes on
        until(s, b"ok")


def test_after_a_restart_an_old_version_is_gone():
    with Server("--fault", "restart=100ms@1h") as server, server.connect() as s:
        version = pod(server, "a")
        pod(server, "b")
        pod(server, "c")
        send(s, "GET", PODS + "?watch=1")
        until(s, b"ADDED")
        assert server.ask("POST", "/nodetoll/faults?do=restart")[0] == 200
        try:
            until_end(s)
        except ConnectionResetError:
            pass
        for _ in range(100):
            try:
                code, body = server.ask("GET", f"{PODS}?watch=1&resourceVersion={version}")
                break
            except (ConnectionError, IndexError):
                signal.sigtimedwait([], 0.1)
        event = body[body.index("{"):body.rindex("}") + 1]
        assert code == 200 and json.loads(event)["object"]["code"] == 410, body
        assert json.loads(server.ask("GET", PODS)[1])["items"][2]["metadata"]["name"] == "c"


def test_who_does_not_read_is_told_that_he_is_late():
    with Server("--history", "50") as server, server.connect() as s:
        big = "x" * 100000
        send(s, "GET", "/api/v1/configmaps?watch=1")
        until(s, b"\r\n\r\n")
        for i in range(200):
            code, body = server.ask("POST", "/api/v1/namespaces/default/configmaps",
                                    {"metadata": {"name": f"c{i}"}, "data": {"k": big}})
            assert code == 201, body
        got = until(s, b"0\r\n\r\n")
        assert b'"code":410' in got and b'"c0"' in got


def test_a_signal_ends_watches_whole():
    with Server() as server, server.connect() as s:
        send(s, "GET", PODS + "?watch=1")
        until(s, b"\r\n\r\n")
        server.process.send_signal(signal.SIGTERM)
        assert until_end(s).endswith(b"0\r\n\r\n")


def main():
    tests = [(name, test) for name, test in sorted(globals().items()) if name.startswith("test_")]
    print(f"1..{len(tests)}")
    for i, (name, test) in enumerate(tests, 1):
        try:
            with tempfile.TemporaryDirectory() as folder:
                test(*[folder][:test.__code__.co_argcount])
            print(f"ok {i} - {name[5:].replace('_', ' ')}")
        except Exception as error:  # pylint: disable=broad-except
            print(f"not ok {i} - {name[5:].replace('_', ' ')}\n# {type(error).__name__}: {error}")


main()
