"""A licence server that knows every portal: python3 licences.py ADDRESS TOKEN

It says its port on a line, and for each line that it reads how many questions it has had, and about how many portals;
the line "end" ends it.
"""

import json
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADDRESS, TOKEN = sys.argv[1:]
QUESTIONS, LOCK = Counter(), threading.Lock()


class Licences(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        portal = self.path.rpartition("/")[2]
        with LOCK:
            QUESTIONS[portal] += 1
        is_admitted = self.headers.get("Authorization") == "Bearer " + TOKEN
        licence = {
            "licence_key": "KEY-OF-" + portal, "currency": "RUB", "region": "RU", "kind": "cloud",
            "licensed_until": None, "address": ADDRESS,
        }
        body = json.dumps(licence if is_admitted else {}).encode()
        self.send_response(200 if is_admitted else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


server = Server(("127.0.0.1", 0), Licences)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
for line in sys.stdin:
    if line == "end\n":
        break
    with LOCK:
        print(sum(QUESTIONS.values()), len(QUESTIONS), flush=True)
