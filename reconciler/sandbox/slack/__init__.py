"""The sandbox's Slack: one workspace, one app with a bot, and the rules of Slack's Web API for them."""

from reconciler.sandbox.slack.limits import TIERS
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.sandbox.slack.people import Person

__all__ = ["TIERS", "Person", "SlackMachine"]
