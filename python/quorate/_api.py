"""The calls of a program, over the one session of its process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ._round import Round
from ._session import Session, session_of_environment

_session: Session | None = None


def session() -> Session:
    global _session
    if _session is None:
        _session = session_of_environment()
    return _session


def receive(*, evaluate: bool = False) -> Round | None:
    """Waits for the next round. None means that the node stops and the program shall end.

    :param evaluate: The program also measures models: ``round.kind`` is then "train" or "evaluate".
    """
    return session().receive(evaluate)


def send(
    weights: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
    *,
    delta: bool = False,
    spent: Iterable[tuple[float, float, int]] = (),
) -> bool:
    """Sends the result of the round.

    :param weights: Every tensor of the task by name: numpy arrays or PyTorch tensors, of floats. None for an evaluation.
    :param metrics: What was measured: "loss" and "samples"; for an evaluation "accuracy", too. Other numbers may follow.
    :param delta: The tensors are what changed, and not the new weights.
    :param spent: Noise multiplier, sampling rate and number of the steps with noise, for a member with ``[privacy]``. The node
        charges them to its budget before anybody sees the result.
    :returns: False when nobody waited for the result any more; nothing is lost then.
    :raises QuorateError: TRAINER_TENSOR naming a tensor that is missing, unknown or of another shape;
        TRAINING_DIVERGED for NaN or infinity.
    """
    return session().send(weights, metrics or {}, delta, spent)


def fail(reason: str) -> None:
    """Tells the node that this round cannot be done. The member skips the round, and the program may receive the next one."""
    session().fail(reason)


def rounds(*, evaluate: bool = False) -> Iterator[Round]:
    """All rounds until the node stops."""
    while True:
        round = receive(evaluate=evaluate)
        if round is None:
            return
        yield round
        # A large model is not held while the program waits for the next one.
        del round
