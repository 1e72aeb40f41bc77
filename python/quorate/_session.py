"""The session with the node that started this program."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import json
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# A forked worker of a data loader never calls the node, and gRPC need not care for it.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc  # noqa: E402
import numpy as np  # noqa: E402

from ._errors import QuorateError  # noqa: E402
from ._round import Privacy, Round, Weights  # noqa: E402
from ._socket import ResultSocket  # noqa: E402
from ._tensors import (  # noqa: E402
    empty_weights,
    frames_of,
    require_float,
    shape_of,
    take_file,
    to_float32,
    write_file,
)
from .v1 import trainer_pb2 as pb  # noqa: E402
from .v1.trainer_pb2_grpc import TrainerServiceStub  # noqa: E402

#: Seconds between two reports of progress.
REPORT_EVERY = 1.0
#: Seconds that a program has to end by itself when its node is gone, before and after SIGTERM.
LEAVE = 2.0
PR_SET_PDEATHSIG = 1

ENDINGS = {pb.ENDING_TIME_UP: "time", pb.ENDING_CANCELLED: "cancelled"}


class Session:
    """One for each process. Not for several threads at once."""

    def __init__(self, socket: str, token: str) -> None:
        self._parent = os.getpid()
        self._channel = grpc.insecure_channel(
            f"unix:{socket}",
            options=[
                ("grpc.max_send_message_length", -1),
                ("grpc.max_receive_message_length", -1),
                ("grpc.enable_retries", 0),
            ],
        )
        self._stub: Any = TrainerServiceStub(self._channel)  # type: ignore[no-untyped-call]
        self._metadata = (("authorization", f"Bearer {token}"),)
        self._round: Round | None = None
        self._next: Any = None
        self._way = pb.WAY_FRAMES
        self._result_path = ""
        self._takes_socket = False
        self._report: Any = None
        self._reported = -math.inf
        self._ending = (0, "")
        self._closing = False
        self._over = False
        self._die_with_node()
        from . import __version__

        self._stream = self._stub.Attach(
            pb.AttachRequest(client=f"quorate {__version__} for Python", pid=os.getpid()), metadata=self._metadata
        )
        # The first message says that the session is open: a wrong token is told here.
        with _coded():
            next(self._stream)
        self._listener = threading.Thread(target=self._listen, name="quorate", daemon=True)
        self._listener.start()
        atexit.register(self.close)

    @property
    def round(self) -> Round | None:
        """The round that waits for its result."""
        return self._round

    @property
    def over(self) -> bool:
        """Whether there will be no more rounds."""
        return self._over

    def receive(self, evaluate: bool = False) -> Round | None:
        if self._over:
            return None
        kinds = [pb.JOB_KIND_TRAIN] + ([pb.JOB_KIND_EVALUATE] if evaluate else [])
        self._round = None
        try:
            with _coded():
                self._next = self._stub.Next.future(pb.NextRequest(kinds=kinds), metadata=self._metadata)
                answer = self._next.result()
        except (QuorateError, grpc.FutureCancelledError):
            # The node ends its sessions when it stops.
            if not self._closing and not self._gone():
                raise
            self._over = True
            return None
        if answer.kind == pb.JOB_KIND_STOP:
            self._over = True
            return None
        self._way = answer.way
        self._result_path = answer.result_path
        self._takes_socket = answer.takes_socket
        self._round = Round(
            weights=self._weights(answer),
            step=answer.step,
            round=answer.round,
            deadline=answer.deadline / 1000 if answer.deadline else None,
            config=json.loads(answer.training_json or "{}"),
            seed=answer.seed,
            kind="evaluate" if answer.kind == pb.JOB_KIND_EVALUATE else "train",
            job=answer.job,
            _tell=self._tell,
            privacy=_privacy_of(answer),
        )
        # The time may have run out while the weights came.
        if self._ending[0] == answer.job:
            self._round.ending = self._ending[1]
        return self._round

    def send(
        self,
        tensors: Mapping[str, Any] | None,
        metrics: Mapping[str, Any],
        delta: bool,
        spent: Iterable[tuple[float, float, int]] = (),
    ) -> bool:
        round = self._open_round()
        numbers = _numbers(metrics)
        head = pb.PushHead(job=round.job, delta=delta, metrics=numbers)
        head.spent.extend(
            pb.PrivateSteps(noise_multiplier=noise, sampling_rate=rate, steps=steps) for noise, rate, steps in spent
        )
        frames: Iterator[Any] = iter(())
        if tensors is not None:
            for name, value in tensors.items():
                require_float(name, value)
            shapes = {name: shape_of(value) for name, value in tensors.items()}
            described = [pb.TensorInfo(name=name, shape=shape, dtype="F32") for name, shape in shapes.items()]
            results = self._open_socket()
            if results is not None:
                head.way = pb.WAY_SOCKET
                head.tensors.extend(described)
                return self._push_through(results, head, (to_float32(tensors[name]) for name in shapes))
            if self._way == pb.WAY_FILE:
                write_file(self._result_path, tensors, shapes)
                head.way = pb.WAY_FILE
            else:
                head.way = pb.WAY_FRAMES
                head.tensors.extend(described)
                frames = (
                    pb.PushRequest(frame=pb.Frame(tensor=tensor, offset=offset, data=data))
                    for tensor, offset, data in frames_of(to_float32(tensors[name]) for name in shapes)
                )
        return self._push(head, frames)

    def fail(self, reason: str) -> None:
        round = self._open_round()
        with contextlib.suppress(QuorateError):
            self._push(pb.PushHead(job=round.job, failure=reason or "no reason given"), iter(()))

    def close(self) -> None:
        """Ends the session; the program gets no more rounds."""
        if self._closing or os.getpid() != self._parent:
            return
        self._closing = True
        self._over = True
        self._stream.cancel()
        if self._next is not None:
            self._next.cancel()
        self._listener.join(LEAVE)
        self._channel.close()

    def _open_round(self) -> Round:
        if self._round is None:
            raise QuorateError("TRAINER_FAILED", "there is no round to send for: call quorate.receive() first, and send once")
        return self._round

    def _push(self, head: Any, frames: Iterator[Any]) -> bool:
        self._round = None

        def parts() -> Iterator[Any]:
            yield pb.PushRequest(head=head)
            yield from frames

        with _coded():
            return bool(self._stub.Push(parts(), metadata=self._metadata).taken)

    def _open_socket(self) -> ResultSocket | None:
        """None where the node takes no socket, or the folder holds none."""
        if self._way != pb.WAY_FILE or not self._takes_socket:
            return None
        try:
            return ResultSocket(self._result_path)
        except OSError:
            return None

    def _push_through(self, results: ResultSocket, head: Any, arrays: Iterator[Any]) -> bool:
        # The node answers when it has connected.
        try:
            return self._push(head, iter(())) and results.send(arrays)
        finally:
            results.close()

    def _weights(self, answer: Any) -> Weights:
        if answer.way == pb.WAY_FILE:
            try:
                return take_file(answer.weights_path)
            except OSError as error:
                # A program in a container does not see the node's files.
                print(f"quorate: the file with the weights cannot be read ({error}); they come as frames", file=sys.stderr)
                self._way = pb.WAY_FRAMES
        weights = empty_weights({tensor.name: tuple(tensor.shape) for tensor in answer.tensors})
        flats = [array.reshape(-1).view(np.uint8).data for array in weights.values()]
        with _coded():
            for part in self._stub.Pull(pb.PullRequest(job=answer.job), metadata=self._metadata):
                frame = part.frame
                flats[frame.tensor][frame.offset : frame.offset + len(frame.data)] = frame.data
        return weights

    def _tell(self, round: Round, batches: int, total: int, epoch: int, loss: float) -> None:
        now = time.monotonic()
        if now - self._reported < REPORT_EVERY or (self._report is not None and not self._report.done()):
            return
        self._reported = now
        request = pb.ProgressRequest(job=round.job, batches=batches, total=total, epoch=epoch, loss=loss)
        # The answer is not waited for: endings come over the stream.
        self._report = self._stub.Progress.future(request, metadata=self._metadata)

    def _listen(self) -> None:
        with contextlib.suppress(grpc.RpcError):
            for notice in self._stream:
                self._ending = (notice.job, ENDINGS.get(notice.ending, ""))
                round = self._round
                if round is not None and notice.job == round.job:
                    round.ending = self._ending[1]
        if not self._closing:
            self._leave()

    def _leave(self) -> None:
        """The node is gone: nobody would ever end this program."""
        self._over = True
        if self._round is not None:
            self._round.ending = "cancelled"
        time.sleep(LEAVE)
        if self._closing:
            return
        print("quorate: the node is gone; this program ends", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LEAVE)
        os._exit(70)

    def _gone(self) -> bool:
        """Whether the stream has ended, which is the end of the node."""
        self._listener.join(0.5)
        return self._over or not self._listener.is_alive()

    def _die_with_node(self) -> None:
        """On Linux the kernel ends this program with its parent, even when a computation never lets another thread run."""
        if sys.platform == "linux":
            with contextlib.suppress(OSError, AttributeError):
                ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextlib.contextmanager
def _coded() -> Iterator[None]:
    """Turns errors of gRPC into those of the node."""
    try:
        yield
    except grpc.RpcError as error:
        code = next((value for key, value in error.trailing_metadata() or () if key == "quorate-code"), "TRAINER_FAILED")
        raise QuorateError(str(code), error.details() or str(error)) from None


def _numbers(metrics: Mapping[str, Any]) -> dict[str, float]:
    """The metrics that are numbers."""
    numbers = {}
    for name, value in metrics.items():
        with contextlib.suppress(TypeError, ValueError):
            numbers[str(name)] = float(value)
    return numbers


def _privacy_of(answer: Any) -> Privacy | None:
    if not answer.HasField("privacy"):
        return None
    asked = answer.privacy
    return Privacy(clip=asked.clip, noise=asked.noise_multiplier, batch=asked.batch or None)


def session_of_environment() -> Session:
    socket, token = os.environ.get("QUORATE_SOCKET"), os.environ.get("QUORATE_TOKEN")
    if not socket or not token:
        raise QuorateError(
            "TRAINER_FAILED",
            'a node starts this program: quorate member run --config member.toml --trainer "python your_script.py"',
        )
    return Session(socket, token)


__all__ = ["Session", "session_of_environment"]
