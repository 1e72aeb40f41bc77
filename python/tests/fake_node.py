"""A node for tests: it serves the trainer protocol on a Unix socket and gives jobs from a list."""

from __future__ import annotations

import json
import queue
import threading
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import numpy as np

from quorate._tensors import frames_of, take_file, write_file
from quorate.v1 import trainer_pb2 as pb
from quorate.v1.trainer_pb2_grpc import TrainerServiceServicer, add_TrainerServiceServicer_to_server

TOKEN = "secret"


class FakeNode(TrainerServiceServicer):
    def __init__(self, folder: Path, way: int = pb.WAY_FRAMES) -> None:
        self.socket = str(folder / "trainer.sock")
        self.folder = folder
        self.way = way
        self.jobs: queue.Queue[Any] = queue.Queue()
        self.notices: queue.Queue[Any] = queue.Queue()
        self.results: list[tuple[Any, dict[str, np.ndarray]]] = []
        self.kinds: list[list[int]] = []
        self.reports: queue.Queue[Any] = queue.Queue()
        self.refuse: tuple[str, str] | None = None
        self.weights: dict[str, np.ndarray] = {}
        self._count = 0
        self._ended = threading.Event()
        self.server = grpc.server(futures.ThreadPoolExecutor(8))
        add_TrainerServiceServicer_to_server(self, self.server)
        self.server.add_insecure_port(f"unix:{self.socket}")
        self.server.start()

    @property
    def environment(self) -> dict[str, str]:
        return {"QUORATE_SOCKET": self.socket, "QUORATE_TOKEN": TOKEN}

    def job(self, weights: dict[str, np.ndarray], **fields: Any) -> int:
        self._count += 1
        self.jobs.put((self._count, weights, fields))
        return self._count

    def stop(self) -> None:
        self.jobs.put(None)

    def kill(self) -> None:
        self._ended.set()
        self.notices.put(None)
        self.server.stop(None)

    def report(self, seconds: float = 30) -> Any:
        """The oldest report of progress that no test has taken. Programs do not wait until the node has a report."""
        return self.reports.get(timeout=seconds)

    def _check(self, context: Any) -> None:
        if dict(context.invocation_metadata()).get("authorization") != f"Bearer {TOKEN}":
            context.set_trailing_metadata((("quorate-code", "SESSION_EXPIRED"),))
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "the token is wrong")

    def Attach(self, request: Any, context: Any) -> Any:
        self._check(context)
        yield pb.AttachResponse()
        while (notice := self.notices.get()) is not None:
            yield notice

    def Next(self, request: Any, context: Any) -> Any:
        self._check(context)
        self.kinds.append(list(request.kinds))
        while not self._ended.is_set():
            try:
                item = self.jobs.get(timeout=0.05)
            except queue.Empty:
                continue
            if item is None:
                return pb.NextResponse(kind=pb.JOB_KIND_STOP)
            number, weights, fields = item
            self.weights = weights
            answer = pb.NextResponse(job=number, way=self.way, **{"kind": pb.JOB_KIND_TRAIN, "step": 1, **fields})
            for name, value in weights.items():
                answer.tensors.add(name=name, shape=value.shape, dtype="F32")
            if self.way == pb.WAY_FILE:
                answer.weights_path = str(self.folder / f"{number}.weights.safetensors")
                answer.result_path = str(self.folder / f"{number}.result.safetensors")
                write_file(answer.weights_path, weights, {name: value.shape for name, value in weights.items()})
            return answer
        context.abort(grpc.StatusCode.UNAVAILABLE, "the node is gone")

    def Pull(self, request: Any, context: Any) -> Any:
        for tensor, offset, data in frames_of(self.weights.values()):
            yield pb.PullResponse(frame=pb.Frame(tensor=tensor, offset=offset, data=data))

    def Push(self, parts: Any, context: Any) -> Any:
        head = next(parts).head
        tensors: dict[str, np.ndarray] = {}
        if head.way == pb.WAY_FILE:
            tensors = take_file(str(self.folder / f"{head.job}.result.safetensors"))
        else:
            data = [bytearray() for _ in head.tensors]
            for part in parts:
                assert part.frame.offset == len(data[part.frame.tensor])
                data[part.frame.tensor] += part.frame.data
            for info, raw in zip(head.tensors, data, strict=True):
                tensors[info.name] = np.frombuffer(raw, "<f4").reshape(tuple(info.shape))
        if self.refuse:
            code, text = self.refuse
            context.set_trailing_metadata((("quorate-code", code),))
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, text)
        self.results.append((head, tensors))
        return pb.PushResponse(taken=True)

    def Progress(self, request: Any, context: Any) -> Any:
        self.reports.put(request)
        return pb.ProgressResponse()


def config(**fields: Any) -> str:
    return json.dumps(fields)
