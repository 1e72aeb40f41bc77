from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_node import FakeNode

import quorate._api as api
from quorate.v1 import trainer_pb2 as pb


@pytest.fixture(params=[pb.WAY_FRAMES, pb.WAY_FILE], ids=["frames", "file"])
def node(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeNode]:
    """A node, whose session the calls of the package find in the environment."""
    fake = FakeNode(tmp_path, request.param)
    for name, value in fake.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(api, "_session", None)
    yield fake
    if api._session is not None:
        api._session.close()
    fake.kill()
