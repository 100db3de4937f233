"""Incidents as YAML in Git, brought in line with Slack, PagerDuty and Notion."""

__version__ = "0.1.0"
