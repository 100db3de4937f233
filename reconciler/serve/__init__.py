"""The resident process: the loop and the Slack helper side by side, with health, metrics and a log.

Each part runs in threads of its own, and none takes another down: with Slack away the loop goes on, with the
Git host away a commit made here still pages.
"""
