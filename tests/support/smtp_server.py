#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Mail servers on ports that the kernel picks, until standard input ends: one for each way in which one behaves.

usage: smtp_server.py FOLDER

Makes certificates in FOLDER (ca.pem is the one to trust), then prints "NAME PORT" for each server and "ready". What NAME
was given is in FOLDER/NAME.mails by the time that it answers: a line for each command and for each line of a text, as
they came, dots and all.
"""
import os
import socketserver
import sys
import threading

from http_server import NAMES, certificate, context, x509

lock = threading.Lock()
tried = {}  # server: mails that were begun


class Handler(socketserver.StreamRequestHandler):
    def say(self, *lines):
        self.wfile.write("".join(line + "\r\n" for line in lines).encode())

    def keep(self, line):
        with lock, open(os.path.join(self.server.folder, f"{self.server.name}.mails"), "ab") as file:
            file.write(line)

    def hello(self):
        offered = ["mail.test", "PIPELINING", "8BITMIME", "SIZE 100000"]
        if self.server.tls and not self.secure:
            offered.append("STARTTLS")
        self.say(*(f"250-{word}" for word in offered[:-1]), f"250 {offered[-1]}")

    def start_tls(self):
        self.say("220 go on")
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.secure = True
        socketserver.StreamRequestHandler.setup(self)

    def begin(self):
        with lock:
            tried[self.server.name] = number = tried.get(self.server.name, 0) + 1
        if self.server.name == "later" and number <= 2:
            self.say("451 4.3.0 come back later")
        else:
            self.say("250 ok")

    def recipient(self):
        if self.server.name == "refusing":
            self.say("550 5.1.1 nobody of that name\x1b[31m here")
        else:
            self.say("250 ok")

    def text(self):
        self.say("354 go on")
        for line in self.rfile:
            self.keep(line)
            if line == b".\r\n":
                break
        if self.server.name != "cutting":
            self.say("250 2.0.0 taken")

    def handle(self):
        self.secure = self.server.name == "implicit"
        if self.server.name == "silent":
            self.request.recv(1)
            return
        if self.server.name == "other":
            self.say("HTTP/1.1 400 Bad Request")
            return
        self.say("220 mail.test ESMTP")
        answers = {b"EHLO": self.hello, b"STARTTLS": self.start_tls, b"MAIL": self.begin, b"RCPT": self.recipient,
                   b"DATA": self.text}
        while line := self.rfile.readline():
            self.keep(line)
            verb = line.split()[0].upper()
            if verb == b"QUIT":
                self.say("221 bye")
                return
            answers.get(verb, lambda: self.say("502 what?"))()
            if verb == b"DATA" and self.server.name == "cutting":
                return


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder, name, tls=None):
        self.folder, self.name, self.tls = folder, name, tls
        super().__init__(("127.0.0.1", 0), Handler)

    def get_request(self):
        request, address = super().get_request()
        return (self.tls.wrap_socket(request, server_side=True), address) if self.name == "implicit" else (request, address)

    def handle_error(self, request, client_address):
        """Clients that end a connection in the middle are what is tested."""


def main(folder):
    certificate(folder, "ca", issuer=None)
    certificate(folder, "good", NAMES)
    certificate(folder, "wrong", [x509.DNSName("elsewhere.test")])
    good, wrong = context(folder, "good"), context(folder, "wrong")
    servers = [Server(folder, name) for name in ("plain", "later", "refusing", "silent", "other", "cutting")]
    servers += [Server(folder, "secure", good), Server(folder, "implicit", good), Server(folder, "wrong", wrong)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.name, server.server_address[1])
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
