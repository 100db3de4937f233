"""Every key and every value is known with its place, so that a problem and an edit find it."""

from __future__ import annotations

from reconciler.repo.loader import load_document, load_incident

FILE = """\
# a comment
title: Überall ist es kaputt
services: [checkout, search]
roles:
  commander: ana@example.com
updates:
  - at: 2026-11-21T16:58:00Z
    text: |
      Two
      lines
  -
    text: "ä" # quoted
bridge:
"""


def test_each_value_has_its_line_and_column() -> None:
    positions = load_document(FILE.encode(), "file.yaml").positions
    assert positions == {
        (): (2, 1),
        ("title",): (2, 8),
        ("services",): (3, 11),
        ("services", 0): (3, 12),
        ("services", 1): (3, 22),
        ("roles",): (5, 3),
        ("roles", "commander"): (5, 14),
        ("updates",): (7, 3),
        ("updates", 0): (7, 5),
        ("updates", 0, "at"): (7, 9),
        ("updates", 0, "text"): (8, 11),
        ("updates", 1): (12, 5),
        ("updates", 1, "text"): (12, 11),
        ("bridge",): (13, 8),
    }


def test_each_key_has_its_line_and_column() -> None:
    keys = load_document(FILE.encode(), "file.yaml").keys
    assert keys == {
        ("title",): (2, 1),
        ("services",): (3, 1),
        ("roles",): (4, 1),
        ("roles", "commander"): (5, 3),
        ("updates",): (6, 1),
        ("updates", 0, "at"): (7, 5),
        ("updates", 0, "text"): (8, 5),
        ("updates", 1, "text"): (12, 5),
        ("bridge",): (13, 1),
    }


def test_a_byte_order_mark_and_windows_line_ends_move_nothing() -> None:
    there = load_document(("\ufeff" + FILE.replace("\n", "\r\n")).encode(), "file.yaml")
    here = load_document(FILE.encode(), "file.yaml")
    assert (there.positions, there.keys) == (here.positions, here.keys)
    assert there.data == here.data


def test_columns_count_characters_not_bytes() -> None:
    document = load_document("{ä: 🦏, b: c}".encode(), "file.yaml")
    assert document.keys[("b",)] == (1, 8)


def test_a_value_that_is_missing_at_the_end_is_missing_behind_the_last_word() -> None:
    for file in ("a: 1\n? roles", "a: 1\n? roles\n", "a: 1\n? roles\n\n"):
        assert load_document(file.encode(), "file.yaml").positions[("roles",)] == (2, 8)


def test_the_incident_knows_where_its_values_stand() -> None:
    rest = "status: closed\ndeclared_at: 2026-11-21T16:45:00Z\nroles: {a: b@example.com}\n"
    content = f"title: x\nseverity: sev1\n{rest}"
    incident = load_incident(content.encode(), "incidents/2026/11/x.yaml", None)
    assert str(incident.where("severity")) == "incidents/2026/11/x.yaml:2:11"
    assert str(incident.where("roles", "a")) == "incidents/2026/11/x.yaml:5:12"
    assert str(incident.where("roles", "other")) == "incidents/2026/11/x.yaml:5:8"
    assert str(incident.where("bridge")) == "incidents/2026/11/x.yaml:1:1"
