from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fake_node import FakeNode

import quorate
from quorate.v1 import trainer_pb2 as pb

APPS = Path(__file__).parent / "apps"


def test_pairs_are_toml_or_text() -> None:
    from quorate.flower import parse_pairs

    assert parse_pairs('partition-id=0 lr=0.1,name="a b" on=true word=abc') == {
        "partition-id": 0,
        "lr": 0.1,
        "name": "a b",
        "on": True,
        "word": "abc",
    }


def run_app(node: FakeNode, app: str, *flags: str) -> str:
    """Runs an app until the node stops; returns what it wrote."""
    env = {**os.environ, **node.environment, "PYTHONPATH": str(Path(quorate.__file__).parents[1])}
    command = [sys.executable, "-m", "quorate.flower", "--app", str(APPS / app), *flags]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def weights() -> dict[str, np.ndarray]:
    pytest.importorskip("torch")
    import torch

    sys.path.insert(0, str(APPS / "messages"))
    from my_app.task import Net

    import quorate.torch as qt

    torch.manual_seed(1)
    return {name: value.copy() for name, value in qt.copy_weights(Net()).items()}


@pytest.mark.parametrize("app", ["messages", "numpyclient"])
def test_an_app_trains_and_measures(node: FakeNode, app: str) -> None:
    pytest.importorskip("flwr")
    model = weights()
    flags = ["--node-config", "partition-id=0 num-partitions=2", "--run-config", "local-epochs=3"]
    node.job(model, step=1)
    node.job(model, step=2)
    node.job(model, kind=pb.JOB_KIND_EVALUATE)
    node.stop()
    printed = run_app(node, app, *flags)
    assert len(node.results) == 3, printed
    (first, trained), (second, _), (third, _) = node.results
    assert (first.failure, second.failure, third.failure) == ("", "", ""), printed
    assert list(trained) == list(model)
    assert all(np.isfinite(value).all() for value in trained.values())
    assert not np.array_equal(trained["conv.weight"], model["conv.weight"])
    samples = "num-examples" if app == "messages" else "samples"
    assert first.metrics[samples] == 750
    assert second.metrics["train_loss"] > 0
    assert 0 <= third.metrics["eval_acc" if app == "messages" else "accuracy"] <= 1


def test_an_app_that_fails_says_why_and_goes_on(node: FakeNode) -> None:
    pytest.importorskip("flwr")
    model = weights()
    node.job({"other": np.zeros(2, "f4")})
    node.job(model)
    node.stop()
    run_app(node, "messages", "--node-config", "partition-id=0 num-partitions=2")
    assert "size mismatch" in node.results[0][0].failure or "Missing key" in node.results[0][0].failure
    assert node.results[1][0].failure == ""
