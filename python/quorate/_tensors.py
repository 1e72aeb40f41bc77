"""Tensors as bytes: files of the safetensors format, and frames.

A file begins with 8 bytes of length and a head of JSON; the elements follow, little-endian, in row-major order. The head is
read and written here, so that the arrays of a received model are views of the file: no copy is made.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ._round import Weights

#: Bytes of a frame at most.
FRAME_BYTES = 1 << 20
#: The elements of a file begin at a multiple of this.
ALIGNMENT = 64
FLOAT = np.dtype("<f4")

Array = npt.NDArray[np.float32]


def require_float(name: str, value: Any) -> None:
    """Raises TypeError for a tensor of integers: rounding them would go unseen."""
    if hasattr(value, "is_floating_point"):
        fits, kind = value.is_floating_point(), value.dtype
    else:
        kind = np.asarray(value).dtype
        fits = kind.kind == "f" or kind.name == "bfloat16"
    if not fits:
        raise TypeError(f'the tensor "{name}" has elements of {kind}; only floats are sent')


def to_float32(value: Any) -> Array:
    """The values of an array or a tensor of any framework as float32; copied only if they are not that already."""
    if hasattr(value, "detach"):
        # PyTorch: bfloat16 has no counterpart in numpy, so the type is changed before.
        value = value.detach().to(device="cpu").float().numpy()
    return np.asarray(value, dtype=FLOAT, order="C")


def take_file(path: str) -> Weights:
    """The tensors of a file, which is deleted."""
    weights = map_file(path)
    os.unlink(path)
    return weights


def map_file(path: str) -> Weights:
    """The tensors of a file, as arrays that may be changed; changes do not reach the file."""
    with open(path, "rb") as file:
        view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    (length,) = struct.unpack_from("<Q", view)
    head: dict[str, Any] = json.loads(view[8 : 8 + length])
    # What the file says about itself.
    head.pop("__metadata__", None)
    weights: Weights = {}
    for name, entry in head.items():
        shape = entry["shape"]
        start, _ = entry["data_offsets"]
        count = int(np.prod(shape, dtype=np.int64))
        weights[name] = np.frombuffer(view, FLOAT, count, 8 + length + start).reshape(shape)
    return weights


def write_file(path: str, tensors: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Writes a new file that only this user can read. One tensor after the other is brought from its device."""
    head: dict[str, Any] = {}
    at = 0
    for name, shape in shapes.items():
        size = int(np.prod(shape, dtype=np.int64)) * FLOAT.itemsize
        head[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % ALIGNMENT)
    # write() reports a full disk; a mapping would end the process.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in shapes:
            _write_all(file, to_float32(tensors[name]))


def _write_all(file: Any, array: Array) -> None:
    data = array.reshape(-1).view(np.uint8).data
    at = 0
    while at < len(data):
        at += file.write(data[at : at + (16 << 20)])


def frames_of(arrays: Iterable[Array]) -> Iterator[tuple[int, int, bytes]]:
    """Tensor, first byte and bytes of each frame."""
    for index, array in enumerate(arrays):
        data = array.reshape(-1).view(np.uint8).data
        for start in range(0, len(data), FRAME_BYTES):
            yield index, start, bytes(data[start : start + FRAME_BYTES])


def empty_weights(shapes: Mapping[str, tuple[int, ...]]) -> Weights:
    return {name: np.empty(shape, FLOAT) for name, shape in shapes.items()}


def shape_of(value: Any) -> tuple[int, ...]:
    return tuple(int(size) for size in np.shape(value)) if not hasattr(value, "shape") else tuple(value.shape)
