"""The Git host as more than a place for refs: pull requests and their comments. GitHub, so far."""
