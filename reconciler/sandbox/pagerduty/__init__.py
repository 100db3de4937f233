"""The sandbox's PagerDuty: incidents, their notes and log entries, and the account they live in."""

from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.pagerduty.people import People

__all__ = ["PagerDutyMachine", "People"]
