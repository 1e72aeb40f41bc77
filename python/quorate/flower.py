"""Runs a Flower ``ClientApp`` as a member, unchanged::

    quorate member run --config member.toml --trainer "python -m quorate.flower my_app.client_app:app"

Both kinds of apps run: functions with ``@app.train()`` and ``@app.evaluate()``, and ``client_fn`` with a ``NumPyClient``. The
configuration comes from ``[tool.flwr.app.config]`` of the app's pyproject.toml, as with ``flwr run``; ``--run-config`` changes
it. What the app's ServerApp would send with each round comes from ``--train-config``.

Tensors of integers, such as the counter of batches of a BatchNorm, stay with the member.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import _api
from ._counters import keep_counters
from ._errors import QuorateError
from ._round import Round, Weights

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10; Flower brings this one along.
    import tomli as tomllib  # type: ignore[no-redef, import-not-found, unused-ignore]

Config = dict[str, Any]
Arrays = list[np.ndarray[Any, Any]]

#: Seconds that a message may take: the node keeps the time.
DAY = 86400.0
#: Names under which an app's ServerApp sends the learning rate, all of which get the value of the configuration.
RATES = ("lr", "learning-rate", "learning_rate")


def parse_pairs(text: str) -> Config:
    """``partition-id=0 name="x y"`` as Flower's flags have it: values are TOML, and words that are none are text."""
    pairs: Config = {}
    for word in _words(text):
        key, found, value = word.partition("=")
        if not found:
            raise SystemExit(f'expected key=value, found "{word}"')
        try:
            pairs[key] = tomllib.loads(f"x = {value}")["x"]
        except tomllib.TOMLDecodeError:
            pairs[key] = value
    return pairs


def _words(text: str) -> list[str]:
    words, word, quote = [], "", ""
    for letter in text.replace(",", " ") + " ":
        if letter in "\"'" and quote in ("", letter):
            quote = "" if quote else letter
        if letter.isspace() and not quote:
            words += [word] if word else []
            word = ""
        else:
            word += letter
    return words


