"""Who may ask: this machine's own browser, and for changes only the page itself.

The server listens on this machine alone, but a browser here also runs other people's pages. One of them may
have a name that suddenly means 127.0.0.1, so the Host has to be a name of this machine; and it may send a
form or a fetch, so a change has to come from the page's own origin, which no other page can claim.
"""

from __future__ import annotations

from collections.abc import Mapping

_HERE = ("127.0.0.1", "localhost", "[::1]")

#: Nothing but the page's own files is loaded or run, and nothing that anybody wrote can become markup.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def stranger(headers: Mapping[str, str]) -> str:
    """Why a request is not answered; empty where it is. Names of headers in lower case."""
    name = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
    return "" if name in _HERE else "this page is served to this machine only: open it as 127.0.0.1"


def meddler(headers: Mapping[str, str]) -> str:
    """Why a request may not change anything; empty where it may."""
    if headers.get("origin") != f"http://{headers.get('host', '')}":
        return "only the page itself changes anything here"
    if not headers.get("content-type", "").startswith("application/json"):
        return "what is to be done is told as JSON"
    return ""
