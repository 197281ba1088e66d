"""A small portal, written from docs/portal-protocol.md alone, with the standard library alone.

    portal.py vectors FILE          checks the test vectors
    portal.py run ID CONTROLLER     reads its licence key as the first line of the input, serves the controller's
                                    commands, prints its port, then carries out one command a line of the input:
                                    a name, a space, a JSON body; and prints each answer as one line of JSON
"""

import hashlib
import hmac
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WINDOW = 300


def mac(key, text):
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def request_key(licence_key, direction):
    return mac(licence_key, "switchboard/" + direction)


def signature(key, method, path, body, seconds, nonce):
    digest = hashlib.sha256(body).hexdigest()
    return mac(key, "\n".join([method, path, digest, str(seconds), nonce]))


class Keys:
    """The licence keys that count: the present one first."""

    def __init__(self, present):
        self.keys = [present]

    def add(self, key):
        self.keys.insert(0, key)


class Controller:
    def __init__(self, portal, address, keys):
        self.portal, self.address, self.keys = portal, address, keys

    def ask(self, command, body):
        path = "/portal/" + command
        octets = body.encode()
        seconds, nonce = int(time.time()), os.urandom(16).hex()
        key = request_key(self.keys.keys[0], "portal->controller")
        request = urllib.request.Request(self.address + path, data=octets, method="POST")
        request.add_header("Content-Type", "application/json")
        request.add_header("X-Switchboard-Portal", self.portal)
        request.add_header("X-Switchboard-Time", str(seconds))
        request.add_header("X-Switchboard-Nonce", nonce)
        request.add_header("X-Switchboard-Signature", signature(key, "POST", path, octets, seconds, nonce))
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


class Gate:
    """Says whether a request of the controller is to be believed."""

    def __init__(self, portal, keys):
        self.portal, self.keys = portal, keys
        self.nonces, self.lock = {}, threading.Lock()

    def admits(self, headers, method, path, body):
        seconds = headers.get("X-Switchboard-Time", "")
        nonce = headers.get("X-Switchboard-Nonce", "")
        given = headers.get("X-Switchboard-Signature", "")
        if headers.get("X-Switchboard-Portal") != self.portal or not seconds.isdigit() or not nonce:
            return False
        now = int(time.time())
        if abs(now - int(seconds)) > WINDOW:
            return False
        good = False
        for licence_key in self.keys.keys:
            key = request_key(licence_key, "controller->portal")
            good |= hmac.compare_digest(given, signature(key, method, path, body, int(seconds), nonce))
        if not good:
            return False
        with self.lock:
            self.nonces = {known: end for known, end in self.nonces.items() if end >= now}
            if nonce in self.nonces:
                return False
            self.nonces[nonce] = int(seconds) + WINDOW
        return True


def handler(gate):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if not gate.admits(self.headers, "POST", self.path, body):
                return self.answer(403, {"error": {"code": "REFUSED", "msg": "the request was refused"}})
            if self.path == "/telephony/LineSettings":
                line = json.loads(body)["SEARCH_ID"]
                if line != "python":
                    return self.answer(200, {"ERROR": "LINE_NOT_FOUND"})
                return self.answer(200, {"SEARCH_ID": line, "QUEUE_USERS": [{"USER_ID": 7}], "CRM": "N"})
            if self.path == "/crm/employees":
                return self.answer(200, {"employees": [{"id": 7, "name": "Guido", "online": True}]})
            if self.path == "/crm/find":
                return self.answer(200, {"contacts": [], "companies": [], "leads": []})
            return self.answer(200, {"result": "OK"})

        def answer(self, status, value):
            text = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    return Handler


def check_vectors(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)["vectors"]
    for vector in vectors:
        key = request_key(vector["licence_key"], vector["direction"])
        made = signature(
            key, vector["method"], vector["path"], vector["body"].encode(), vector["time"], vector["nonce"])
        if key != vector["key"] or made != vector["signature"]:
            sys.exit("wrong: " + vector["note"])
    print(len(vectors))


def run(portal, address):
    keys = Keys(sys.stdin.readline().strip())
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Gate(portal, keys)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    controller = Controller(portal, address, keys)
    for line in sys.stdin:
        command, _, body = line.strip().partition(" ")
        if command == "end":
            break
        if command == "key":
            keys.add(body)
            continue
        status, answer = controller.ask(command, body or "{}")
        print(json.dumps({"status": status, "answer": answer}), flush=True)


if sys.argv[1] == "vectors":
    check_vectors(sys.argv[2])
else:
    run(sys.argv[2], sys.argv[3])
