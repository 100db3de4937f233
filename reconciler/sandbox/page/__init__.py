"""The page at `/`: what the three services and the incident files hold, live; and a person's hands in it.

The browser holds a copy of short entries (`feed`), asks for an object in full when it is shown (`details`),
and is nudged when anything has changed (`watch`). What it does is done as a person (`acts`), and the plan
beside it is the reconciler's own (`planner`).
"""
