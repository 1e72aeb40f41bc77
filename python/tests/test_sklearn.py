from __future__ import annotations

import numpy as np
import pytest

import quorate

pytest.importorskip("sklearn")
from sklearn.base import clone  # noqa: E402
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits  # noqa: E402
from sklearn.linear_model import LogisticRegression, SGDClassifier, SGDRegressor  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

import quorate.sklearn as qs  # noqa: E402


def zeros(features: int, classes: int) -> dict[str, np.ndarray]:
    return {tensor["name"]: np.zeros(tensor["shape"], "f4") for tensor in qs.tensors(features, classes)}


MODELS = [SGDClassifier(loss="log_loss", random_state=1), LogisticRegression(warm_start=True, max_iter=20)]


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("kind", MODELS, ids=["sgd", "logistic"])
@pytest.mark.parametrize(("data", "classes"), [(load_breast_cancer, 2), (load_digits, 10)])
def test_rounds_of_members_make_a_model(kind: object, data: object, classes: int) -> None:
    model = clone(kind)
    x, y = data(return_X_y=True)  # type: ignore[operator]
    x = StandardScaler().fit_transform(x)
    shared = zeros(x.shape[1], classes)
    for _ in range(3):
        results = []
        for member in range(3):
            qs.load(model, shared, classes=range(classes))
            own = slice(member, None, 3)
            step = model.partial_fit if hasattr(model, "partial_fit") else model.fit  # type: ignore[attr-defined]
            step(x[own], y[own])
            results.append(qs.weights(model))
        shared = {name: np.mean([result[name] for result in results], axis=0, dtype="f4") for name in shared}
    qs.load(model, shared, classes=range(classes))
    found = qs.measure(model, x, y)
    assert found["accuracy"] > 0.9 and found["loss"] < 5 and found["samples"] == len(y)


def test_a_member_without_one_class_takes_part() -> None:
    x, y = load_digits(return_X_y=True)
    model = SGDClassifier(loss="log_loss", random_state=1)
    qs.load(model, zeros(64, 10), classes=range(10))
    model.partial_fit(x[y < 5], y[y < 5])
    assert qs.weights(model)["coef_"].shape == (10, 64)


def test_a_regression() -> None:
    x, y = load_diabetes(return_X_y=True)
    y = (y - y.mean()) / y.std()
    model = SGDRegressor(random_state=1, eta0=0.1)
    qs.load(model, zeros(10, 0))
    for _ in range(30):
        model.partial_fit(x, y)
    assert qs.measure(model, x, y)["r2"] > 0.3
    assert qs.weights(model)["intercept_"].shape == (1,)


def test_other_tensors_are_refused() -> None:
    with pytest.raises(quorate.QuorateError, match="MODEL_MISMATCH.*coef_"):
        qs.load(SGDClassifier(), {"w": np.zeros(2)}, classes=range(2))
    with pytest.raises(quorate.QuorateError, match="10 classes need 10"):
        qs.load(SGDClassifier(), zeros(4, 3), classes=range(10))
