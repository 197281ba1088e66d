"""What lets schemathesis in at the controller: signatures as docs/portal-protocol.md says, the operator's token."""

import hashlib
import hmac
import os
import time

import requests.auth
import schemathesis


def mac(key, text):
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


class Signature(requests.auth.AuthBase):
    def __init__(self, direction):
        self.key = mac(os.environ["LICENCE_KEY"], "switchboard/" + direction)

    def __call__(self, request):
        body = request.body or b""
        octets = body.encode() if isinstance(body, str) else body
        seconds, nonce = str(int(time.time())), os.urandom(16).hex()
        digest = hashlib.sha256(octets).hexdigest()
        text = "\n".join([request.method, request.path_url, digest, seconds, nonce])
        request.headers["X-Switchboard-Portal"] = "demo"
        request.headers["X-Switchboard-Time"] = seconds
        request.headers["X-Switchboard-Nonce"] = nonce
        request.headers["X-Switchboard-Signature"] = mac(self.key, text)
        return request


class Token(requests.auth.AuthBase):
    def __init__(self, person):
        self.token = os.environ[person + "_TOKEN"]

    def __call__(self, request):
        request.headers["Authorization"] = "Bearer " + self.token
        return request


schemathesis.auth.set_from_requests(Signature("portal->controller")).apply_to(path_regex="^/portal/")
schemathesis.auth.set_from_requests(Signature("scenario->controller")).apply_to(path="/scenario")
schemathesis.auth.set_from_requests(Token("OPERATOR")).apply_to(path_regex="^/(admin/|metrics)")
schemathesis.auth.set_from_requests(Token("SUPPORT")).apply_to(path_regex="^/support/")
