from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_node import FakeNode

import quorate
from quorate.v1 import trainer_pb2 as pb

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
peft = pytest.importorskip("peft")
import quorate.hf as hf  # noqa: E402


def model() -> object:
    """A small transformer, made from its configuration."""
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, num_labels=2
    )
    base = transformers.BertForSequenceClassification(config)
    lora = peft.LoraConfig(task_type="SEQ_CLS", r=2, target_modules=["query", "value"])
    return peft.get_peft_model(base, lora)


class Words(torch.utils.data.Dataset):  # type: ignore[misc]
    def __len__(self) -> int:
        return 16

    def __getitem__(self, index: int) -> dict[str, object]:
        label = index % 2
        return {"input_ids": torch.full((6,), 3 + label), "attention_mask": torch.ones(6, dtype=torch.long), "labels": label}


def trainer_in(folder: Path) -> object:
    args = transformers.TrainingArguments(
        output_dir=str(folder), max_steps=4, per_device_train_batch_size=4, report_to=[], save_strategy="no", use_cpu=True
    )

    def accuracy(found: object) -> dict[str, float]:
        return {"accuracy": float(np.mean(found.predictions.argmax(-1) == found.label_ids))}  # type: ignore[attr-defined]

    return transformers.Trainer(model=model(), args=args, train_dataset=Words(), eval_dataset=Words(), compute_metrics=accuracy)


def test_only_adapters_travel(node: FakeNode, tmp_path: Path) -> None:
    trainer = trainer_in(tmp_path / "out")
    names = [tensor["name"] for tensor in hf.tensors(trainer.model)]
    assert all("lora_" in name or "classifier" in name for name in names) and len(names) >= 8
    weights = {name: value.numpy().copy() for name, value in hf.adapters(trainer.model).items()}
    node.job(weights)
    node.job(weights, step=2)
    node.job(weights, kind=pb.JOB_KIND_EVALUATE)
    node.stop()
    hf.run(trainer)
    (first, trained), (_, again), (third, _) = node.results
    assert list(trained) == names
    assert any(not np.array_equal(trained[name], weights[name]) for name in names)
    assert all(trained[name].shape == again[name].shape for name in names)
    assert first.metrics["samples"] == 16 and first.metrics["loss"] > 0
    assert 0 <= third.metrics["eval_accuracy"] <= 1 and third.metrics["samples"] == 16


def test_the_training_ends_when_the_time_is_up(node: FakeNode, tmp_path: Path) -> None:
    trainer = trainer_in(tmp_path / "out")
    node.job({name: value.numpy().copy() for name, value in hf.adapters(trainer.model).items()}, deadline=1000)
    node.stop()
    hf.run(trainer)
    assert node.results[0][0].metrics["samples"] == 4


def test_other_adapters_are_named() -> None:
    with pytest.raises(quorate.QuorateError, match="MODEL_MISMATCH.*lora_A"):
        hf.load(model(), {})
