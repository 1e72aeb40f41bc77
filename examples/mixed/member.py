"""A member with a PyTorch loop of its own in a task whose model is written in tfjs: python member.py TRAIN.csv.

The data schema of the task says how to scale the columns. tfjs keeps a dense kernel as inputs × outputs, and PyTorch as outputs × inputs.
"""

import csv
import sys

import numpy as np
import torch

import quorate


def read(path, schema):
    """Scaled inputs and labels after the data schema."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    # A column that this member lacks has the mean, which scales to 0.
    columns = [
        [(float(row[column["name"]]) - column["mean"]) / column["std"] if column["name"] in row else 0.0 for row in rows]
        for column in schema["columns"]
    ]
    target = schema["target"]
    labels = [target["labels"].index(row[target["column"]]) for row in rows]
    return torch.tensor(np.array(columns).T, dtype=torch.float32), torch.tensor(labels)


def linear(name, weights):
    kernel = weights[f"{name}/kernel"]
    layer = torch.nn.Linear(*kernel.shape)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(kernel.T.copy()))
        layer.bias.copy_(torch.from_numpy(weights[f"{name}/bias"]))
    return layer


def main(path):
    torch.set_num_threads(1)
    for round in quorate.rounds():
        x, y = read(path, round.config["data"])
        local = round.config["local"]
        layers = {name: linear(name, round.weights) for name in ("hidden1", "hidden2", "output")}
        model = torch.nn.Sequential(layers["hidden1"], torch.nn.ReLU(), layers["hidden2"], torch.nn.ReLU(), layers["output"])
        optimizer = torch.optim.SGD(model.parameters(), lr=local["learningRate"], momentum=local["momentum"])
        torch.manual_seed(round.seed % 2**63)
        batches = [order for _ in range(local["epochs"]) for order in torch.randperm(len(y)).split(local["batchSize"])]
        losses = []
        for done, order in enumerate(batches):
            loss = torch.nn.functional.cross_entropy(model(x[order]), y[order])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            if not round.progress(done + 1, len(batches), loss=losses[-1]):
                break
        trained = {}
        for name, layer in layers.items():
            trained[f"{name}/kernel"] = layer.weight.detach().T.contiguous()
            trained[f"{name}/bias"] = layer.bias.detach()
        quorate.send(trained, {"loss": float(np.mean(losses)), "samples": len(y) * local["epochs"]})


if __name__ == "__main__":
    main(sys.argv[1])
