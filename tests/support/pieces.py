"""What mutations put into files: bits of YAML, values of every type, impossible times, odd characters."""

from __future__ import annotations

SYNTAX = (
    *(
        ": ",
        "- ",
        "? ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "*a\n",
        "!t ",
        "!<x> ",
        "<<: *a\n",
        "---\n",
        "...\n",
    ),
    *("!!python/object/apply:os.system ", "%YAML 1.1\n", "%TAG ! x\n", "|\n", ">-\n", "|2+\n", '"', "'", "#"),
    *("\t", "@", "`", "%", "\\", ",", "\n", "\n\n", " ", "  ", "=", "~", "!", "&", "*", "null", "0x", "1e"),
)

VALUES = (
    *(
        "null",
        "~",
        "true",
        "no",
        "[]",
        "{}",
        "[[]]",
        "0",
        "-1",
        "1.5",
        "0x10",
        "0o17",
        "0123",
        ".inf",
        "-.Inf",
    ),
    *(".nan", "1e999999", "-1e999999", "1e-999999"),
    *("1" + "0" * 5000, "1" * 81, "1_000", "16:45:01", '""', "''", "{a: {}}", "[null]", "[{}]", "[1, 2]"),
    *("sev1", "sev2", "sev3", "resolved", "closed", "canceled", "[checkout, search]", "[ghost]", "yes"),
    *("ana@example.com", "a@b.c", "@", "'@x'", "'#x'", "!!str x", "&a x", "*a", "{commander: x}"),
    *("https://example.com", "http://[::1", "javascript:alert(1)", "file:///etc/passwd", "../../etc/passwd"),
)

GOOD_TIMES = (
    *("2026-11-22T16:45:00Z", "2026-11-22 17:45:00.123456789+01:00", "2026-11-21t23:45:00z"),
    *('"2026-11-29T16:45:00Z"', "2026-12-31T23:59:59-23:59", "2027-02-28T00:00:00+14:00"),
)

TIMES = (
    *("0001-01-01T00:00:00+23:59", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-11-21"),
    *("2026-11-21T16:45:00+99:99", "2026-11-21T16:45:00-99:99", "2000-01-01T00:00:00+23:59", "16:45"),
    *("2099-12-31T23:59:59-23:59", "2024-02-29T23:59:60Z", "2023-02-29T00:00:00Z", "2026-02-30T00:00:00Z"),
    *("2026-11-21 16:45:00.123456789Z", "2026-11-21t16:45:00z", "-2026-11-21T16:45:00Z", "2026-W47-6"),
    *("2000-01-01T00:00:00Z", "2099-12-31T23:59:59.999999Z", "2026-11-21T16:45Z", "2026-11-21T24:00:00Z"),
    *("٢٠٢٦-11-21T16:45:00Z", "2026‐11‐21T16:45:00Z", "1e999", "99999999999999999999-01-01T00:00:00Z"),
)

ODD = (
    *("\u202e", "\u2067", "\u200d", "\u200b", "\ufeff", "\u2028", "\u2029", "\x85", "\xa0", "\xad", "\ufffd"),
    *(
        "\ufffe",
        "\U0010ffff",
        "\ue000",
        "\U0001f469\u200d\U0001f4bb",
        "\u0336" * 1000,
        "\u3000",
        "\U000e0041",
    ),
    *("İ", "ß", "ﬁ", "𝟙", "\x1b[31m", "\x1b]8;;https://evil.example.com\x07", "\x9b2J", "\x00", "\x07"),
    *("\x08", "\x7f", "\x0b", "\x0c"),
)

RAW = (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xfe\xff", b"\xe2\x80", b"\x80")

#: What opens and what closes a level.
NESTS = (
    *(("[", "]"), ("{a: ", "}"), ("[{a: ", "}]"), ("- ", ""), ("? ", ""), ("[", ""), ("{", ""), ("- - ", "")),
    *((">", ""), ("&a [", "]"), ("!t [", "]"), ("\n a: ", ""), ("? [", "]"), ('"', ""), ("a: ", "")),
)

ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7", "latin-1", "cp037")
FLAGS = ("private: true", "drill: true", "paused: true", "private: {allow: true}", "bridge: http://[::1")
PEOPLE = (
    "ana@example.com",
    "d'artagnan+3@example.com",
    "x@y.example",
    "-n@example.com",
    "A.B-C_D@example.com",
)
#: Keys that an incident may have.
ADDED = (
    *("bridge: https://zoom.us/j/1?a=b&c=<d>#[e]", "responders: [bo@example.com, dee@example.com]"),
    *(
        "services: [checkout, search]",
        "page: [payments]",
        "roles: {commander: chen@example.com, x y: a@b.example}",
    ),
    *(
        "times: {detected: 2026-11-20T00:00:00Z}",
        'summary: "<!channel>\\n# Owned\\n::error::x"',
        "drill: true",
    ),
    *("reporter: chen@example.com", "paused: true", "private: true", "page: [payments, primary]"),
)
ENDS = ((b"\n", b"\r\n"), (b"\n", b"\r"), (b"\r\n",), (b"\n", "\u2028".encode(), "\x85".encode()))
#: Keys whose values are anybody's words.
WORDS = (b"title: ", b"summary: ", b"text: ", b"description: ")
