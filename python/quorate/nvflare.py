"""Runs a script written for NVFlare's client API as a member, unchanged::

    quorate member run --config member.toml --trainer "python -m quorate.nvflare train.py --epochs 2"

The script imports ``nvflare.client``; this module takes its place, whether NVFlare is installed or not::

    import nvflare.client as flare

    flare.init()
    while flare.is_running():
        model = flare.receive()
        ...train...
        flare.send(flare.FLModel(params=net.state_dict(), metrics={"accuracy": 0.9}))

Parameters come as PyTorch tensors if the script has imported PyTorch, and as numpy arrays otherwise. Tensors of integers stay
here.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import importlib.util
import os
import runpy
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np

from . import _api
from ._counters import keep_counters
from ._round import Round

#: Name under which NVFlare's scripts report their work.
STEPS = "NUM_STEPS_CURRENT_ROUND"


class ParamsType(str, Enum):
    FULL = "FULL"
    DIFF = "DIFF"


@dataclass
class FLModel:
    """A model as NVFlare's client API hands it about."""

    params_type: Any = None
    params: Any = None
    optimizer_params: Any = None
    metrics: dict[str, Any] | None = None
    start_round: int | None = 0
    current_round: int | None = None
    total_rounds: int | None = None
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass
class Settings:
    """How the script is run."""

    params: str = "auto"
    evaluate: bool = False
    site: str = "member"
    total_rounds: int = 0


class Client:
    """The functions of ``nvflare.client`` over one session."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.round: Round | None = None
        self.unread: Round | None = None
        self.kept: dict[str, Any] = {}

    def init(self, rank: Any = None, config_file: Any = None, **_: Any) -> None:
        """The session opens with the first round."""

    def is_running(self) -> bool:
        """Waits for the next round, as NVFlare does."""
        if self.unread is None:
            self.unread = _api.receive(evaluate=self.settings.evaluate)
        return self.unread is not None

    def receive(self, timeout: float | None = None) -> FLModel | None:
        if not self.is_running():
            return None
        self.round, self.unread = self.unread, None
        assert self.round is not None
        params: dict[str, Any] = {**self.round.weights, **self.kept}
        if self._wants_torch():
            torch = importlib.import_module("torch")
            keep_counters()
            params = {name: torch.as_tensor(value) for name, value in params.items()}
        number = self.round.step - 1
        return FLModel(
            params_type=ParamsType.FULL,
            params=params,
            current_round=number,
            total_rounds=self.settings.total_rounds or number + 1,
            meta={"job_id": "quorate", "site_name": self.settings.site},
        )

    def send(self, model: Any, clear_cache: bool = True) -> None:
        metrics = {**(model.metrics or {})}
        samples = (model.meta or {}).get(STEPS)
        if samples is not None and "samples" not in metrics:
            metrics["samples"] = samples
        if self.round is not None and self.round.kind == "evaluate":
            _api.send(None, metrics)
        else:
            params = dict(model.params or {})
            self.kept = {name: value for name, value in params.items() if not _is_float(value)}
            floats = {name: value for name, value in params.items() if name not in self.kept}
            _api.send(floats, metrics, delta="DIFF" in str(model.params_type or ""))
        if clear_cache:
            self.round = None

    def log(self, key: str, value: Any, data_type: Any = None, **_: Any) -> None:
        print(f"{key}: {value}", flush=True)

    def is_train(self) -> bool:
        return self.round is None or self.round.kind == "train"

    def is_evaluate(self) -> bool:
        return self.round is not None and self.round.kind == "evaluate"

    def is_submit_model(self) -> bool:
        return False

    def get_job_id(self) -> str:
        return "quorate"

    def get_site_name(self) -> str:
        return self.settings.site

    def get_task_name(self) -> str:
        return "train" if self.is_train() else "evaluate"

    def get_config(self) -> dict[str, Any]:
        return self.round.config if self.round is not None else {}

    def system_info(self) -> dict[str, Any]:
        return {"job_id": "quorate", "site_name": self.settings.site}

    def clear(self) -> None:
        self.round = None

    def shutdown(self) -> None:
        if _api._session is not None:
            _api._session.close()

    def train(self, function: Callable[..., Any] | None = None, **settings: Any) -> Any:
        """Decorator: the first argument of the function is the model, and what it returns is sent."""

        def decorate(inner: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(inner)
            def run(model: Any = None, *args: Any, **kwargs: Any) -> Any:
                received = model if isinstance(model, FLModel) else self.receive()
                result = inner(received, *args, **kwargs)
                if result is None:
                    raise RuntimeError("the function that trains must return an FLModel")
                self.send(result)
                return result

            return run

        return decorate(function) if function is not None else decorate

    def evaluate(self, function: Callable[..., Any] | None = None, **settings: Any) -> Any:
        """Decorator: the function measures a model; what it returns stays with the script."""
        return function if function is not None else lambda inner: inner

    def _wants_torch(self) -> bool:
        return self.settings.params == "torch" or (self.settings.params == "auto" and "torch" in sys.modules)


class Writer:
    """Stands for the writers of ``nvflare.client.tracking``: what is written goes to the member's log."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def add_scalar(self, tag: str, scalar: float, global_step: int | None = None, **_: Any) -> None:
        print(f"{tag}: {scalar}" + ("" if global_step is None else f" (step {global_step})"), flush=True)

    def add_scalars(self, tag: str, scalars: dict[str, float], global_step: int | None = None, **_: Any) -> None:
        for name, value in scalars.items():
            self.add_scalar(f"{tag}/{name}", value, global_step)

    def log_metric(self, key: str, value: float, step: int | None = None, **_: Any) -> None:
        self.add_scalar(key, value, step)

    def log_metrics(self, metrics: dict[str, float], step: int | None = None, **_: Any) -> None:
        for name, value in metrics.items():
            self.add_scalar(name, value, step)

    def log(self, metrics: dict[str, float], step: int | None = None) -> None:
        self.log_metrics(metrics, step)

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def _is_float(value: Any) -> bool:
    if hasattr(value, "is_floating_point"):
        return bool(value.is_floating_point())
    return np.asarray(value).dtype.kind == "f"


