"""Mutations that mostly leave a file valid, so that what follows the check is tried on odd files too.

Each takes the chance it is drawn with and a file's bytes. Where a file is written in another form than a
mutation looks for, it stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from tests.support.hostile import CONTROLS, HOSTILE, LINES
from tests.support.pieces import ADDED, ENDS, FLAGS, GOOD_TIMES, PEOPLE, WORDS

Mutation = Callable[[Random, bytes], bytes]

#: Without these there is no incident, and without these no settings.
_NEEDED = (b"title", b"severity", b"severities", b"status", b"declared_at", b"teams")
_PLAIN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def hostile_title(chance: Random, content: bytes) -> bytes:
    text = quoted(chance.choice([*HOSTILE.values()]))
    return with_value(chance, content, text, holding(content, b"title: ", b"description: "))


def hostile_text(chance: Random, content: bytes) -> bytes:
    text = chance.choice([*HOSTILE.values(), *LINES.values()])
    among = holding(content, b"summary: ", b"text: ") if text in LINES.values() else holding(content, *WORDS)
    return with_value(chance, content, quoted(text), among)


def escaped_controls(chance: Random, content: bytes) -> bytes:
    return with_value(chance, content, f'"a{chance.choice(CONTROLS)}b"', holding(content, *WORDS))


def added_update(chance: Random, content: bytes) -> bytes:
    """One more at the end of the updates, in the form that the file has them in, or the first one."""
    text = quoted(chance.choice([*HOSTILE.values(), *LINES.values()]))
    at = f"2026-11-{chance.randint(22, 29)}T{chance.randint(10, 23)}:{chance.randint(10, 59)}:00Z"
    who = chance.choice(PEOPLE)
    listed = lines(content)
    for number, line in enumerate(listed[:-1]):
        following = listed[number + 1]
        if line.rstrip() == b"updates:" and following.lstrip().startswith(b"- "):
            dash = following[: len(following) - len(following.lstrip())]
            listed.insert(number + 1, dash + f'- {{at: {at}, by: "{who}", text: {text}}}'.encode())
            return b"\n".join(listed)
    if b"updates" in content:
        return content
    return _with_line(content, f"updates: [{{at: {at}, by: '{who}', text: {text}}}]")


def added_key(chance: Random, content: bytes) -> bytes:
    line = chance.choice(ADDED)
    key = line.split(":")[0].encode()
    return content if key in content else _with_line(content, line)


def another_flag(chance: Random, content: bytes) -> bytes:
    return _with_line(content, chance.choice(FLAGS))


def another_status(chance: Random, content: bytes) -> bytes:
    status = chance.choice(("investigating", "mitigated", "resolved", "closed", "canceled"))
    return with_value(chance, content, status, holding(content, b"status: "))


def later_time(chance: Random, content: bytes) -> bytes:
    among = holding(content, b"at: 2", b"resolved: ", b"closed: ")
    return with_value(chance, content, chance.choice(GOOD_TIMES), among) if among else content


def another_person(chance: Random, content: bytes) -> bytes:
    return with_value(chance, content, chance.choice(PEOPLE), holding(content, b"@example.com"))


def commented(chance: Random, content: bytes) -> bytes:
    words = chance.choice([*HOSTILE.values()])
    return inserted_line(chance, content, " " * chance.choice((0, 0, 2, 4)) + f"# {words}")


def comment_behind(chance: Random, content: bytes) -> bytes:
    listed = lines(content)
    at = chance.randrange(len(listed))
    listed[at] += f"  # {chance.choice([*HOSTILE.values()])}".encode()
    return b"\n".join(listed)


def blank_lines(chance: Random, content: bytes) -> bytes:
    for _ in range(chance.randint(1, 4)):
        content = inserted_line(chance, content, chance.choice(("", "", " ", "    ")))
    return content


def requoted(chance: Random, content: bytes) -> bytes:
    """A plain value in quotes, or a quoted one in the others."""
    listed = lines(content)
    among = [at for at in holding(content, b": ") if listed[at].partition(b": ")[2][:1] in _PLAIN]
    if not among:
        return content
    at = chance.choice(among)
    key, _, value = listed[at].partition(b": ")
    quote = chance.choice((b"'", b'"'))
    written = value.rstrip().replace(b"'", b"''") if quote == b"'" else value.rstrip()
    listed[at] = key + b": " + quote + written + quote
    return b"\n".join(listed)


def folded(chance: Random, content: bytes) -> bytes:
    """Somebody's words as a block below their key."""
    listed, among = lines(content), holding(content, b"summary: ", b"  text: ")
    if not among:
        return content
    at = chance.choice(among)
    key, _, value = listed[at].partition(b": ")
    indent = b" " * (len(key) - len(key.lstrip(b" -")) + 2)
    style = chance.choice((b"|", b"|-", b">", b">+"))
    listed[at] = key + b": " + style + b"\n" + indent + value + b"\n" + indent + b"more of it"
    return b"\n".join(listed)


