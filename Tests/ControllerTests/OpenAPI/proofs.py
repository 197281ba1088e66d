"""What lets schemathesis in at the controller: signatures of portal, scenario and payment systems, tokens of people."""

import hashlib
import json
import os

import requests.auth
import schemathesis
from signing import Signature, Token, mac, octets, seconds


class Payment(requests.auth.AuthBase):
    """As docs/payments.md says."""

    def __call__(self, request):
        now, payment = seconds(), self.payment(request)
        digest = hashlib.sha256(octets(request)).hexdigest()
        text = "\n".join([request.method, request.path_url, digest, now, payment])
        request.headers["X-Switchboard-Time"] = now
        request.headers["X-Switchboard-Payment"] = payment
        request.headers["X-Switchboard-Signature"] = mac(os.environ["PAYMENT_SECRET"], text)
        return request

    @staticmethod
    def payment(request):
        """What the body names, if a header can say it."""
        try:
            name = json.loads(octets(request))["payment_id"]
        except (ValueError, KeyError, TypeError):
            return "none"
        is_sayable = isinstance(name, str) and name.isascii() and name.isprintable() and name.strip() == name != ""
        return name if is_sayable else "none"


schemathesis.auth.set_from_requests(Signature("portal->controller")).apply_to(path_regex="^/portal/")
schemathesis.auth.set_from_requests(Signature("scenario->controller")).apply_to(path="/scenario")
schemathesis.auth.set_from_requests(Token("OPERATOR")).apply_to(path_regex="^/(admin/|metrics)")
schemathesis.auth.set_from_requests(Token("SUPPORT")).apply_to(path_regex="^/support/")
schemathesis.auth.set_from_requests(Payment()).apply_to(path_regex="^/payments/")
