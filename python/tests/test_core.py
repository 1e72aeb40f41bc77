from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from fake_node import FakeNode, config

import quorate
from quorate.v1 import trainer_pb2 as pb

WEIGHTS = {
    "dense.weight": np.arange(6, dtype="f4").reshape(2, 3),
    "dense.bias": np.array([1.5, -2.5], "f4"),
    "scale": np.array(3, "f4"),
    "large": np.arange(600_000, dtype="f4"),
}


def test_a_round_goes_there_and_back(node: FakeNode) -> None:
    node.job(WEIGHTS, step=7, round=9, seed=5, training_json=config(epochs=2))
    round = quorate.receive()
    assert round is not None
    assert (round.step, round.round, round.seed, round.kind, round.config) == (7, 9, 5, "train", {"epochs": 2})
    assert round.deadline is None and round.seconds_left == float("inf")
    assert list(round.weights) == list(WEIGHTS)
    for name, value in WEIGHTS.items():
        assert round.weights[name].dtype == np.float32
        np.testing.assert_array_equal(round.weights[name], value)
    for value in round.weights.values():
        value += 1
    assert quorate.send(round.weights, {"loss": np.float32(0.25), "samples": 12, "name": "x"})
    [(head, tensors)] = node.results
    assert dict(head.metrics) == {"loss": 0.25, "samples": 12.0}
    assert not head.delta
    for name, value in WEIGHTS.items():
        np.testing.assert_array_equal(tensors[name], value + 1)
    assert [path.name for path in node.folder.iterdir()] == ["trainer.sock"]


def test_rounds_end_when_the_node_stops(node: FakeNode) -> None:
    for step in (1, 2, 3):
        node.job({"w": np.full(2, step, "f4")}, step=step)
    node.stop()
    steps = []
    for round in quorate.rounds():
        steps.append(round.step)
        quorate.send({"w": np.ones(2)}, delta=True)
    assert steps == [1, 2, 3]
    assert all(head.delta for head, _ in node.results)
    assert quorate.receive() is None


def test_types_of_floats_become_float32_and_integers_are_refused(node: FakeNode) -> None:
    node.job({"w": np.zeros((2, 2), "f4")})
    quorate.receive()
    with pytest.raises(TypeError, match='"w".*int64'):
        quorate.send({"w": np.zeros((2, 2), "i8")})
    quorate.send({"w": np.array([[1, 2], [3, 4]], "f8").T})
    np.testing.assert_array_equal(node.results[-1][1]["w"], [[1, 3], [2, 4]])


def test_an_error_of_the_node_has_its_code(node: FakeNode) -> None:
    node.job({"w": np.zeros(2, "f4")})
    quorate.receive()
    node.refuse = ("TRAINER_TENSOR", 'the tensor "w" has the shape [3]')
    with pytest.raises(quorate.QuorateError, match='TRAINER_TENSOR: the tensor "w"') as raised:
        quorate.send({"w": np.zeros(3)})
    assert raised.value.code == "TRAINER_TENSOR"
    with pytest.raises(quorate.QuorateError, match="no round"):
        quorate.send({"w": np.zeros(3)})


def test_a_round_may_fail(node: FakeNode) -> None:
    node.job({"w": np.zeros(2, "f4")})
    quorate.receive()
    quorate.fail("the disk is full")
    assert node.results[-1][0].failure == "the disk is full"


def test_evaluation_is_offered_only_by_programs_that_ask_for_it(node: FakeNode) -> None:
    node.job({"w": np.zeros(2, "f4")}, kind=pb.JOB_KIND_EVALUATE)
    node.job({"w": np.zeros(2, "f4")})
    round = quorate.receive(evaluate=True)
    assert round is not None and round.kind == "evaluate"
    quorate.send(metrics={"accuracy": 0.5, "loss": 1, "samples": 10})
    quorate.receive()
    assert node.kinds == [[pb.JOB_KIND_TRAIN, pb.JOB_KIND_EVALUATE], [pb.JOB_KIND_TRAIN]]


def test_progress_says_when_to_end(node: FakeNode) -> None:
    number = node.job({"w": np.zeros(2, "f4")})
    round = quorate.receive()
    assert round is not None
    assert round.progress(1, 10, loss=0.5)
    round.check()
    report = node.report()
    assert (report.job, report.batches, report.total) == (number, 1, 10)
    node.notices.put(pb.AttachResponse(job=number, ending=pb.ENDING_TIME_UP))
    while round.progress(2, 10):
        time.sleep(0.01)
    assert round.ending == "time"
    with pytest.raises(quorate.Stop):
        round.check()


def test_a_deadline_in_the_past_ends_the_round_at_once(node: FakeNode) -> None:
    node.job({"w": np.zeros(2, "f4")}, deadline=1000)
    round = quorate.receive()
    assert round is not None and not round.progress(1)


def test_without_a_node_the_error_says_how_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quorate._api._session", None)
    monkeypatch.delenv("QUORATE_SOCKET", raising=False)
    with pytest.raises(quorate.QuorateError, match="quorate member run"):
        quorate.receive()


def test_a_wrong_token_is_told(node: FakeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUORATE_TOKEN", "guess")
    with pytest.raises(quorate.QuorateError, match="SESSION_EXPIRED"):
        quorate.receive()


BUSY = "import quorate, time\nquorate.receive()\nprint('received', flush=True)\nwhile True: time.sleep(1)\n"


@pytest.mark.parametrize(
    "script", [BUSY, "import quorate\nprint('received', flush=True)\nquorate.receive()\n"], ids=["busy", "waiting"]
)
def test_a_program_ends_with_its_node(node: FakeNode, script: str, tmp_path: Path) -> None:
    env = {**os.environ, **node.environment, "PYTHONPATH": str(Path(quorate.__file__).parents[1])}
    if script is BUSY:
        node.job({"w": np.zeros(2, "f4")})
    program = subprocess.Popen([sys.executable, "-c", script], env=env, stdout=subprocess.PIPE)
    assert program.stdout is not None and program.stdout.readline() == b"received\n"
    node.kill()
    program.wait()
    program.stdout.close()


def test_privacy_is_asked_for_and_what_was_spent_is_said(node: FakeNode) -> None:
    node.job({"w": np.zeros(2, np.float32)})
    node.job({"w": np.zeros(2, np.float32)}, privacy=pb.PrivateTraining(clip=0.5, noise_multiplier=1.1, batch=64))
    plain = quorate.receive()
    assert plain is not None and plain.privacy is None
    quorate.send(plain.weights)
    private = quorate.receive()
    assert private is not None and private.privacy == quorate.Privacy(clip=0.5, noise=1.1, batch=64)
    quorate.send(private.weights, spent=[(1.1, 0.05, 20), (1.2, 0.05, 1)])
    said = [[(one.noise_multiplier, one.sampling_rate, one.steps) for one in head.spent] for head, _ in node.results]
    assert said == [[], [(1.1, 0.05, 20), (1.2, 0.05, 1)]]
