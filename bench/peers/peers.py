"""Times Flower's and ByzFL's rules, and a BLAS product, on rows that Quorate wrote: int8, one after the other.

usage: peers.py FILE N D F GRAM_FILE GRAM_N BUDGET_SECONDS      prints JSON
"""

import json
import os
import sys
import time
import warnings

# One thread: processor times then compare work with work, however busy the machine is.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import byzfl
import flwr
import numpy as np
import torch
from flwr.server.strategy import aggregate as flower

warnings.filterwarnings("ignore")


def rows_of(path, n, d):
    """The rows as float32, which is what both peers work on."""
    return np.fromfile(path, dtype=np.int8).reshape(n, d).astype(np.float32)


def measure(work, budget):
    """Least processor and wall milliseconds; the first run counts, and is the only one when it takes longer than the budget."""
    cpu = wall = float("inf")
    end = time.perf_counter() + budget
    for _ in range(50):
        start, before = time.perf_counter(), time.process_time()
        work()
        cpu = min(cpu, 1000 * (time.process_time() - before))
        wall = min(wall, 1000 * (time.perf_counter() - start))
        if time.perf_counter() > end:
            break
    return {"cpu": cpu, "wall": wall}


def main():
    path, n, d, f, gram_path, gram_n, budget = sys.argv[1:]
    n, d, f, gram_n, budget = int(n), int(d), int(f), int(gram_n), float(budget)
    rows = rows_of(path, n, d)
    results = [([row], 1) for row in rows]
    tensors = torch.from_numpy(rows)
    timings = []

    def add(peer, rule, work):
        timings.append({"peer": peer, "rule": rule, **measure(work, budget)})
        print(f"  {peer} {rule}: {timings[-1]['cpu']:.0f} ms", file=sys.stderr, flush=True)

    add("Flower", "krum", lambda: flower.aggregate_krum(results, f, 0))
    add("Flower", "multi-krum", lambda: flower.aggregate_krum(results, f, n - f))
    add("Flower", "trimmed-mean", lambda: flower.aggregate_trimmed_avg(results, f / n))
    add("Flower", "median", lambda: flower.aggregate_median(results))
    rules = {
        "krum": byzfl.Krum(f),
        "multi-krum": byzfl.MultiKrum(f),
        "trimmed-mean": byzfl.TrMean(f),
        "median": byzfl.Median(),
        "gm": byzfl.GeometricMedian(),
        "nnm": byzfl.NNM(f),
    }
    for rule, call in rules.items():
        add("ByzFL", rule, lambda call=call: call(rows))
    add("ByzFL", "nnm + gm", lambda: rules["gm"](rules["nnm"](rows)))
    add("ByzFL on torch", "nnm + gm", lambda: rules["gm"](rules["nnm"](tensors)))

    gram = rows_of(gram_path, gram_n, d)
    other = gram.copy()
    blas = {"a @ a.T": measure(lambda: gram @ gram.T, budget), "a @ b.T": measure(lambda: gram @ other.T, budget)}
    versions = {"flwr": flwr.__version__, "byzfl": "0.0.11", "numpy": np.__version__, "torch": torch.__version__}
    print(json.dumps({"timings": timings, "blas": blas, "versions": versions}))


main()
