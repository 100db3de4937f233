"""The settings' `helper:` key: what it takes, and what it refuses."""

from __future__ import annotations

import pytest

from reconciler.incident.settings import HelperSettings
from reconciler.repo.loader import BadFile, load_settings

BEGIN = "severities: [{name: sev1}]\n"


def loaded(lines: str) -> HelperSettings:
    return load_settings((BEGIN + lines).encode(), "reconciler.yaml", name="acme").helper


def test_who_is_not_named_is_every_member() -> None:
    assert loaded("") == HelperSettings()
    assert loaded("helper: {}\n").lead is None


def test_people_groups_and_channels_are_named() -> None:
    named = ("@incident-leads", "vp@example.com", "#incidents", "C0123")
    assert loaded(f"helper: {{lead: {[*named]}, aliases: [/assemble]}}\n") == HelperSettings(
        aliases=("/assemble",), lead=named
    )


@pytest.mark.parametrize(
    "lines",
    [
        "helper: {lead: [everybody]}",
        "helper: {lead: ['<!channel>']}",
        "helper: {lead: ['@Leads']}",
        "helper: {lead: '@leads'}",
        "helper: {aliases: [/deploy]}",
        "helper: {led: []}",
    ],
)
def test_what_names_nobody_is_refused(lines: str) -> None:
    with pytest.raises(BadFile):
        loaded(f"{lines}\n")
