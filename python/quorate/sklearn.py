"""Linear models of scikit-learn: ``SGDClassifier``, ``SGDRegressor``, ``LogisticRegression``, ``Perceptron`` and others with
``coef_`` and ``intercept_``::

    import quorate
    import quorate.sklearn as qs

    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.01)
    for round in quorate.rounds(evaluate=True):
        qs.load(model, round.weights, classes=range(10))
        if round.kind == "evaluate":
            quorate.send(metrics=qs.measure(model, x_test, y_test))
        else:
            model.partial_fit(x, y)
            quorate.send(qs.weights(model), {"loss": qs.measure(model, x, y)["loss"], "samples": len(y)})

All members must name the same classes in the same order: a member whose data lack a class names it all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ._errors import QuorateError

NAMES = ("coef_", "intercept_")


def tensors(features: int, classes: int = 0) -> list[dict[str, Any]]:
    """Names and shapes as the field ``tensors`` of a task document lists them. Two classes share a row; none is a regression."""
    rows = 1 if classes <= 2 else classes
    shape = [features] if classes == 0 else [rows, features]
    return [{"name": "coef_", "shape": shape}, {"name": "intercept_", "shape": [rows]}]


def weights(model: Any) -> dict[str, npt.NDArray[Any]]:
    """Coefficients and intercept of a fitted model."""
    if not hasattr(model, "coef_"):
        raise QuorateError("MODEL_MISMATCH", f"{type(model).__name__} is not fitted, or is no linear model")
    return {"coef_": np.array(model.coef_), "intercept_": np.atleast_1d(np.array(model.intercept_, dtype=float))}


def load(model: Any, weights: Mapping[str, npt.NDArray[Any]], classes: Iterable[Any] | None = None) -> None:
    """Puts received weights into a model, which ``partial_fit``, or ``fit`` with ``warm_start=True``, goes on from.

    :param classes: All classes of the task, for a classifier.
    :raises QuorateError: MODEL_MISMATCH for other tensors.
    """
    if set(weights) != set(NAMES):
        raise QuorateError(
            "MODEL_MISMATCH", f"a linear model has the tensors {', '.join(NAMES)}, and the task {', '.join(weights)}"
        )
    coef, intercept = (np.array(weights[name], dtype=np.float64) for name in NAMES)
    labels = None if classes is None else np.array(list(classes))
    if labels is not None:
        rows = 1 if len(labels) == 2 else len(labels)
        if coef.shape[0] != rows:
            raise QuorateError("MODEL_MISMATCH", f"coef_ has {coef.shape[0]} rows, and {len(labels)} classes need {rows}")
    if hasattr(model, "partial_fit"):
        _allocate(model, coef.shape[-1], labels)
        # In place: these models keep other references to the same arrays.
        model.coef_[...] = coef
        model.intercept_[...] = intercept
        return
    if labels is not None:
        model.classes_ = labels
    model.coef_, model.intercept_ = coef, intercept
    model.n_features_in_ = coef.shape[-1]


def _allocate(model: Any, features: int, labels: npt.NDArray[Any] | None) -> None:
    """Lets the model make its arrays, by one step on nothing."""
    if hasattr(model, "coef_"):
        return
    if labels is None:
        model.partial_fit(np.zeros((1, features)), np.zeros(1))
    else:
        model.partial_fit(np.zeros((len(labels), features)), labels, classes=labels)
    if hasattr(model, "t_"):
        model.t_ = 1.0


def measure(model: Any, x: Any, y: Any) -> dict[str, float]:
    """Accuracy and log loss of a classifier, or R² and squared error of a regression, with the number of samples."""
    truth = np.asarray(y)
    found = model.predict(x)
    if not hasattr(model, "classes_"):
        error = float(np.mean((found - truth) ** 2))
        spread = float(np.mean((truth - truth.mean()) ** 2))
        return {"loss": error, "r2": 1 - error / spread if spread > 0 else 0.0, "samples": len(truth)}
    return {"accuracy": float(np.mean(found == truth)), "loss": _log_loss(model, x, truth), "samples": len(truth)}


def _log_loss(model: Any, x: Any, truth: npt.NDArray[Any]) -> float:
    scores = np.asarray(model.decision_function(x), dtype=np.float64)
    if scores.ndim == 1:
        scores = np.stack([np.zeros_like(scores), scores], axis=1)
    scores = scores - scores.max(axis=1, keepdims=True)
    index = np.searchsorted(model.classes_, truth)
    return float(np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(truth)), index]))
