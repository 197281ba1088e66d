"""What lets schemathesis in at the voice platform: account and key, a token of a service account. And what must not happen."""

import os

import schemathesis
from signing import Token

INSIDE = {2: "Internal error", 4: "Database error"}


@schemathesis.hook
def before_call(context, case, kwargs):
    """The account and its key in place of what is made up, with which everything is refused; each thing under one name."""
    body = case.body
    if not case.operation.path.startswith("/platform_api") or not isinstance(body, dict):
        return
    parent = "parent_" if case.operation.path.endswith("/AddAccount") else ""
    for name in ("account_id", "account_name", "account_email"):
        body.pop(parent + name, None)
    for name in list(body):
        kind, _, how = name.rpartition("_")
        if how in ("name", "email", "number") and kind + "_id" in body:
            del body[name]
    body[parent + "account_id"] = os.environ["ACCOUNT_ID"]
    body["parent_account_api_key" if parent else "api_key"] = os.environ["API_KEY"]


@schemathesis.check
def nothing_fails_inside(context, response, case):
    """Errors of the management API have status 200, too, so that no other check sees these."""
    kind = response.headers.get("content-type", [""])[0]
    if case.operation.path.startswith("/platform_api") and "json" in kind:
        answer = response.json()
        code = answer.get("error", {}).get("code") if isinstance(answer, dict) else None
        assert code not in INSIDE, f"{case.operation.path}: {response.text}"


schemathesis.auth.set_from_requests(Token("SERVICE")).apply_to(path_regex="^/log/")
