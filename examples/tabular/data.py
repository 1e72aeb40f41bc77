"""Breast cancer records of scikit-learn (Street, Wolberg, Mangasarian 1993) as the files of clinics: python data.py --out FOLDER [--clinics 7].

The clinics differ in their share of malignant tumours, and three of them lack a group of columns. Each holds one record in four out of training. Writes
members/clinic-N/train.csv and test.csv, and schema.json with the ranges that the description of the data publishes.
"""

import argparse
import csv
import json
import pathlib
import random

from sklearn.datasets import load_breast_cancer

# Share of malignant tumours, in the order of the clinics: some are referred the hard cases.
SHARES = [0.3, 0.5, 0.4, 0.25, 0.45]
# Columns that a clinic does not measure.
LACKS = {0: lambda name: name.startswith("worst"), 2: lambda name: name.endswith("error"), 3: lambda name: "fractal" in name or "symmetry" in name}
HELD_OUT = 4


def deal(labels, clinics, rng):
    """Record numbers of each clinic: equally many, with its share of malignant ones as far as there are enough."""
    pools = {label: [i for i, own in enumerate(labels) if own == label] for label in (0, 1)}
    for pool in pools.values():
        rng.shuffle(pool)
    size = len(labels) // clinics
    shares = []
    for clinic in range(clinics):
        wanted = round(size * SHARES[clinic % len(SHARES)])
        own = [pools[0].pop() for _ in range(min(wanted, len(pools[0])))]
        own += [pools[1].pop() for _ in range(min(size - len(own), len(pools[1])))]
        own += [pools[0].pop() for _ in range(min(size - len(own), len(pools[0])))]
        rng.shuffle(own)
        shares.append(own)
    return shares


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--clinics", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    out = pathlib.Path(args.out)
    data = load_breast_cancer()
    names = [str(name).replace(" ", "_") for name in data.feature_names]
    rng = random.Random(args.seed)
    for clinic, numbers in enumerate(deal(data.target, args.clinics, rng)):
        lacks = LACKS.get(clinic, lambda name: False)
        kept = [k for k, name in enumerate(names) if not lacks(name)]
        folder = out / "members" / f"clinic-{clinic + 1}"
        folder.mkdir(parents=True)
        held = len(numbers) // HELD_OUT
        for part, own in (("test", numbers[:held]), ("train", numbers[held:])):
            with open(folder / f"{part}.csv", "w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow([names[k] for k in kept] + ["diagnosis"])
                for i in own:
                    writer.writerow([f"{data.data[i][k]:g}" for k in kept] + [("malignant", "benign")[data.target[i]]])
    low, high = data.data.min(axis=0), data.data.max(axis=0)
    columns = [
        {"name": name, "type": "number", "mean": round(float(a + b) / 2, 6), "std": round(float(b - a) / 4, 6), "missing": "mean"}
        for name, a, b in zip(names, low, high)
    ]
    target = {"kind": "class", "column": "diagnosis", "labels": ["benign", "malignant"]}
    (out / "schema.json").write_text(json.dumps({"kind": "table", "columns": columns, "target": target}, indent=2))


if __name__ == "__main__":
    main()
