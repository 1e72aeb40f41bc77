"""Writes test/vectors/privacy.json: what dp-accounting and Opacus say of privacy, for the tests of src/privacy.

    python3 -m venv /tmp/accounting
    /tmp/accounting/bin/pip install dp-accounting==0.6.0
    /tmp/accounting/bin/pip install --no-deps opacus==1.6.0
    /tmp/accounting/bin/python scripts/privacy_vectors.py

Opacus itself needs torch, its formulas do not: this script loads only those. It takes about a minute.
"""

import importlib.metadata
import importlib.util
import json
import pathlib
import sys
import types

from dp_accounting import dp_event
from dp_accounting.pld import pld_privacy_accountant
from dp_accounting.rdp import rdp_privacy_accountant


def opacus_analysis():
    """The module opacus.accountants.analysis.rdp, under packages that import nothing."""
    folder = pathlib.Path(importlib.util.find_spec("opacus").origin).parent
    for name in ("opacus", "opacus.accountants"):
        package = types.ModuleType(name)
        package.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
    return importlib.import_module("opacus.accountants.analysis.rdp")


opacus = opacus_analysis()

# The default orders of Opacus' accountant.
OPACUS_ORDERS = [1 + x / 10.0 for x in range(1, 100)] + list(range(12, 64))

# dp-accounting leaves out a fractional order whose series does not converge in its time; whole orders it always takes.
WHOLE_ORDERS = list(range(2, 64)) + [128, 256, 512, 1024]

# Noise multiplier, sampling rate, steps, delta.
CASES = [
    (1.0, 1.0, 1, 1e-5),
    (10.0, 1.0, 100, 1e-5),
    (5.0, 1.0, 10, 1e-5),
    (20.0, 1.0, 200, 1e-6),
    (4.530877117, 1.0, 1, 1e-6),
    (1.1, 0.01, 10_000, 1e-5),
    (0.8, 0.004, 14_000, 1e-5),
    (1.5, 0.04, 2250, 1e-5),
    (1.3, 0.004, 15_000, 1e-5),
    (0.7, 0.01, 500, 1e-5),
    (0.6, 0.001, 10_000, 1e-6),
    (0.5, 0.02, 20, 1e-4),
    (2.0, 0.1, 1000, 1e-5),
    (3.0, 0.25, 400, 1e-6),
    (4.0, 0.5, 200, 1e-5),
    (6.0, 0.9, 300, 1e-5),
    (8.0, 0.1, 5000, 1e-7),
    (1.0, 0.001, 100_000, 1e-6),
    (1.0, 0.0001, 200_000, 1e-7),
    (0.9, 0.05, 1, 1e-5),
    (1.2, 0.03, 60, 1e-5),
    (2.5, 0.01, 50_000, 1e-8),
    (30.0, 0.3, 10_000, 1e-5),
    (1.0, 0.5, 10, 1e-3),
    (0.4, 0.01, 10, 1e-5),
]

# Steps of different noise in one budget: pairs of (noise multiplier, sampling rate, steps), and delta.
MIXED = [
    ([(1.0, 0.01, 500), (2.0, 0.02, 500), (4.0, 0.1, 200)], 1e-5),
    ([(5.0, 1.0, 10), (1.1, 0.004, 3000)], 1e-6),
    ([(0.8, 0.01, 100), (30.0, 0.5, 100)], 1e-5),
]

# Noise multiplier, sampling rate, steps, epsilon.
DELTAS = [
    (3**0.5, 1.0, 3, 1.0),
    (0.5, 0.2, 3, 1.0),
    (1.0, 0.1, 20, 0.5),
    (2.0, 0.05, 400, 1.5),
    (1.0, 1.0, 1, 0.0),
]

# Noise multiplier, sampling rate, Renyi order: whole orders, where every implementation sums the same terms.
DIVERGENCES = [(sigma, q, order) for sigma in (0.6, 1.1, 2.5, 12.0) for q in (0.0005, 0.01, 0.2) for order in (2, 7, 32, 128)]


def event_of(sigma, q, steps):
    gaussian = dp_event.GaussianDpEvent(sigma)
    step = gaussian if q == 1 else dp_event.PoissonSampledDpEvent(q, gaussian)
    return dp_event.SelfComposedDpEvent(step, steps)


def interval_of(parts):
    """Width of the grid of losses. The default, 1e-4, is as wide as the loss itself of a step that samples so few records."""
    return 5e-6 if min(q for _, q, _ in parts) <= 0.001 else 1e-4


def pld_of(parts):
    accountant = pld_privacy_accountant.PLDAccountant(value_discretization_interval=interval_of(parts))
    return composed(accountant, parts)


def composed(accountant, parts):
    for part in parts:
        accountant.compose(event_of(*part))
    return accountant


def opacus_epsilon(parts, delta):
    rdp = sum(
        opacus.compute_rdp(q=q, noise_multiplier=sigma, steps=steps, orders=OPACUS_ORDERS) for sigma, q, steps in parts
    )
    return float(opacus.get_privacy_spent(orders=OPACUS_ORDERS, rdp=rdp, delta=delta)[0])


def epsilons(parts, delta):
    rdp = composed(rdp_privacy_accountant.RdpAccountant(), parts)
    whole = composed(rdp_privacy_accountant.RdpAccountant(WHOLE_ORDERS), parts)
    return {
        "rdp": float(rdp.get_epsilon(delta)),
        "rdpWhole": float(whole.get_epsilon(delta)),
        "pld": float(pld_of(parts).get_epsilon(delta)),
        "opacusRdp": opacus_epsilon(parts, delta),
    }


def events_json(parts):
    return [{"noiseMultiplier": sigma, "samplingRate": q, "steps": steps} for sigma, q, steps in parts]


def main():
    cases = [([case[:3]], case[3]) for case in CASES]
    table = {
        "madeBy": {
            "command": "python scripts/privacy_vectors.py",
            **{name: importlib.metadata.version(name) for name in ("dp-accounting", "opacus")},
        },
        "epsilons": [
            {"events": events_json(parts), "delta": delta, **epsilons(parts, delta)} for parts, delta in cases + MIXED
        ],
        "deltas": [
            {
                "events": events_json([part[:3]]),
                "epsilon": part[3],
                "pld": float(pld_of([part[:3]]).get_delta(part[3])),
            }
            for part in DELTAS
        ],
        "divergences": [
            {
                "noiseMultiplier": sigma,
                "samplingRate": q,
                "order": order,
                "rdp": float(composed(rdp_privacy_accountant.RdpAccountant([order]), [(sigma, q, 1)]).rdp[0]),
            }
            for sigma, q, order in DIVERGENCES
        ],
    }
    path = pathlib.Path(__file__).parent.parent / "test" / "vectors" / "privacy.json"
    path.write_text(json.dumps(table, indent=2) + "\n")
    print(f"wrote {len(table['epsilons'])} epsilons, {len(table['deltas'])} deltas, {len(table['divergences'])} divergences")


if __name__ == "__main__":
    main()
