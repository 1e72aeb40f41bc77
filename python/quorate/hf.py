"""Hugging Face: a ``transformers.Trainer`` whose model has LoRA adapters of PEFT; only the adapters travel::

    import quorate.hf

    model = get_peft_model(base, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
    trainer = Trainer(model=model, args=TrainingArguments(...), train_dataset=mine)
    quorate.hf.run(trainer)

A model without adapters shares all its tensors of floats. Each round trains as the arguments say (epochs or steps), with a new
optimiser, and ends when its time is up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from transformers import Trainer, TrainerCallback

from . import _api
from . import torch as qt
from ._errors import QuorateError
from ._round import Round


def is_peft(model: Any) -> bool:
    return hasattr(model, "peft_config")


def adapters(model: Any) -> dict[str, torch.Tensor]:
    """The tensors that travel: of the adapters, or of the whole model where it has none."""
    if not is_peft(model):
        return qt.shared(model)
    from peft import get_peft_model_state_dict

    return {name: value for name, value in get_peft_model_state_dict(model).items() if value.is_floating_point()}


def tensors(model: Any) -> list[dict[str, Any]]:
    """Names and shapes as the field ``tensors`` of a task document lists them."""
    return [{"name": name, "shape": list(value.shape)} for name, value in adapters(model).items()]


def load(model: Any, weights: Mapping[str, Any]) -> None:
    """Puts received adapters into a model.

    :raises QuorateError: MODEL_MISMATCH naming the first tensors that only one side has, or that have another shape.
    """
    if not is_peft(model):
        return qt.load(model, weights)
    from peft import set_peft_model_state_dict

    mine = adapters(model)
    other = sorted(set(mine) ^ set(weights)) + [
        name for name, value in mine.items() if name in weights and tuple(value.shape) != tuple(weights[name].shape)
    ]
    if other:
        raise QuorateError("MODEL_MISMATCH", f"model and task differ in the tensors {', '.join(other[:5])}")
    set_peft_model_state_dict(model, {name: torch.from_numpy(value).to(mine[name].dtype) for name, value in weights.items()})
    return None


class _Clock(TrainerCallback):  # type: ignore[misc, unused-ignore]
    """Tells the node how far the training is, and ends it when the time is up."""

    round: Round | None = None
    loss = math.nan

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        self.loss = (logs or {}).get("loss", self.loss)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self.round is not None and not self.round.progress(state.global_step, state.max_steps, loss=self.loss):
            control.should_training_stop = True


def run(trainer: Trainer, *, evaluate: bool | None = None) -> None:
    """Trains with a Trainer until the node stops.

    :param evaluate: Whether to measure models; by default if the Trainer has ``eval_dataset``. The accuracy comes from its
        ``compute_metrics``.
    """
    clock = _Clock()
    trainer.add_callback(clock)
    measures = trainer.eval_dataset is not None if evaluate is None else evaluate
    for round in _api.rounds(evaluate=measures):
        load(trainer.model, round.weights)
        clock.round = round if round.kind == "train" else None
        if round.kind == "evaluate":
            found = trainer.evaluate()
            _api.send(None, {**found, "samples": len(trainer.eval_dataset)})
            continue
        # Of the round before: their state belongs to other weights.
        trainer.optimizer = None
        trainer.lr_scheduler = None
        result = trainer.train()
        samples = result.global_step * trainer.args.train_batch_size * trainer.args.gradient_accumulation_steps
        _api.send(adapters(trainer.model), {"loss": result.training_loss, "samples": samples})