def flatten(table: Mapping[str, Any], prefix: str = "") -> Config:
    """Nested tables with dotted keys, as Flower has them."""
    flat: Config = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        flat |= flatten(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return flat


def scalars(config: Mapping[str, Any]) -> Config:
    return {key: value for key, value in config.items() if isinstance(value, (bool, int, float, str))}


class FlowerApp:
    """A ClientApp and what it needs to run without Flower's network."""

    def __init__(self, app: Any, run_config: Config, node_config: Config, train_config: Config) -> None:
        from flwr.common import Context, RecordDict

        self.app = app
        self.train_config = train_config
        self.run_config = run_config
        self.context = Context(run_id=1, node_id=1, node_config=node_config, state=RecordDict(), run_config=run_config)
        #: Tensors that are no floats, by name (message API) or position (NumPyClient): they never leave this process.
        self.kept: dict[str, np.ndarray[Any, Any]] = {}
        self.kept_at: dict[int, np.ndarray[Any, Any]] | None = None
        keep_counters()

    @property
    def legacy(self) -> bool:
        """Whether the app is a ``client_fn``."""
        return getattr(self.app, "_call", None) is not None

    @property
    def evaluates(self) -> bool:
        return self.legacy or "evaluate.default" in getattr(self.app, "_registered_funcs", {})

    def run(self, round: Round) -> tuple[Mapping[str, Any] | None, Config]:
        """New weights, or None of an evaluation, and metrics."""
        config = {
            **scalars(flatten(round.config)),
            **_rates(self.run_config, round.config),
            **self.train_config,
            "server-round": round.step,
            "server_round": round.step,
        }
        return self._run_client(round, config) if self.legacy else self._run_functions(round, config)

    def _run_functions(self, round: Round, config: Config) -> tuple[Mapping[str, Any] | None, Config]:
        from flwr.common import Array, ArrayRecord, ConfigRecord, RecordDict

        arrays = ArrayRecord({name: Array(value) for name, value in {**round.weights, **self.kept}.items()})
        reply = self._ask(round, RecordDict({"arrays": arrays, "config": ConfigRecord(config)}))
        metrics = {name: value for record in reply.metric_records.values() for name, value in record.items()}
        if round.kind == "evaluate":
            return None, metrics
        records = list(reply.array_records.values())
        if len(records) != 1:
            raise QuorateError("TRAINER_FAILED", f"the app answered with {len(records)} records of arrays instead of one")
        sent = {name: array.numpy() for name, array in records[0].items()}
        self.kept = {name: value for name, value in sent.items() if value.dtype.kind != "f"}
        return {name: value for name, value in sent.items() if name not in self.kept}, metrics

    def _run_client(self, round: Round, config: Config) -> tuple[Mapping[str, Any] | None, Config]:
        from flwr.common import EvaluateIns, FitIns, ndarrays_to_parameters, parameters_to_ndarrays

        compat = _compat()
        if self.kept_at is None:
            self.kept_at = self._integers_of_client(round.weights)
        parameters = ndarrays_to_parameters(place(list(round.weights.values()), self.kept_at))
        if round.kind == "evaluate":
            content = compat.evaluateins_to_recorddict(EvaluateIns(parameters, config), keep_input=False)
            result = compat.recorddict_to_evaluateres(self._ask(round, content))
            return None, {**result.metrics, "loss": result.loss, "samples": result.num_examples}
        content = compat.fitins_to_recorddict(FitIns(parameters, config), keep_input=False)
        result = compat.recorddict_to_fitres(self._ask(round, content), keep_input=False)
        arrays = parameters_to_ndarrays(result.parameters)
        self.kept_at = {index: value for index, value in enumerate(arrays) if value.dtype.kind != "f"}
        floats = [value for index, value in enumerate(arrays) if index not in self.kept_at]
        return named(floats, round.weights), {**result.metrics, "samples": result.num_examples}

    def _ask(self, round: Round, content: Any) -> Any:
        metadata = _found("Metadata", "flwr.app.metadata", "flwr.common.message", "flwr.common")(
            run_id=1,
            message_id=str(round.job),
            src_node_id=0,
            dst_node_id=1,
            reply_to_message_id="",
            group_id=str(round.step),
            created_at=time.time(),
            ttl=DAY,
            message_type=round.kind,
        )
        message = _found("make_message", "flwr.app.message", "flwr.common.message")(metadata, content)
        reply = self.app(message, self.context)
        if reply.has_error():
            raise QuorateError("TRAINER_FAILED", f"the app answered with an error: {reply.error.reason}")
        return reply.content

    def _integers_of_client(self, weights: Weights) -> dict[int, np.ndarray[Any, Any]]:
        """Positions of tensors of integers among the parameters of a client, which the task does not have."""
        client = self._numpy_client()
        if client is None:
            return {}
        arrays: Arrays = []
        try:
            arrays = list(client.get_parameters({}))
        except (AttributeError, NotImplementedError, TypeError):
            arrays = []
        if not arrays:
            arrays = _arrays_of_module(client)
        integers = {index: np.asarray(value) for index, value in enumerate(arrays) if np.asarray(value).dtype.kind != "f"}
        return integers if len(arrays) - len(integers) == len(weights) else {}

    def _numpy_client(self) -> Any:
        """A client of the app, to look at. None when the app does not show how it makes one."""
        make = next(
            (cell.cell_contents for cell in self.app._call.__closure__ or () if callable(cell.cell_contents)),
            None,
        )
        try:
            client = make(self.context) if make else None
        except Exception:
            return None
        # `to_client()` hides the NumPyClient in an attribute.
        return getattr(client, "numpy_client", client)


def place(floats: Arrays, integers: Mapping[int, np.ndarray[Any, Any]]) -> Arrays:
    """Puts tensors of integers back to their positions among the others."""
    arrays = list(floats)
    for index in sorted(integers):
        arrays.insert(index, integers[index])
    return arrays


def named(arrays: Arrays, weights: Weights) -> dict[str, np.ndarray[Any, Any]]:
    """Gives arrays the names of the task's tensors, in whose order they are."""
    if len(arrays) != len(weights):
        raise QuorateError(
            "TRAINER_TENSOR", f"the client returned {len(arrays)} tensors of floats, and the task has {len(weights)}"
        )
    return dict(zip(weights, arrays, strict=True))


def _rates(run_config: Config, task: Mapping[str, Any]) -> Config:
    found = next((run_config[name] for name in RATES if name in run_config), None)
    if found is None and isinstance(local := task.get("local"), Mapping):
        found = local.get("learningRate")
    return {} if found is None else dict.fromkeys(RATES, found)


def _arrays_of_module(client: Any) -> Arrays:
    torch = sys.modules.get("torch")
    if torch is None:
        return []
    modules = [value for value in vars(client).values() if isinstance(value, torch.nn.Module)]
    return [value.detach().cpu().float().numpy() if value.is_floating_point() else value.cpu().numpy()
            for value in modules[0].state_dict().values()] if len(modules) == 1 else []  # fmt: skip


def _compat() -> Any:
    name = "recorddict_to_fitres"
    return sys.modules[_found(name, "flwr.compat.common.recorddict_compat", "flwr.common.recorddict_compat").__module__]


def _found(name: str, *modules: str) -> Any:
    """What has moved between versions of Flower."""
    for module in modules:
        try:
            return getattr(importlib.import_module(module), name)
        except (ModuleNotFoundError, AttributeError):
            continue
    raise QuorateError("TRAINER_FAILED", f"this version of Flower has no {name}: install flwr 1.20 or newer")


def load_app(name: str) -> Any:
    """The object that ``module:attribute`` names, as a ClientApp."""
    module_name, found, attribute = name.partition(":")
    if not found:
        raise SystemExit(f'expected module:attribute, for example "my_app.client_app:app", found "{name}"')
    from flwr.clientapp import ClientApp

    thing: Any = importlib.import_module(module_name)
    for part in attribute.split("."):
        thing = getattr(thing, part)
    if isinstance(thing, ClientApp):
        return thing
    from flwr.client import Client, NumPyClient

    if isinstance(thing, (Client, NumPyClient)):
        client = thing.to_client() if isinstance(thing, NumPyClient) else thing
        return ClientApp(client_fn=lambda _context: client)
    if isinstance(thing, type) and issubclass(thing, (Client, NumPyClient)):
        return ClientApp(client_fn=lambda _context: thing().to_client())
    if callable(thing):
        return ClientApp(client_fn=thing)
    raise SystemExit(f"{name} is no ClientApp, client_fn or NumPyClient")


def read_project(folder: Path) -> tuple[str | None, Config]:
    """Name of the ClientApp and configuration of an app's pyproject.toml."""
    path = folder / "pyproject.toml"
    if not path.exists():
        return None, {}
    app = tomllib.loads(path.read_text("utf8")).get("tool", {}).get("flwr", {}).get("app", {})
    return app.get("components", {}).get("clientapp"), flatten(app.get("config", {}))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m quorate.flower", description="Runs a Flower ClientApp as a member.")
    parser.add_argument("clientapp", nargs="?", help="module:attribute; by default what pyproject.toml names")
    parser.add_argument("--app", default=".", help="folder of the app, with its pyproject.toml; by default the current one")
    parser.add_argument("--run-config", default="", help='changes the configuration of pyproject.toml: "local-epochs=2 ..."')
    parser.add_argument("--node-config", default="", help='configuration of this member: "partition-id=0 num-partitions=4"')
    parser.add_argument("--train-config", default="", help='what the ServerApp would send with each round: "lr=0.01"')
    parser.add_argument("--no-evaluate", action="store_true", help="do not measure models")
    args = parser.parse_args(argv)
    folder = Path(args.app).resolve()
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    component, defaults = read_project(folder)
    name = args.clientapp or component
    if not name:
        parser.error("name the ClientApp: my_app.client_app:app")
    run_config = {**defaults, **parse_pairs(args.run_config)}
    app = FlowerApp(load_app(name), run_config, parse_pairs(args.node_config), parse_pairs(args.train_config))
    for round in _api.rounds(evaluate=app.evaluates and not args.no_evaluate):
        try:
            weights, metrics = app.run(round)
        except Exception as error:
            traceback.print_exc()
            _api.fail(f"{type(error).__name__}: {error}")
            continue
        try:
            _api.send(weights, metrics)
        except QuorateError as error:
            print(error, file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
