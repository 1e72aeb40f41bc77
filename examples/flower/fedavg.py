"""The same app under Flower's own FedAvg: writes the first model and its tensors into a folder, and prints the accuracy of each round."""

import argparse
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "python"))

import torch  # noqa: E402
from flwr.app import ArrayRecord, ConfigRecord, Context, RecordDict  # noqa: E402
from flwr.app.message import make_message  # noqa: E402
from flwr.app.metadata import Metadata  # noqa: E402
from flwr.server.strategy.aggregate import aggregate  # noqa: E402
from flwr.serverapp.strategy import FedAvg  # noqa: E402

import quorate.torch as qt  # noqa: E402
from quorate._tensors import write_file  # noqa: E402
from quorate._round import Round  # noqa: E402
from quorate.flower import FlowerApp, load_app, read_project  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--app", required=True)
parser.add_argument("--out", required=True)
parser.add_argument("--members", type=int, required=True)
parser.add_argument("--rounds", type=int, required=True)
args = parser.parse_args()
sys.path.insert(0, args.app)
name, run_config = read_project(Path(args.app))
app = load_app(name)
from my_app.task import Net  # noqa: E402

torch.manual_seed(1)
net = Net()
out = Path(args.out)
tensors = qt.shared(net)
(out / "tensors.json").write_text(qt.describe(net))
write_file(str(out / "genesis.safetensors"), tensors, {key: tuple(value.shape) for key, value in tensors.items()})

CONFIGS = [{"partition-id": member, "num-partitions": args.members} for member in range(args.members)]


def of_functions() -> list[float]:
    """An app with `@app.train()`."""
    contexts = [Context(1, member, config, RecordDict(), run_config) for member, config in enumerate(CONFIGS)]

    def ask(member: int, kind: str, number: int, arrays: ArrayRecord):
        config = ConfigRecord({"lr": run_config["learning-rate"], "server-round": number})
        metadata = Metadata(1, f"{member}-{number}-{kind}", 0, member, "", "", time.time(), 3600.0, kind)
        return app(make_message(metadata, RecordDict({"arrays": arrays, "config": config})), contexts[member])

    arrays = ArrayRecord(net.state_dict())
    strategy = FedAvg()
    curve = []
    for number in range(1, args.rounds + 1):
        replies = [ask(member, "train", number, arrays) for member in range(args.members)]
        arrays, _ = strategy.aggregate_train(number, replies)
        curve.append(ask(0, "evaluate", number, arrays).content["metrics"]["eval_acc"])
    return curve


def of_clients() -> list[float]:
    """An app with a NumPyClient."""
    clients = [FlowerApp(app, run_config, config, {}) for config in CONFIGS]

    def round_of(weights, number: int, kind: str) -> Round:
        return Round(weights, number, number, None, {}, 0, kind, number, lambda *_: None)

    weights = qt.copy_weights(net)
    curve = []
    for number in range(1, args.rounds + 1):
        results = [client.run(round_of(weights, number, "train")) for client in clients]
        averaged = aggregate([(list(sent.values()), metrics["samples"]) for sent, metrics in results])
        weights = dict(zip(weights, averaged, strict=True))
        curve.append(clients[0].run(round_of(weights, number, "evaluate"))[1]["accuracy"])
    return curve


print(json.dumps(of_functions() if getattr(app, "_call", None) is None else of_clients()))
