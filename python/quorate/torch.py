"""PyTorch: a model's weights to numpy and back, the device, mixed precision::

import quorate
import quorate.torch as qt

device = qt.device()
model = make_model().to(device)
for round in quorate.rounds():
    qt.load(model, round.weights)
    ...train...
    quorate.send(qt.weights(model), {"loss": loss, "samples": samples})

``python -m quorate.torch export model.safetensors --out model.pt`` makes a file for ``torch.load`` of an exported model.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from ._errors import QuorateError
from ._round import Weights
from ._tensors import map_file, to_float32


def shared(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The tensors of a model that members share: those of floats, in the order of ``state_dict``.

    Integer buffers, such as the counter of batches of a BatchNorm, stay with the member. Tied weights appear once, under
    their first name.
    """
    tensors: dict[str, torch.Tensor] = {}
    seen: set[tuple[int, tuple[int, ...], tuple[int, ...]]] = set()
    for name, tensor in model.state_dict().items():
        if not torch.is_tensor(tensor) or not tensor.is_floating_point():
            continue
        place = (tensor.data_ptr(), tuple(tensor.shape), tuple(tensor.stride()))
        if tensor.numel() > 0 and tensor.data_ptr() != 0 and place in seen:
            continue
        seen.add(place)
        tensors[name] = tensor
    return tensors


def tensors(model: torch.nn.Module) -> list[dict[str, Any]]:
    """Names and shapes as the field ``tensors`` of a task document lists them."""
    return [{"name": name, "shape": list(tensor.shape)} for name, tensor in shared(model).items()]


def weights(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The tensors to send. They stay on the device until ``quorate.send`` reads them one by one."""
    return shared(model)


def copy_weights(model: torch.nn.Module) -> Weights:
    """The tensors as arrays of their own, which a later step of the optimiser does not change."""
    return {name: np.array(to_float32(tensor)) for name, tensor in shared(model).items()}


def load(model: torch.nn.Module, weights: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Puts received weights into a model, on its device and in its types.

    :raises QuorateError: MODEL_MISMATCH naming the tensors that only one side has, or that have another shape.
    """
    mine = shared(model)
    missing = [name for name in mine if name not in weights]
    extra = [name for name in weights if name not in mine]
    shapes = [
        f"{name} {list(weights[name].shape)} instead of {list(tensor.shape)}"
        for name, tensor in mine.items()
        if name in weights and tuple(weights[name].shape) != tuple(tensor.shape)
    ]
    problems = [
        f"{what}: {', '.join(names[:5])}{' …' if len(names) > 5 else ''}"
        for what, names in [
            ("the task lacks tensors of the model", missing),
            ("the model lacks tensors of the task", extra),
            ("tensors of another shape", shapes),
        ]
        if names
    ]
    if problems:
        raise QuorateError("MODEL_MISMATCH", "; ".join(problems))
    with torch.no_grad():
        for name, tensor in mine.items():
            tensor.copy_(torch.from_numpy(np.asarray(weights[name])).reshape(tensor.shape))


def device(wanted: str = "auto") -> torch.device:
    """The device to train on: CUDA, else MPS, else the processor. Says on stderr which one and why."""
    if wanted != "auto":
        chosen, why = wanted, "as asked"
    elif torch.cuda.is_available():
        chosen, why = "cuda", torch.cuda.get_device_name()
    elif torch.backends.mps.is_available():
        chosen, why = "mps", "Apple GPU"
    else:
        reason = "this PyTorch was built without CUDA" if torch.version.cuda is None else "CUDA finds no GPU"
        chosen, why = "cpu", f"{reason}; {torch.get_num_threads()} threads"
    print(f"quorate: training on {chosen} ({why})", file=sys.stderr, flush=True)
    return torch.device(chosen)


class Amp:
    """Mixed precision where the device has it: bfloat16, or float16 with scaled gradients; nothing on a processor::

    amp = Amp(device)
    with amp.cast():
        loss = criterion(model(x), y)
    amp.step(loss, optimizer)
    """

    def __init__(self, device: torch.device, enabled: bool = True) -> None:
        self.device = device
        self.enabled = enabled and device.type in ("cuda", "mps")
        bf16 = device.type != "cuda" or torch.cuda.is_bf16_supported()
        self.dtype = torch.bfloat16 if bf16 else torch.float16
        self._scaler = torch.amp.GradScaler("cuda", enabled=self.enabled and not bf16)

    @contextlib.contextmanager
    def cast(self) -> Iterator[None]:
        with torch.autocast(self.device.type, dtype=self.dtype, enabled=self.enabled):
            yield

    def step(self, loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
        """Gradients and one step of the optimiser."""
        optimizer.zero_grad(set_to_none=True)
        self._scaler.scale(loss).backward()
        self._scaler.step(optimizer)
        self._scaler.update()


def describe(model: torch.nn.Module) -> str:
    """The tensors of a model as JSON, for a task document."""
    return json.dumps(tensors(model))


def state_dict(path: str) -> dict[str, torch.Tensor]:
    """The tensors of a file that ``quorate model export --format state_dict`` wrote, for ``load_state_dict``.

    A BatchNorm counts its batches in an integer, which no task shares: the count is 0, as in a new module.
    """
    tensors: dict[str, torch.Tensor] = {}
    for name, array in map_file(path).items():
        tensors[name] = torch.from_numpy(np.array(array))
        if name.endswith("running_var"):
            tensors[name[: -len("running_var")] + "num_batches_tracked"] = torch.tensor(0)
    return tensors


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m quorate.torch")
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser("export", help="write the tensors of a safetensors file for torch.load")
    export.add_argument("file", help="file that `quorate model export --format state_dict` wrote")
    export.add_argument("--out", required=True, help="file to write; never one that is there")
    given = parser.parse_args(arguments)
    try:
        tensors = state_dict(given.file)
        with open(given.out, "xb") as file:
            torch.save(tensors, file)
    except (OSError, ValueError) as error:
        print(f"quorate: {error}", file=sys.stderr)
        return 1
    print(f"{len(tensors)} tensors written to {given.out} ({os.path.getsize(given.out)} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
