"""Prometheus metrics of one process: what it tried, what became of it, and how soon on-call was paged.

No label holds a word of an incident, not even its id: whoever may read the metrics may not know of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from reconciler.errors import Failure
from reconciler.plan.plan import Outcome, Report

#: Upper bounds, in seconds, of how soon a page went out.
_SECONDS = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800)
_RESULTS = {0: "done", 3: "incomplete", 4: "held", 5: "elsewhere"}


class Metrics:
    """Counts of one process, in a registry of their own."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = registry = CollectorRegistry()
        self.attempts = Counter(
            "reconciler_attempts",
            "Turns of the loop, by how they ended: done, incomplete, held, elsewhere, failed.",
            ["result"],
            registry=registry,
        )
        self.changes = Counter(
            "reconciler_changes",
            "Changes, by target, kind and outcome.",
            ["target", "kind", "outcome"],
            registry=registry,
        )
        self.failures = Counter(
            "reconciler_failures",
            "What failed: turns, changes, reads, pages, pushes.",
            ["what"],
            registry=registry,
        )
        self.success = Gauge(
            "reconciler_last_success_timestamp_seconds",
            "When a turn last ended with all done, in seconds since 1970.",
            registry=registry,
        )
        self.paged = Histogram(
            "reconciler_commit_to_page_seconds",
            "From a commit to the page that it asks for.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.lease = Gauge(
            "reconciler_lease_held", "1 while this process holds the lease.", registry=registry
        )
        self.helper = Gauge(
            "reconciler_helper_connected", "1 while the helper is connected to Slack.", registry=registry
        )
        for result in (*_RESULTS.values(), "failed"):
            self.attempts.labels(result)
        for what in ("turn", "change", "read", "page", "push", "helper"):
            self.failures.labels(what)

    def reported(self, report: Report, now: datetime) -> None:
        """A turn has ended with a report."""
        self.attempts.labels(_RESULTS.get(report.exit_code, "failed")).inc()
        if report.exit_code == 0:
            self.success.set(now.timestamp())
        self.carried_out(report.outcomes)
        self.failures.labels("read").inc(len(report.after.unreadable))

    def carried_out(self, outcomes: Iterable[Outcome]) -> None:
        """Changes were tried."""
        for one in outcomes:
            labels = (one.change.address.target, one.change.kind.value, one.state.value)
            self.changes.labels(*labels).inc()
            if one.state.value in ("failed", "uncertain"):
                self.failures.labels("change").inc()

    def failed(self, failure: Failure) -> None:
        """A turn ended without a report."""
        self.attempts.labels(
            _RESULTS.get(failure.exit_code, "failed") if failure.exit_code > 3 else "failed"
        ).inc()
        self.failures.labels("turn").inc()

    def text(self) -> bytes:
        """What a Prometheus server reads."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)