def install(settings: Settings) -> Client:
    """Puts the module ``nvflare.client`` in place. The rest of NVFlare stays usable where it is installed."""
    client = Client(settings)
    module = types.ModuleType("nvflare.client", __doc__)
    for name in dir(client):
        if not name.startswith("_") and callable(getattr(client, name)):
            setattr(module, name, getattr(client, name))
    tracking = types.ModuleType("nvflare.client.tracking")
    for name in ("SummaryWriter", "MLflowWriter", "WandBWriter"):
        setattr(tracking, name, Writer)
    models = types.ModuleType("nvflare.app_common.abstract.fl_model")
    for target in (module, models):
        target.FLModel = FLModel  # type: ignore[attr-defined]
        target.ParamsType = ParamsType  # type: ignore[attr-defined]
    module.tracking = tracking  # type: ignore[attr-defined]
    module.__path__ = []
    if importlib.util.find_spec("nvflare") is None:
        for name in ("nvflare", "nvflare.app_common", "nvflare.app_common.abstract"):
            package = types.ModuleType(name)
            package.__path__ = []
            sys.modules[name] = package
        sys.modules[models.__name__] = models
    parent = importlib.import_module("nvflare")
    parent.client = module  # type: ignore[attr-defined]
    sys.modules["nvflare.client"] = module
    sys.modules["nvflare.client.tracking"] = tracking
    return client


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        "python -m quorate.nvflare", description="Runs a script written for NVFlare's client API as a member."
    )
    parser.add_argument("--params", choices=["auto", "torch", "numpy"], default="auto", help="form of the parameters")
    parser.add_argument("--evaluate", action="store_true", help="the script asks flare.is_evaluate() and measures models")
    parser.add_argument("--site", default="member", help="what flare.get_site_name() says")
    parser.add_argument("--rounds", type=int, default=0, help="what total_rounds of a model says")
    parser.add_argument("script")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    args = parser.parse_args(argv)
    install(Settings(args.params, args.evaluate, args.site, args.rounds))
    sys.argv = [args.script, *args.arguments]
    sys.path.insert(0, os.path.dirname(os.path.abspath(args.script)))
    runpy.run_path(args.script, run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
