"""The baseline: an isolation forest (Liu, Ting, Zhou 2008) of scikit-learn, which sees the features of all institutions and no labels: python forest.py FOLDER [--seed 1].

FOLDER holds members/*/train.csv and test.csv. Prints the average precision of its scores on all test.csv.
"""

import argparse
import csv
import pathlib

from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score


def read(folder, part):
    rows = [row for path in sorted(folder.glob(f"members/*/{part}.csv")) for row in csv.DictReader(open(path, newline=""))]
    return [[float(value) for name, value in row.items() if name != "risk"] for row in rows], [row["risk"] == "abuse" for row in rows]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    features, _ = read(args.folder, "train")
    held_out, abuse = read(args.folder, "test")
    forest = IsolationForest(random_state=args.seed).fit(features)
    print(average_precision_score(abuse, -forest.score_samples(held_out)))


if __name__ == "__main__":
    main()
