from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fake_node import FakeNode

import quorate

LOOP = """
import numpy as np
import nvflare.client as flare
from nvflare.app_common.abstract.fl_model import FLModel, ParamsType
from nvflare.client.tracking import SummaryWriter

flare.init()
writer = SummaryWriter()
rounds = 0
while flare.is_running():
    input_model = flare.receive()
    assert flare.is_train() and flare.get_site_name() == "site-1"
    assert input_model.current_round == rounds
    rounds += 1
    params = {name: value + 1 for name, value in input_model.params.items()}
    writer.add_scalar("train_loss", 0.5, global_step=rounds)
    flare.send(flare.FLModel(params=params, metrics={"accuracy": 0.5}, meta={"NUM_STEPS_CURRENT_ROUND": 7}))
print("rounds", rounds)
"""

DIFF = """
import nvflare.client as flare
flare.init()
model = flare.receive()
params = {name: value * 0 + 1 for name, value in model.params.items()}
flare.send(flare.FLModel(params_type="DIFF", params=params))
"""

DECORATED = """
import nvflare.client as flare
flare.init()

@flare.train
def train(input_model=None, factor=1):
    return flare.FLModel(params={name: value * factor for name, value in input_model.params.items()})

while flare.is_running():
    train(factor=2)
"""

TORCH = """
import torch
from torch import nn
import nvflare.client as flare

net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
flare.init()
while flare.is_running():
    input_model = flare.receive()
    net.load_state_dict(input_model.params)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net(torch.randn(8, 3)).square().mean().backward()
    optimizer.step()
    print("batches", int(net[1].num_batches_tracked))
    flare.send(flare.FLModel(params=net.cpu().state_dict(), metrics={"loss": 1.0}))
"""


def run(node: FakeNode, folder: Path, script: str, *flags: str) -> str:
    path = folder / "train.py"
    path.write_text(script)
    env = {**os.environ, **node.environment, "PYTHONPATH": str(Path(quorate.__file__).parents[1])}
    command = [sys.executable, "-m", "quorate.nvflare", *flags, str(path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_loop_runs_until_the_node_stops(node: FakeNode, tmp_path: Path) -> None:
    for step in (1, 2, 3):
        node.job({"w": np.full((2, 2), step, "f4")}, step=step)
    node.stop()
    assert "rounds 3" in run(node, tmp_path, LOOP, "--site", "site-1")
    assert len(node.results) == 3
    head, tensors = node.results[1]
    np.testing.assert_array_equal(tensors["w"], np.full((2, 2), 3))
    assert dict(head.metrics) == {"accuracy": 0.5, "samples": 7.0}


def test_differences_are_sent_as_such(node: FakeNode, tmp_path: Path) -> None:
    node.job({"w": np.zeros(2, "f4")})
    run(node, tmp_path, DIFF)
    assert node.results[0][0].delta


def test_a_decorated_function_receives_and_sends(node: FakeNode, tmp_path: Path) -> None:
    node.job({"w": np.ones(2, "f4")})
    node.job({"w": np.ones(2, "f4")}, step=2)
    node.stop()
    run(node, tmp_path, DECORATED)
    assert [tensors["w"].tolist() for _, tensors in node.results] == [[2, 2], [2, 2]]


def test_a_pytorch_script_keeps_its_counters(node: FakeNode, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    weights = {name: value.numpy().copy() for name, value in net.state_dict().items() if value.is_floating_point()}
    for step in (1, 2):
        node.job(weights, step=step)
    node.stop()
    assert run(node, tmp_path, TORCH).splitlines() == ["batches 1", "batches 2"]
    assert all(list(tensors) == list(weights) for _, tensors in node.results)
