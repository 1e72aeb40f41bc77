"""One job of the node."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ._errors import Stop

#: Tensors by name, in the order of the task document, float32.
Weights = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Privacy:
    """How the member wants its records kept private: DP-SGD with batches that are drawn record by record."""

    #: Longest gradient of one record, L2.
    clip: float
    #: Noise multiplier: standard deviation of the noise over ``clip``.
    noise: float
    #: Records that a step draws on average; None leaves it to the program.
    batch: int | None


@dataclass
class Round:
    """A model to train or to measure. The arrays are yours to change."""

    weights: Weights
    #: Height of the claim that the training works towards, from 1. A round that opens again has the same step.
    step: int
    #: Number of the round; 0 for an evaluation.
    round: int
    #: Unix seconds when the time is up; None without a deadline.
    deadline: float | None
    #: The training part of the task document.
    config: dict[str, Any]
    #: A number that is the same when the same job comes again after a crash.
    seed: int
    #: "train" or "evaluate".
    kind: str
    job: int
    _tell: Callable[[Round, int, int, int, float], None] = field(repr=False)
    #: Set where the member's configuration has ``[privacy]``: train so, and send what was spent.
    privacy: Privacy | None = None
    #: "" while the round goes on; "time" when the time is up; "cancelled" when nobody waits for the result.
    ending: str = ""

    @property
    def should_stop(self) -> bool:
        """Whether to stop now and send what there is."""
        if self.ending == "" and self.deadline is not None and time.time() >= self.deadline:
            self.ending = "time"
        return self.ending != ""

    @property
    def seconds_left(self) -> float:
        return math.inf if self.deadline is None else self.deadline - time.time()

    def progress(self, batches: int, total: int = 0, *, epoch: int = 0, loss: float = math.nan) -> bool:
        """Tells the node how far the training is. Call it after each batch: it costs next to nothing.

        Returns False when the training shall end: leave the loop and send what you have.
        """
        self._tell(self, batches, total, epoch, float(loss))
        return not self.should_stop

    def check(self) -> None:
        """Raises ``Stop`` when the training shall end, for loops that are hard to leave."""
        if self.should_stop:
            raise Stop(f"round {self.round}: {self.ending}")
