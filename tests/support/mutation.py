"""Files as nobody should write them: mutations of the real ones, each named by a number alone.

    python -m tests.support.mutation 4711        shows mutant 4711 and what becomes of it

The same number is the same mutant for ever, so a failure is reproduced by its number.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.support.gentle import GENTLE, Mutation, holding, inserted_line, lines, with_value
from tests.support.pieces import ENCODINGS, NESTS, ODD, RAW, SYNTAX, TIMES, VALUES

ROOT = Path(__file__).parents[2]
#: The ugly files write times as `16:58`, which no incident may.
_SHORT_TIME = re.compile(rb"(?<![T\d:])(1\d:\d\d)(?!:?\d)")


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
    files = [("incident", f"incidents/2026/11/{path.name}", _whole_times(path)) for path in incidents]
    settings = ("settings", "reconciler.yaml", (ROOT / "reconciler.yaml").read_bytes())
    return (*files, *[settings] * (len(files) // 2))


def _whole_times(path: Path) -> bytes:
    return _SHORT_TIME.sub(rb"2026-11-21T\1:00Z", path.read_bytes())


def mutant(number: int) -> Mutant:
    """The mutant of that number: a real file after one to four mutations."""
    chance = Random(number)
    kind, path, content = chance.choice(originals())
    among = GENTLE if chance.random() < 0.4 else MUTATIONS
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
    return with_value(chance, content, chance.choice(VALUES))


def another_time(chance: Random, content: bytes) -> bytes:
    return with_value(chance, content, chance.choice(TIMES), holding(content, b"T1", b"_at", b"after"))


def deep_nesting(chance: Random, content: bytes) -> bytes:
    opens, closes = chance.choice(NESTS)
    depth = chance.choice((2, 48, 49, 50, 51, 52, 1000, 1000, 25_000))
    return with_value(chance, content, opens * depth + "1" + closes * depth)


def huge_scalar(chance: Random, content: bytes) -> bytes:
    size = chance.choice((*[60, 61, 250, 251, 2000, 2001, 10_000] * 5, 100_000, 100_000, 990_000))
    text = chance.choice(("x", "x ", "é", "\U0001f525", "<", "&", "\\n", "''")) * size
    style = chance.choice(("{}", '"{}"', "'{}'", "|\n  {}", ">\n  {}"))
    return with_value(chance, content, style.format(text))


def huge_key(chance: Random, content: bytes) -> bytes:
    key = chance.choice(("k", "é", "k ")) * chance.choice((100, 1023, 1024, 1025, 100_000))
    style = chance.choice(("{}: 1", '"{}": 1', "? {}\n: 1", "{{{}}}"))
    return inserted_line(chance, content, style.format(key))


def many_keys(chance: Random, content: bytes) -> bytes:
    count = chance.choice((*[5] * 32, *[101] * 6, 1000, 25_000))
    shape = chance.choice(("k{}: 1", '"{}": {{}}', "k{}: [a, b]", "k: {}"))
    return content.rstrip() + b"\n" + "\n".join(shape.format(number) for number in range(count)).encode()


def many_items(chance: Random, content: bytes) -> bytes:
    count = chance.choice((*[2] * 30, *[101] * 6, 501, 1001, 25_000))
    item = chance.choice(("a", "1", "{}", "a@example.com", "{at: 1}", "[]"))
    return with_value(chance, content, f"[{', '.join([item] * count)}]")


def doubled_line(chance: Random, content: bytes) -> bytes:
    listed = lines(content)
    listed.insert(chance.randrange(len(listed) + 1), chance.choice(listed))
    return b"\n".join(listed)


def removed_line(chance: Random, content: bytes) -> bytes:
    listed = lines(content)
    del listed[chance.randrange(len(listed))]
    return b"\n".join(listed)


def moved_line(chance: Random, content: bytes) -> bytes:
    listed = lines(content)
    line = listed.pop(chance.randrange(len(listed)))
    listed.insert(chance.randrange(len(listed) + 1), line)
    return b"\n".join(listed)


def indented_line(chance: Random, content: bytes) -> bytes:
    listed = lines(content)
    at = chance.randrange(len(listed))
    listed[at] = chance.choice((b" ", b"  ", b"\t", b"    ", b"", b"- ")) + listed[at].lstrip()
    return b"\n".join(listed)


def aliases(chance: Random, content: bytes) -> bytes:
    bomb = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    return chance.choice(
        (
            f"a0: &a0 [x]\n{bomb}".encode() + content,
            with_value(chance, with_value(chance, content, "&a x"), "*a"),
            with_value(chance, content, "&a [*a]"),
            with_value(chance, content, "*ghost"),
            inserted_line(chance, content, "<<: {status: closed}"),
        )
    )


def truncated(chance: Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def concatenated(chance: Random, content: bytes) -> bytes:
    _, _, other = chance.choice(originals())
    return content + chance.choice((b"", b"\n", b"---\n", b"...\n", b"...\n---\n", b"\x00")) + other


def _inserted(chance: Random, content: bytes, piece: bytes) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + piece + content[at:]


MUTATIONS: tuple[Mutation, ...] = (
    *GENTLE[::4],
    *(flipped_bits, yaml_syntax, odd_characters, raw_bytes, another_encoding, another_value, another_value),
    *(another_time, another_time, deep_nesting, huge_scalar, huge_key, many_keys, many_items),
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