def reordered(chance: Random, content: bytes) -> bytes:
    first, *blocks = _blocks(content)
    chance.shuffle(blocks)
    return b"\n".join([first, *blocks])


def dropped_block(chance: Random, content: bytes) -> bytes:
    first, *blocks = _blocks(content)
    among = [at for at, block in enumerate(blocks) if block.partition(b":")[0] not in _NEEDED]
    if among:
        del blocks[chance.choice(among)]
    return b"\n".join([first, *blocks])


def mixed_line_ends(chance: Random, content: bytes) -> bytes:
    ends = chance.choice(ENDS)
    return b"".join(line + chance.choice(ends) for line in lines(content))


def windows_line_ends(chance: Random, content: bytes) -> bytes:
    return b"".join(line.rstrip(b"\r") + chance.choice((b"\n", b"\r\n")) for line in lines(content))


GENTLE: tuple[Mutation, ...] = (
    *(hostile_title, hostile_text, hostile_text, escaped_controls, added_update, added_update, added_key),
    *(another_flag, another_status, later_time, another_person, commented, comment_behind, blank_lines),
    *(requoted, folded, reordered, dropped_block, mixed_line_ends, windows_line_ends),
)


# what mutations are made of --------------------------------------------------------------------


def lines(content: bytes) -> list[bytes]:
    """The lines without their ends."""
    return content.split(b"\n")


def holding(content: bytes, *words: bytes) -> list[int]:
    """The numbers of the lines that hold one of the words."""
    return [at for at, line in enumerate(lines(content)) if any(word in line for word in words)]


def inserted_line(chance: Random, content: bytes, line: str) -> bytes:
    """The content with one more line somewhere."""
    listed = lines(content)
    listed.insert(chance.randrange(len(listed) + 1), line.encode())
    return b"\n".join(listed)


def with_value(chance: Random, content: bytes, value: str, among: Iterable[int] = ()) -> bytes:
    """The content with the value of one of its lines replaced."""
    listed = lines(content)
    at = chance.choice([*among] or [at for at, line in enumerate(listed) if b": " in line] or [0])
    key, found, _ = listed[at].partition(b": ")
    listed[at] = (key + b": " if found else b"") + value.encode()
    return b"\n".join(listed)


def quoted(text: str) -> str:
    """The text in double quotes, as YAML has it."""
    written = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{written}"'


def _with_line(content: bytes, line: str) -> bytes:
    return content.rstrip(b"\n") + b"\n" + line.encode() + b"\n"


def _blocks(content: bytes) -> list[bytes]:
    """What stands before the first key at the margin, and then a piece for each such key."""
    blocks = [b""]
    for line in lines(content):
        if line[:1].isalpha():
            blocks.append(line)
        else:
            blocks[-1] += b"\n" + line
    return blocks
