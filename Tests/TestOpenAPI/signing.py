"""Signatures as docs/portal-protocol.md and docs/payments.md say, and tokens."""

import hashlib
import hmac
import os
import time

import requests.auth


def mac(key, text):
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def octets(request):
    body = request.body or b""
    return body.encode() if isinstance(body, str) else body


def seconds():
    """Of the server's clock, where that is not this machine's."""
    return os.environ.get("SECONDS_NOW") or str(int(time.time()))


class Signature(requests.auth.AuthBase):
    """Between the portal demo and the controller."""

    def __init__(self, direction):
        self.key = mac(os.environ["LICENCE_KEY"], "switchboard/" + direction)

    def __call__(self, request):
        now, nonce = seconds(), os.urandom(16).hex()
        digest = hashlib.sha256(octets(request)).hexdigest()
        text = "\n".join([request.method, request.path_url, digest, now, nonce])
        request.headers["X-Switchboard-Portal"] = "demo"
        request.headers["X-Switchboard-Time"] = now
        request.headers["X-Switchboard-Nonce"] = nonce
        request.headers["X-Switchboard-Signature"] = mac(self.key, text)
        return request


class Token(requests.auth.AuthBase):
    def __init__(self, name):
        self.token = os.environ[name + "_TOKEN"]

    def __call__(self, request):
        request.headers["Authorization"] = "Bearer " + self.token
        return request
