"""What this package raises."""

from __future__ import annotations


class QuorateError(Exception):
    """The node refused a call. ``code`` names an entry of docs/errors.md."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Stop(Exception):
    """The time of the round is up, or nobody waits for its result any more. ``Round.check`` raises it."""
