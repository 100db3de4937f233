"""The sandbox's Notion: a database of pages, their text as Markdown and as blocks."""

from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.notion.people import People

__all__ = ["NotionMachine", "People"]
