"""What becomes of a thing, or of one field of it, when a person changes it in the service.

`compare` goes by these; which field has which is in one table, `reconciler/targets/drift.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Policy(StrEnum):
    """What is done about it."""

    ENFORCE = "enforce"  # brought back to what the file asks for, and told
    ONCE = "once"  # made once; what a person takes away stays away
    KEEP = "keep"  # written when the file asks for something new; what people make of it is theirs
    FACT = "fact"  # taken as news: told or shown where it matters, and never undone


#: The key of the thing itself among the policies of its fields.
ITSELF = ""

Policies = Mapping[str, Policy]
ENFORCED: Policies = MappingProxyType({})
