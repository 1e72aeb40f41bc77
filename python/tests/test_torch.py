from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_node import FakeNode

import quorate
from quorate._tensors import write_file

torch = pytest.importorskip("torch")
import quorate.torch as qt  # noqa: E402


def network() -> torch.nn.Module:
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.ReLU(), torch.nn.Linear(3, 2))


class Tied(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inside = torch.nn.Embedding(5, 4)
        self.outside = torch.nn.Linear(4, 5, bias=False)
        self.outside.weight = self.inside.weight


def test_only_floats_are_shared() -> None:
    names = [tensor["name"] for tensor in qt.tensors(network())]
    assert names == ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "3.weight", "3.bias"]
    assert [tensor["name"] for tensor in qt.tensors(Tied())] == ["inside.weight"]


def test_weights_come_back_and_counters_stay() -> None:
    model, other = network(), network()
    model(torch.randn(8, 4))
    other.load_state_dict({name: torch.zeros_like(value) for name, value in other.state_dict().items()})
    qt.load(other, qt.copy_weights(model))
    for name, value in qt.weights(model).items():
        assert torch.equal(qt.weights(other)[name], value), name
    assert int(other[1].num_batches_tracked) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda weights: weights.pop("0.bias"), "the task lacks tensors of the model: 0.bias"),
        (lambda weights: weights.update(extra=np.zeros(1)), "the model lacks tensors of the task: extra"),
        (lambda weights: weights.update({"0.bias": np.zeros(4)}), r"0.bias \[4\] instead of \[3\]"),
    ],
)
def test_other_tensors_are_named(change: object, message: str) -> None:
    weights = qt.copy_weights(network())
    change(weights)  # type: ignore[operator]
    with pytest.raises(quorate.QuorateError, match=message):
        qt.load(network(), weights)


def test_tensors_of_any_float_type_are_sent(node: FakeNode) -> None:
    model = network().to(torch.bfloat16)
    node.job(qt.copy_weights(network()))
    round = quorate.receive()
    assert round is not None
    qt.load(model, round.weights)
    quorate.send(qt.weights(model), {"loss": torch.tensor(0.5)})
    [(head, tensors)] = node.results
    assert head.metrics["loss"] == 0.5
    np.testing.assert_allclose(tensors["3.weight"], round.weights["3.weight"], rtol=0.01)


def test_the_device_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    device = qt.device()
    assert f"training on {device.type} (" in capsys.readouterr().err
    amp = qt.Amp(device)
    model = network().to(device)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    before = qt.copy_weights(model)
    with amp.cast():
        loss = model(torch.randn(8, 4, device=device)).square().mean()
    amp.step(loss, optimizer)
    assert any(not np.array_equal(before[name], value) for name, value in qt.copy_weights(model).items())


def test_workers_of_a_data_loader_leave_the_session_alone(node: FakeNode) -> None:
    data = torch.utils.data.TensorDataset(torch.arange(32).float())
    for _ in range(3):
        node.job({"w": np.zeros(2, "f4")})
    node.stop()
    for round in quorate.rounds():
        loader = torch.utils.data.DataLoader(data, batch_size=4, num_workers=2)
        total = sum(float(batch.sum()) for (batch,) in loader)
        assert total == 496
        quorate.send(round.weights, {"loss": total})
    assert len(node.results) == 3


def test_an_exported_model_becomes_a_file_for_torch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = network()
    tensors = qt.shared(model)
    source, out = tmp_path / "model.safetensors", tmp_path / "model.pt"
    write_file(str(source), tensors, {name: tuple(tensor.shape) for name, tensor in tensors.items()})
    assert qt.main(["export", str(source), "--out", str(out)]) == 0
    assert source.exists()
    other = network()
    torch.nn.init.zeros_(other[0].weight)
    other.load_state_dict(torch.load(out, weights_only=True))
    for name, value in model.state_dict().items():
        assert torch.equal(other.state_dict()[name], value), name
    assert qt.main(["export", str(source), "--out", str(out)]) == 1
    assert "exists" in capsys.readouterr().err
