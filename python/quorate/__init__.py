"""Trains for a Quorate member.

The member's node starts this program and gives it work::

    import quorate

    for round in quorate.rounds():
        weights = train(round.weights)             # dict of numpy arrays, in the order of the task
        quorate.send(weights, {"loss": 0.4, "samples": 500})

``quorate.torch``, ``quorate.sklearn`` and ``quorate.hf`` turn models into weights and back. ``quorate.opacus`` trains privately. ``python -m quorate.flower`` and
``python -m quorate.nvflare`` run programs that were written for Flower and NVFlare.
"""

from ._api import fail, receive, rounds, send
from ._errors import QuorateError, Stop
from ._round import Privacy, Round, Weights

__all__ = ["Privacy", "QuorateError", "Round", "Stop", "Weights", "fail", "receive", "rounds", "send"]
__version__ = "0.1.0"
