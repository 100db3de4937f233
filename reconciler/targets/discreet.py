"""Our own token is told to nobody: not when a proxy sends a request's headers back, nor in any answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.targets.seam import Answer, Api, CallError

HIDDEN = "(token)"


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with each of these hidden."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


class Discreet:
    """An Api whose answers and errors do not hold the token, whatever the service sends."""

    def __init__(self, api: Api, token: str):
        self._api, self._token = api, token.strip()

    def call(self, method: str, /, **arguments: Any) -> Answer:
        """Make one call; see the seam."""
        try:
            answer = self._api.call(method, **arguments)
        except CallError as error:
            raise self._without(error) from None
        if self._token not in repr(answer):
            return answer
        clean: Answer = self._hidden(answer)
        return clean

    def _without(self, error: CallError) -> CallError:
        error.args = tuple(map(self._hidden, error.args))
        for name, value in vars(error).items():
            setattr(error, name, self._hidden(value))
        return error

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(self._token, HIDDEN)
        if isinstance(value, Mapping):
            return {self._hidden(key): self._hidden(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._hidden(one) for one in value]
        return value
