#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""agents_answers.py NODETOLL: hollow agents whose server says no, forgets who they are, or says what nobody
can read: each is told at once, counted by its own code, and in the result.

Between agents and the mock server stands a proxy that answers itself what a case wants."""

import concurrent.futures
import contextlib
import http.client
import http.server
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

NODETOLL = sys.argv[1]
RUN = ["--nodes", "2", "--set", "workload.pods=2", "-o", "json"]
VERSION = b'{"major":"1","minor":"20","gitVersion":"v1.20.0"}'
FORBIDDEN = json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden",
                        "message": "leases are not yours", "code": 403}).encode()
RUBBISH = {"random bytes": random.Random(7).randbytes(600), "null": b"null", "a page": b"<html><body>It works</body></html>",
           "nothing": b"", "200,000 brackets": b"[" * 200000}
LOST = (500, b"{}")  # it is done, and nobody hears of it
TEAPOT = b'{"kind":"Teapot","apiVersion":"v1"}'
cases = []


def check(name, holds, why=""):
    cases.append(bool(holds))
    print(f"{'ok' if holds else 'not ok'} {len(cases)} - {name}", flush=True)
    if not holds:
        print(f"{name}: {why}", file=sys.stderr)


def ask(server, method, path, body=None):
    upstream = http.client.HTTPConnection(server, timeout=60)
    upstream.request(method, path, body, {"Content-Type": "application/json"})
    return upstream.getresponse().read()


class Door(http.server.BaseHTTPRequestHandler):
    """server.answers(method, path): a code and a body to answer itself, LOST, or None."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, code, body):
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def forward(self, body):
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=60)
        fields = {k: v for k, v in self.headers.items() if k.lower() in ("content-type", "accept", "user-agent")}
        upstream.request(self.command, self.path, body, fields)
        answer = upstream.getresponse()
        if "watch=" not in self.path:
            self.reply(answer.status, answer.read())
            return
        self.send_response(answer.status)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while piece := answer.read1(65536):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def handle_any(self):
        self.server.asked.append(self.headers)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        own = self.server.answers(self.command, self.path)
        if own is LOST:
            ask(self.server.upstream, self.command, self.path, body)
        with contextlib.suppress(OSError):
            if own:
                self.reply(*own)
            else:
                self.forward(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any


class Proxy(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # who asks may go at any time
    request_queue_size = 100

    def __init__(self, upstream, answers):
        super().__init__(("127.0.0.1", 0), Door)
        self.upstream, self.answers, self.asked = upstream, answers, []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Server:
    def __init__(self, *options):
        self.process = subprocess.Popen([NODETOLL, "serve", *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().strip()
        self.address = self.url.removeprefix("http://")

    def end(self):
        self.process.terminate()
        self.process.communicate()


def agents(url, *options):
    return subprocess.run([NODETOLL, "agents", "--server", url, *RUN, *options],
                          capture_output=True, text=True, timeout=200)


def rows(result, code):
    return {(r["verb"], r["resource"]): r["count"] for r in result["api"] if r["code"] == code}


def once(done, text):
    return sum(text in line for line in done.stderr.splitlines()) == 1


def forbidden(upstream):
    """Leases may not be renewed any more, 4 s after the agents asked first."""
    began = time.monotonic()

    def answers(method, path):
        return (403, FORBIDDEN) if method == "PUT" and "/leases/" in path and time.monotonic() - began > 4 else None
    return agents(Proxy(upstream, answers).url, "--name", "barred", "--warmup", "10s", "--duration", "21s")


def shut(upstream):
    """Nodes may be made, and none of them may tell of itself."""
    def answers(method, path):
        return (403, FORBIDDEN) if method in ("PUT", "PATCH") else None
    return agents(Proxy(upstream, answers).url, "--name", "shut", "--warmup", "4s", "--duration", "8s")


def forgotten():
    """The server comes back at its port, and knows other tokens."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("first", "second"):
            with open(f"{scratch}/{name}", "w", encoding="ascii") as file:
                file.write(f"{name},somebody,1,system:masters\n")
        with open(f"{scratch}/token", "w", encoding="ascii") as file:
            file.write("first\n")
        server = Server("--token-auth-file", f"{scratch}/first")
        running = subprocess.Popen(
            [NODETOLL, "agents", "--server", server.url, *RUN, "--token-file", f"{scratch}/token", "--warmup", "3s",
             "--duration", "52s"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(5)
        server.end()
        server = Server("--listen", server.address, "--token-auth-file", f"{scratch}/second")
        out, err = running.communicate(timeout=120)
        server.end()
        return subprocess.CompletedProcess([], running.returncode, out, err)


def unreadable(upstream):
    """What the server says cannot be read any more, 4 s after it was asked first."""
    began = time.monotonic()

    def answers(method, path):
        late = time.monotonic() - began > 4
        return (200, RUBBISH["a page"]) if late and method in ("GET", "PUT", "PATCH") and "watch=" not in path else None
    return agents(Proxy(upstream, answers).url, "--name", "garbled", "--warmup", "10s", "--duration", "15s")


def rubbish(body):
    proxy = Proxy("", lambda method, path: (200, VERSION if path == "/version" else body))
    return agents(proxy.url, "--warmup", "1s", "--duration", "1s")


def raw(after):
    """A server that says its version, and `after` to whatever else it is asked."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=100)

    def talk(peer):
        with peer, contextlib.suppress(OSError):
            asked = peer.recv(65536)
            if b"/version" in asked:
                peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (
                    len(VERSION), VERSION))
            else:
                after(peer)

    def serve():
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def endless(peer):
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99000000000\r\n\r\n")
    while True:
        peer.sendall(b"x" * 65536)


def silent(peer):
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99000000000\r\n\r\n")
    peer.recv(1)


def impatient():
    """Whoever has read what is said ends it."""
    running = subprocess.Popen([NODETOLL, "agents", "--server", raw(silent), *RUN], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    began = time.monotonic()
    line = running.stderr.readline()
    took = time.monotonic() - began
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    return line, took


def impersonated(upstream):
    """By a kubeconfig; what was asked, its fields, and how the run went."""
    proxy = Proxy(upstream, lambda method, path: None)
    config = {"current-context": "here", "contexts": [{"name": "here", "context": {"cluster": "it", "user": "me"}}],
              "clusters": [{"name": "it", "cluster": {"server": proxy.url}}],
              "users": [{"name": "me", "user": {"as": "jane", "as-groups": ["developers", "system:masters"]}}]}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(config, file)
        file.flush()
        done = subprocess.run([NODETOLL, "agents", "--kubeconfig", file.name, *RUN, "--name", "as", "--warmup", "2s",
                               "--duration", "1s"], capture_output=True, text=True, timeout=200)
    return proxy.asked, done


def doubted(upstream):
    """Whether it made what it wanted is lost on its way, of every namespace and node; one of each was there before."""
    for resource, name in (("namespaces", "nodetoll-doubt-0"), ("nodes", "doubt-0")):
        ask(upstream, "POST", f"/api/v1/{resource}", json.dumps({"metadata": {"name": name}}))
    left = {"/api/v1/namespaces": 50, "/api/v1/nodes": 2}
    lock = threading.Lock()

    def answers(method, path):
        with lock:
            if method != "POST" or left.get(path, 0) == 0:
                return None
            left[path] -= 1
            return LOST
    done = agents(Proxy(upstream, answers).url, "--name", "doubt", "--cleanup", "--warmup", "2s", "--duration", "1s")
    return done, {item["metadata"]["name"] for resource in ("namespaces", "nodes") for item in
                  json.loads(ask(upstream, "GET", f"/api/v1/{resource}"))["items"] if "doubt" in item["metadata"]["name"]}


def live(done):
    return json.loads(done.stdout)["live"]


def report(done):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(done.stdout)
        file.flush()
        return subprocess.run([NODETOLL, "report", file.name], capture_output=True, text=True, timeout=60).stdout


def main():
    server = Server()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        barred, unknown = pool.submit(forbidden, server.address), pool.submit(forgotten)
        closed = pool.submit(shut, server.address)
        garbled = pool.submit(unreadable, server.address)
        noise = pool.submit(agents, raw(lambda peer: peer.sendall(RUBBISH["random bytes"])))
        huge, mute = pool.submit(agents, raw(endless)), pool.submit(impatient)
        others = {what: pool.submit(rubbish, body) for what, body in RUBBISH.items()}
        teapot = pool.submit(rubbish, TEAPOT)
        doubt = pool.submit(doubted, server.address)
        jane = pool.submit(impersonated, server.address)

        done = barred.result()
        result = json.loads(done.stdout)
        told = result["live"]
        check("whose nodes are ready for it has run well", done.returncode == 0, done.stderr)
        check("a lease that may not be renewed is counted as 403", rows(result, "403").get(("update", "leases"), 0) >= 2
              and not rows(result, "500"), result["api"])
        check("as refused, not as an error", told["refused"] == told["requestsByCode"]["403"] > 0 and
              told["errors"] == told["errorsUnanswered"],
              {k: v for k, v in told.items() if k not in ("lagSeconds", "startLagSeconds")})
        check("who may not do what is said once", once(done, "agents: who asks for barred-") and
              once(done, "may not update leases (403): \"leases are not yours\""), done.stderr)
        check("and in the result", f"{told['refused']} requests were refused (403: {told['refused']})" in report(done) and
              "Meanwhile: who asks for barred-" in report(done), report(done))

        done = closed.result()
        check("nodes that may tell nothing of themselves are no run", done.returncode == 3 and
              once(done, "nodes is ready: the server takes neither status nor lease of any (403)"),
              (done.returncode, done.stderr))
        check("whose result says so", live(done)["nodesReady"] == 0 and live(done)["refused"] > 0, live(done))

        done = unknown.result()
        check("nodes that nobody knows any more are none", done.returncode == 3 and
              once(done, "nodes is ready: the server does not know who asks (401)"), (done.returncode, done.stderr))
        result = json.loads(done.stdout)
        check("a token that is not known any more is counted as 401", rows(result, "401").get(("update", "leases"), 0) > 2,
              result["api"])
        check("and said once", once(done, "the server does not know who asks any more (401)"), done.stderr)
        check("and in the result", any("(401)" in text for text in live(done)["said"]), live(done)["said"])
        check("after 40 s none of its nodes is ready", live(done)["nodesReady"] == 0, live(done))

        done = garbled.result()
        check("answers that nobody can read are failures", live(done)["errorsUnreadable"] > 0 and
              live(done)["errors"] >= live(done)["errorsUnreadable"], live(done))
        check("by a name of their own", rows(json.loads(done.stdout), "unreadable").get(("update", "leases"), 0) > 0,
              json.loads(done.stdout)["api"])
        check("said once", once(done, "was answered by 200 and what cannot be read: no JSON"), done.stderr)

        for what, run in others.items():
            done = run.result()
            check(f"a server that says {what} is no server", done.returncode == 3 and not done.stdout and
                  done.stderr.count("\n") == 1 and "cannot be read: no JSON" in done.stderr,
                  (done.returncode, done.stderr))
        done = teapot.result()
        check("objects of another kind are not what was asked for", live(done)["errorsUnreadable"] > 0 and
              live(done)["nodesReady"] == 0 and once(done, "cannot be read: no such kind"), (live(done), done.stderr))
        done = noise.result()
        check("one that does not speak HTTP is said soon, and given up", done.returncode == 3 and
              once(done, "agents: setting up: nothing has come of it for 5 s") and done.stderr.count("\n") == 2, done.stderr)
        done = huge.result()
        check("an answer without end is given up", done.returncode == 3 and
              once(done, "POST /api/v1/namespaces: the answer is too long"), done.stderr)
        asked, done = jane.result()
        check("who is impersonated is in the groups that a kubeconfig names, in every request", done.returncode == 0 and
              asked and all(a.get_all("impersonate-user") == ["jane"] and
                            a.get_all("impersonate-group") == ["developers", "system:masters"] for a in asked),
              (done.stderr, asked[:1]))
        done, stays = doubt.result()
        check("what a lost answer leaves in doubt is deleted if it is the run's, and no other", done.returncode == 0 and
              stays == {"nodetoll-doubt-0", "doubt-0"} and
              once(done, "1 of 50 namespaces, 1 of 2 nodes and 0 other objects were there before this run, and stay"),
              (done.returncode, done.stderr, stays))
        line, took = mute.result()
        check("one that never comes is said soon", "agents: setting up: nothing has come of it" in line and took < 25,
              (line, took))
    server.end()
    print(f"1..{len(cases)}", flush=True)
    sys.stdout.flush()
    os._exit(not all(cases))  # threads that send without end


if __name__ == "__main__":
    main()
