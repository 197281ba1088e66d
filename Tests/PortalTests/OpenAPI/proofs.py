"""What lets schemathesis in at the portal: an administrator's session, the controller's signature."""

import schemathesis
from signing import Signature, Token

schemathesis.auth.set_from_requests(Token("SESSION")).apply_to(path_regex="^/api/(?!log(in|out)$)")
schemathesis.auth.set_from_requests(Signature("controller->portal")).apply_to(path_regex="^/(telephony|crm)/")
