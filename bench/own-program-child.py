"""The PyTorch script of own-program.ts: a CNN that learns made images, or a transformer of 11 million parameters that learns them row by row. With a node's socket in the environment it is a member's program; else it trains by
itself whenever a line comes, and answers with one line of JSON. Both train from the same weights on the same batches."""

import argparse
import hashlib
import json
import os
import sys
import time
from pathlib import Path

# CUDA computes the same each time only with this.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

import torch  # noqa: E402
from torch import nn  # noqa: E402

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

import quorate  # noqa: E402
import quorate.torch as qt  # noqa: E402
from quorate._tensors import map_file, shape_of, write_file  # noqa: E402

BATCH = 25
CLASSES = 10

parser = argparse.ArgumentParser()
parser.add_argument("--samples", type=int, required=True)
parser.add_argument("--threads", type=int, required=True)
parser.add_argument("--model", choices=["cnn", "transformer"], required=True)
parser.add_argument("--device", required=True, help="as quorate.torch.device takes it")
parser.add_argument("--initial", help="file for the weights of a new model")
parser.add_argument("--weights", help="file with the weights to train from")
given = parser.parse_args()

torch.set_num_threads(given.threads)
torch.use_deterministic_algorithms(True)
torch.manual_seed(1)
device = qt.device(given.device)


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1024, 512),
        nn.ReLU(),
        nn.Linear(512, CLASSES),
    )


class Transformer(nn.Module):
    """Takes the 28 rows of an image as words."""

    def __init__(self):
        super().__init__()
        width = 384
        self.embed = nn.Linear(28, width)
        layer = nn.TransformerEncoderLayer(width, 6, 4 * width, dropout=0.0, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 6, enable_nested_tensor=False)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, images):
        return self.head(self.layers(self.embed(images.squeeze(1))).mean(1))


model = (cnn() if given.model == "cnn" else Transformer()).to(device)
labels = torch.arange(given.samples) % CLASSES
# A picture for each class under noise: losses and gradients are those of a real training.
images = (torch.rand(CLASSES, 1, 28, 28)[labels] + torch.randn(given.samples, 1, 28, 28)).to(device)
labels = labels.to(device)


def train(weights, go_on):
    """One epoch from the weights that came; gives the loss. Its seed is fixed, so it does the same each time."""
    qt.load(model, weights)
    torch.manual_seed(2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    criterion = nn.CrossEntropyLoss()
    batches = torch.randperm(given.samples).split(BATCH)
    loss = torch.zeros(())
    for done, batch in enumerate(batches, 1):
        optimizer.zero_grad()
        loss = criterion(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        if not go_on(done, len(batches), loss=loss.item()):
            break
    return loss.item()


def digest():
    """Of the bits of all weights."""
    sum = hashlib.sha256()
    for value in qt.weights(model).values():
        sum.update(value.cpu().numpy())
    return sum.hexdigest()


if "QUORATE_SOCKET" in os.environ:
    for round in quorate.rounds():
        loss = train(round.weights, round.progress)
        quorate.send(qt.weights(model), {"loss": loss, "samples": given.samples})
        print(f"digest {digest()}", flush=True)
else:
    tensors = qt.weights(model)
    write_file(given.initial, tensors, {name: shape_of(value) for name, value in tensors.items()})
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        weights = map_file(given.weights)
        processor, began = time.process_time(), time.perf_counter()
        train(weights, lambda *done, loss: True)
        # The result is there when it has left the device.
        result = {name: value.cpu() for name, value in qt.weights(model).items()}
        seconds, processor = time.perf_counter() - began, time.process_time() - processor
        print(json.dumps({"seconds": seconds, "processor": processor, "digest": digest()}), flush=True)
