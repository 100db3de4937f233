"""Files as nobody should write them: mutations of the real ones, each named by a number alone.

    python -m tests.support.mutation 4711        shows mutant 4711 and what becomes of it

The same number is the same mutant for ever, so a failure is reproduced by its number.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.support.hostile import CONTROLS, HOSTILE, LINES
from tests.support.pieces import ENCODINGS, ENDS, FLAGS, NESTS, ODD, RAW, SYNTAX, TIMES, VALUES, WORDS

ROOT = Path(__file__).parents[2]
Mutation = Callable[[Random, bytes], bytes]


class Mutant(NamedTuple):
    """One mutated file: what it is for, its name in the repository, its bytes, and what was done to it."""

    kind: str
    path: str
    content: bytes
    done: str


@cache
def originals() -> tuple[tuple[str, str, bytes], ...]:
    """The real files: (kind, path, content)."""
    incidents = sorted(ROOT.glob("incidents/**/*.yaml")) + sorted((ROOT / "tests/repo/ugly").glob("*.yaml"))
    names = [f"incidents/2026/11/{path.name}" for path in incidents]
    files = [("incident", name, path.read_bytes()) for name, path in zip(names, incidents, strict=True)]
    settings = ("settings", "reconciler.yaml", (ROOT / "reconciler.yaml").read_bytes())
    return (*files, *[settings] * (len(files) // 2))


def mutant(number: int) -> Mutant:
    """The mutant of that number: a real file after one to four mutations."""
    chance = Random(number)
    kind, path, content = chance.choice(originals())
    among = GENTLE if chance.random() < 0.2 else MUTATIONS
    chosen = [chance.choice(among) for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4)))]
    for mutation in chosen:
        content = mutation(chance, content)
    if chance.random() < 0.02:
        odd = f"incidents/{chance.choice(ODD)}/x.yaml"
        path = chance.choice((odd, "incidents/../../x.yaml", "incidents/X Y.yaml"))
    return Mutant(kind, path, content, ", ".join(mutation.__name__ for mutation in chosen))


def flipped_bits(chance: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8) if changed else 0):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def yaml_syntax(chance: Random, content: bytes) -> bytes:
    for _ in range(chance.randint(1, 4)):
        content = _inserted(chance, content, chance.choice(SYNTAX).encode())
    return content


def odd_characters(chance: Random, content: bytes) -> bytes:
    for _ in range(chance.randint(1, 4)):
        content = _inserted(chance, content, chance.choice(ODD).encode())
    return content


def raw_bytes(chance: Random, content: bytes) -> bytes:
    return _inserted(chance, content, chance.choice(RAW))


def another_encoding(chance: Random, content: bytes) -> bytes:
    return content.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")


def another_value(chance: Random, content: bytes) -> bytes:
    return _with_value(chance, content, chance.choice(VALUES))


def another_time(chance: Random, content: bytes) -> bytes:
    return _with_value(chance, content, chance.choice(TIMES), _holding(content, b"T1", b"_at", b"after"))


def hostile_text(chance: Random, content: bytes) -> bytes:
    text = chance.choice([*HOSTILE.values(), *LINES.values()])
    written = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return _with_value(chance, content, f'"{written}"', _holding(content, *WORDS))


def escaped_controls(chance: Random, content: bytes) -> bytes:
    return _with_value(chance, content, f'"a{chance.choice(CONTROLS)}b"', _holding(content, *WORDS))


def another_status(chance: Random, content: bytes) -> bytes:
    status = chance.choice(("investigating", "mitigated", "resolved", "closed", "canceled"))
    return _with_value(chance, content, status, _holding(content, b"status: "))


def another_flag(chance: Random, content: bytes) -> bytes:
    return content.rstrip(b"\n") + b"\n" + chance.choice(FLAGS).encode() + b"\n"


def deep_nesting(chance: Random, content: bytes) -> bytes:
    opens, closes = chance.choice(NESTS)
    depth = chance.choice((2, 48, 49, 50, 51, 52, 1000, 1000, 25_000))
    return _with_value(chance, content, opens * depth + "1" + closes * depth)


def huge_scalar(chance: Random, content: bytes) -> bytes:
    size = chance.choice((*[60, 61, 250, 251, 2000, 2001, 10_000] * 5, 100_000, 100_000, 990_000))
    text = chance.choice(("x", "x ", "é", "\U0001f525", "<", "&", "\\n", "''")) * size
    style = chance.choice(("{}", '"{}"', "'{}'", "|\n  {}", ">\n  {}"))
    return _with_value(chance, content, style.format(text))


def huge_key(chance: Random, content: bytes) -> bytes:
    key = chance.choice(("k", "é", "k ")) * chance.choice((100, 1023, 1024, 1025, 100_000))
    style = chance.choice(("{}: 1", '"{}": 1', "? {}\n: 1", "{{{}}}"))
    return _inserted_line(chance, content, style.format(key))


def many_keys(chance: Random, content: bytes) -> bytes:
    count = chance.choice((*[5] * 32, *[101] * 6, 1000, 25_000))
    shape = chance.choice(("k{}: 1", '"{}": {{}}', "k{}: [a, b]", "k: {}"))
    return content.rstrip() + b"\n" + "\n".join(shape.format(number) for number in range(count)).encode()


def many_items(chance: Random, content: bytes) -> bytes:
    count = chance.choice((*[2] * 30, *[101] * 6, 501, 1001, 25_000))
    item = chance.choice(("a", "1", "{}", "a@example.com", "{at: 1}", "[]"))
    return _with_value(chance, content, f"[{', '.join([item] * count)}]")


def mixed_line_ends(chance: Random, content: bytes) -> bytes:
    ends = chance.choice(ENDS)
    return b"".join(line + chance.choice(ends) for line in _lines(content))


def doubled_line(chance: Random, content: bytes) -> bytes:
    lines = _lines(content)
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return b"\n".join(lines)


def removed_line(chance: Random, content: bytes) -> bytes:
    lines = _lines(content)
    del lines[chance.randrange(len(lines))]
    return b"\n".join(lines)


def moved_line(chance: Random, content: bytes) -> bytes:
    lines = _lines(content)
    line = lines.pop(chance.randrange(len(lines)))
    lines.insert(chance.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def indented_line(chance: Random, content: bytes) -> bytes:
    lines = _lines(content)
    at = chance.randrange(len(lines))
    lines[at] = chance.choice((b" ", b"  ", b"\t", b"    ", b"", b"- ")) + lines[at].lstrip()
    return b"\n".join(lines)


def aliases(chance: Random, content: bytes) -> bytes:
    bomb = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    return chance.choice(
        (
            f"a0: &a0 [x]\n{bomb}".encode() + content,
            _with_value(chance, _with_value(chance, content, "&a x"), "*a"),
            _with_value(chance, content, "&a [*a]"),
            _with_value(chance, content, "*ghost"),
            _inserted_line(chance, content, "<<: {status: closed}"),
        )
    )


def truncated(chance: Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def concatenated(chance: Random, content: bytes) -> bytes:
    _, _, other = chance.choice(originals())
    return content + chance.choice((b"", b"\n", b"---\n", b"...\n", b"...\n---\n", b"\x00")) + other


def _lines(content: bytes) -> list[bytes]:
    return content.split(b"\n")


def _holding(content: bytes, *words: bytes) -> list[int]:
    """The numbers of the lines that hold one of the words."""
    return [at for at, line in enumerate(_lines(content)) if any(word in line for word in words)]


def _inserted(chance: Random, content: bytes, piece: bytes) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + piece + content[at:]


def _inserted_line(chance: Random, content: bytes, line: str) -> bytes:
    lines = _lines(content)
    lines.insert(chance.randrange(len(lines) + 1), line.encode())
    return b"\n".join(lines)


def _with_value(chance: Random, content: bytes, value: str, among: list[int] | None = None) -> bytes:
    """The content with the value of one of its lines replaced."""
    lines = _lines(content)
    at = chance.choice(among or [at for at, line in enumerate(lines) if b": " in line] or [0])
    key, found, _ = lines[at].partition(b": ")
    lines[at] = (key + b": " if found else b"") + value.encode()
    return b"\n".join(lines)


#: Often leave a file valid, so that what follows the check is tried as well.
GENTLE: tuple[Mutation, ...] = (
    *(hostile_text, hostile_text, another_time, another_status, another_flag, mixed_line_ends),
)
MUTATIONS: tuple[Mutation, ...] = (
    *GENTLE,
    *(flipped_bits, yaml_syntax, odd_characters, raw_bytes, another_encoding, another_value, another_value),
    *(another_time, escaped_controls, deep_nesting, huge_scalar, huge_key, many_keys, many_items),
    *(doubled_line, removed_line, moved_line, indented_line, aliases, truncated, concatenated),
)


def _show(number: int) -> None:
    from tests.support.surviving import survive

    shown = mutant(number)
    sys.stdout.buffer.write(shown.content[:4000])
    print(f"\n--- {shown.kind} {shown.path!a}, {len(shown.content):,} bytes, after: {shown.done}")
    print(f"--- {survive(shown)}")


if __name__ == "__main__":
    _show(int(sys.argv[1]))
