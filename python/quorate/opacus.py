"""Private training with PyTorch and Opacus, as the member's ``[privacy]`` asks for it::

import quorate
import quorate.opacus
import quorate.torch as qt

model, optimizer, loader = ...
private = None
for round in quorate.rounds():
    private = private or quorate.opacus.Private(model, optimizer, loader, round.privacy)
    qt.load(model, round.weights)
    for x, y in private.loader:
        private.optimizer.zero_grad()
        loss = criterion(private.model(x), y)
        loss.backward()
        private.optimizer.step()
        if not round.progress(...):
            break
    quorate.send(qt.weights(model), {"loss": loss.item()}, spent=private.spent())
"""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Any

import torch
from opacus import PrivacyEngine
from torch.utils.data import DataLoader

from ._errors import QuorateError
from ._round import Privacy

#: Bits of the seed that a generator of PyTorch takes.
SEED_BITS = 63


class Private:
    """Model, optimiser and loader of Opacus, and what their steps spend.

    The loader draws each record by itself (Poisson sampling); the number of its batches stays that of the loader given. The model
    given keeps its names and shares its parameters with ``model``.

    Noise and batches come from PyTorch's generators, begun at a random place of the system's cryptographic generator:
    ``torch.manual_seed`` does not change them. These generators are made for statistics. ``secure_mode=True`` takes the
    cryptographic generator throughout; Opacus needs the package torchcsprng for that.

    :raises QuorateError: PRIVACY_NOT_REPORTED when the member has no ``[privacy]``.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        optimizer: torch.optim.Optimizer,
        loader: DataLoader[Any],
        privacy: Privacy | None,
        *,
        secure_mode: bool = False,
    ) -> None:
        if privacy is None:
            raise QuorateError("PRIVACY_NOT_REPORTED", "the member's configuration has no [privacy]: nobody says how much noise to add")
        place = next(model.parameters()).device
        self._engine = PrivacyEngine(accountant="rdp", secure_mode=secure_mode)
        self.model, self.optimizer, self.loader = self._engine.make_private(
            module=model,
            optimizer=optimizer,
            data_loader=loader,
            noise_multiplier=privacy.noise,
            max_grad_norm=privacy.clip,
            poisson_sampling=True,
            noise_generator=None if secure_mode else _seeded(torch.Generator(place)),
        )
        if not secure_mode:
            self.loader.batch_sampler.generator = _seeded(torch.Generator())
        self._said: Counter[tuple[float, float]] = Counter()

    def spent(self) -> list[tuple[float, float, int]]:
        """The steps since the last call, for ``quorate.send``: noise multiplier, sampling rate and number."""
        total = self._total()
        fresh = [(noise, rate, steps - self._said[noise, rate]) for (noise, rate), steps in total.items()]
        self._said = total
        return [step for step in fresh if step[2] > 0]

    def epsilon(self, delta: float) -> float:
        """The ε that Opacus counts for all steps of this process. The budget is the node's: see ``quorate member privacy``."""
        return float(self._engine.accountant.get_epsilon(delta=delta))

    def _total(self) -> Counter[tuple[float, float]]:
        total: Counter[tuple[float, float]] = Counter()
        for noise, rate, steps in self._engine.accountant.history:
            total[float(noise), float(rate)] += int(steps)
        return total


def _seeded(generator: torch.Generator) -> torch.Generator:
    return generator.manual_seed(secrets.randbits(SEED_BITS))
