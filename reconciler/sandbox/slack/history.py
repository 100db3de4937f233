"""What was said: a channel's messages from the newest back, and a thread from its parent on."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.slack import pages, shapes
from reconciler.sandbox.slack.workspace import No, Record, Workspace

_MICROS = 1_000_000


def history(
    slack: Workspace,
    channel: str,
    oldest: str = "",
    latest: str = "",
    inclusive: bool = False,
    limit: int = pages.DEFAULT_LIMIT,
    cursor: str = "",
    include_all_metadata: bool = False,
) -> Record:
    """A channel's messages, newest first, without thread replies that were not broadcast."""
    found = slack.joined(channel)
    window = _Window(oldest, latest, inclusive, pages.place(cursor) if cursor else "")
    size = pages.capped(slack, limit)
    kept: list[Record] = []
    for ts in reversed(found["messages"]):
        if window.is_past(ts) or len(kept) > size:
            break
        if window.holds(ts) and _in_channel(found["messages"][ts]):
            kept.append(found["messages"][ts])
    return _answer(found, kept, size, include_all_metadata)


def _in_channel(message: Record) -> bool:
    return "parent_user_id" not in message or message.get("subtype") == "thread_broadcast"


def replies(
    slack: Workspace,
    channel: str,
    ts: str,
    oldest: str = "",
    latest: str = "",
    inclusive: bool = False,
    limit: int = pages.MOST,
    cursor: str = "",
    include_all_metadata: bool = False,
) -> Record:
    """A thread in the order in which it was written, its parent first; any of its messages names it."""
    found = slack.joined(channel)
    if ts not in found["messages"]:
        raise No("thread_not_found")
    root = found["messages"][ts].get("thread_ts", ts)
    window = _Window(oldest, latest, inclusive)
    start = pages.place(cursor) if cursor else ""
    said = [at for at in found["threads"].get(root, []) if window.holds(at)]
    size = pages.capped(slack, limit)
    kept = [found["messages"][at] for at in [root, *said] if at > start][: size + 1]
    return _answer(found, kept, size, include_all_metadata)


def _answer(channel: Record, kept: list[Record], size: int, metadata: bool) -> Record:
    """A page, given one message more than it holds if there is one."""
    shown = [shapes.message(record, channel, metadata) for record in kept[:size]]
    more = len(kept) > size
    answer: dict[str, Any] = {"messages": shown, "has_more": more}
    return answer | pages.after(kept[size - 1]["ts"]) if more else answer


class _Window:
    """A stretch of time between two stamps, and before the last message of the page before."""

    def __init__(self, oldest: str, latest: str, inclusive: bool, before: str = ""):
        reach = 0 if inclusive else 1
        self.first = _micros(oldest, "invalid_ts_oldest") + reach if oldest else 0
        self.last = _micros(latest, "invalid_ts_latest") - reach if latest else None
        self.before = _micros(before, "invalid_cursor") if before else None

    def is_past(self, ts: str) -> bool:
        return _micros(ts, "") < self.first

    def holds(self, ts: str) -> bool:
        at = _micros(ts, "")
        late = self.last is not None and at > self.last
        return at >= self.first and not late and not (self.before is not None and at >= self.before)


def _micros(ts: str, error: str) -> int:
    seconds, _, fraction = ts.partition(".")
    if not seconds.isdecimal() or not (fraction or "0").isdecimal():
        raise No(error)
    return int(seconds) * _MICROS + int(fraction[:6].ljust(6, "0"))
