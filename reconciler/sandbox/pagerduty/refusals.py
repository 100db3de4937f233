"""PagerDuty's ways to say no, in its own words and numbers: whatever reads them is put to the test.

The HTTP status is the error's `code`; PagerDuty's own number stands last in its words, and in the body.
"""

from __future__ import annotations

from reconciler.targets.seam import Refused

_MESSAGES = {
    1008: "Requester User Not Found",
    1028: 'Malformed "From" header',
    2001: "Invalid Input Provided",
    2002: "Arguments Caused Error",
    2006: "Authentication Failed",
    2010: "Access Denied",
    2016: 'You must specify a user\'s email address in the "From" header to perform this action',
    2100: "Not Found",
}


def refused(method: str, status: int, number: int | None, *errors: str, message: str = "") -> Refused:
    """A refusal with the body that PagerDuty sends; `errors` are its sentences for people."""
    text = message or _MESSAGES.get(number or 0, "")
    body: dict[str, object] = {"message": text, "errors": list(errors)}
    words = ": ".join(part for part in (text, "; ".join(errors)) if part)
    if number is not None:
        body["code"] = number
        words = f"{words} ({number})"
    return Refused(method, str(status), words, answer={"error": body}, status=status)
