#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""proxy.py connect|socks: a proxy (CONNECT of HTTP/1.1, or SOCKS 5) that knows every name and takes it for
this machine's.  Its ADDR:PORT is the first line on standard output."""

import socket
import socketserver
import sys
import threading


def pump(source, sink):
    try:
        while got := source.recv(65536):
            sink.sendall(got)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Connect(socketserver.StreamRequestHandler):
    rbufsize = 0

    def target(self):
        host, _, port = self.rfile.readline().split()[1].decode().rpartition(":")
        while self.rfile.readline().strip():
            pass
        return host, int(port)

    def agree(self):
        self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    def handle(self):
        host, port = self.target()
        assert not host[0].isdigit(), f"{host} is no name"
        with socket.create_connection(("127.0.0.1", port)) as server:
            self.agree()
            back = threading.Thread(target=pump, args=(server, self.request))
            back.start()
            pump(self.request, server)
            back.join()


class Socks(Connect):
    def target(self):
        _, n = self.rfile.read(2)  # RFC 1928: version, methods
        self.rfile.read(n)
        self.request.sendall(b"\5\0")
        kind = self.rfile.read(4)[3]
        assert kind == 3, "an address, and no name"
        host = self.rfile.read(self.rfile.read(1)[0]).decode()
        return host, int.from_bytes(self.rfile.read(2), "big")

    def agree(self):
        self.request.sendall(b"\5\0\0\1\0\0\0\0\0\0")


socketserver.ThreadingTCPServer.daemon_threads = True
with socketserver.ThreadingTCPServer(("127.0.0.1", 0), {"connect": Connect, "socks": Socks}[sys.argv[1]]) as proxy:
    print("127.0.0.1:%d" % proxy.server_address[1], flush=True)
    proxy.serve_forever()
