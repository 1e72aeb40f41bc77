from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class JobKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_KIND_UNSPECIFIED: _ClassVar[JobKind]
    JOB_KIND_TRAIN: _ClassVar[JobKind]
    JOB_KIND_EVALUATE: _ClassVar[JobKind]
    JOB_KIND_STOP: _ClassVar[JobKind]

class Way(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WAY_UNSPECIFIED: _ClassVar[Way]
    WAY_FRAMES: _ClassVar[Way]
    WAY_FILE: _ClassVar[Way]
    WAY_SOCKET: _ClassVar[Way]

class Ending(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENDING_UNSPECIFIED: _ClassVar[Ending]
    ENDING_TIME_UP: _ClassVar[Ending]
    ENDING_CANCELLED: _ClassVar[Ending]
JOB_KIND_UNSPECIFIED: JobKind
JOB_KIND_TRAIN: JobKind
JOB_KIND_EVALUATE: JobKind
JOB_KIND_STOP: JobKind
WAY_UNSPECIFIED: Way
WAY_FRAMES: Way
WAY_FILE: Way
WAY_SOCKET: Way
ENDING_UNSPECIFIED: Ending
ENDING_TIME_UP: Ending
ENDING_CANCELLED: Ending

class TensorInfo(_message.Message):
    __slots__ = ("name", "shape", "dtype")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    name: str
    shape: _containers.RepeatedScalarFieldContainer[int]
    dtype: str
    def __init__(self, name: _Optional[str] = ..., shape: _Optional[_Iterable[int]] = ..., dtype: _Optional[str] = ...) -> None: ...

class AttachRequest(_message.Message):
    __slots__ = ("client", "pid")
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    client: str
    pid: int
    def __init__(self, client: _Optional[str] = ..., pid: _Optional[int] = ...) -> None: ...

class AttachResponse(_message.Message):
    __slots__ = ("job", "ending")
    JOB_FIELD_NUMBER: _ClassVar[int]
    ENDING_FIELD_NUMBER: _ClassVar[int]
    job: int
    ending: Ending
    def __init__(self, job: _Optional[int] = ..., ending: _Optional[_Union[Ending, str]] = ...) -> None: ...

class NextRequest(_message.Message):
    __slots__ = ("kinds",)
    KINDS_FIELD_NUMBER: _ClassVar[int]
    kinds: _containers.RepeatedScalarFieldContainer[JobKind]
    def __init__(self, kinds: _Optional[_Iterable[_Union[JobKind, str]]] = ...) -> None: ...

class NextResponse(_message.Message):
    __slots__ = ("kind", "job", "step", "deadline", "training_json", "tensors", "way", "weights_path", "result_path", "round", "seed", "takes_socket", "privacy")
    KIND_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    TRAINING_JSON_FIELD_NUMBER: _ClassVar[int]
    TENSORS_FIELD_NUMBER: _ClassVar[int]
    WAY_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_PATH_FIELD_NUMBER: _ClassVar[int]
    RESULT_PATH_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    TAKES_SOCKET_FIELD_NUMBER: _ClassVar[int]
    PRIVACY_FIELD_NUMBER: _ClassVar[int]
    kind: JobKind
    job: int
    step: int
    deadline: int
    training_json: str
    tensors: _containers.RepeatedCompositeFieldContainer[TensorInfo]
    way: Way
    weights_path: str
    result_path: str
    round: int
    seed: int
    takes_socket: bool
    privacy: PrivateTraining
    def __init__(self, kind: _Optional[_Union[JobKind, str]] = ..., job: _Optional[int] = ..., step: _Optional[int] = ..., deadline: _Optional[int] = ..., training_json: _Optional[str] = ..., tensors: _Optional[_Iterable[_Union[TensorInfo, _Mapping]]] = ..., way: _Optional[_Union[Way, str]] = ..., weights_path: _Optional[str] = ..., result_path: _Optional[str] = ..., round: _Optional[int] = ..., seed: _Optional[int] = ..., takes_socket: bool = ..., privacy: _Optional[_Union[PrivateTraining, _Mapping]] = ...) -> None: ...

class PrivateTraining(_message.Message):
    __slots__ = ("clip", "noise_multiplier", "batch")
    CLIP_FIELD_NUMBER: _ClassVar[int]
    NOISE_MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    clip: float
    noise_multiplier: float
    batch: int
    def __init__(self, clip: _Optional[float] = ..., noise_multiplier: _Optional[float] = ..., batch: _Optional[int] = ...) -> None: ...

class PrivateSteps(_message.Message):
    __slots__ = ("noise_multiplier", "sampling_rate", "steps")
    NOISE_MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    SAMPLING_RATE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    noise_multiplier: float
    sampling_rate: float
    steps: int
    def __init__(self, noise_multiplier: _Optional[float] = ..., sampling_rate: _Optional[float] = ..., steps: _Optional[int] = ...) -> None: ...

class PullRequest(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: int
    def __init__(self, job: _Optional[int] = ...) -> None: ...

class Frame(_message.Message):
    __slots__ = ("tensor", "offset", "data")
    TENSOR_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    tensor: int
    offset: int
    data: bytes
    def __init__(self, tensor: _Optional[int] = ..., offset: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...

class PullResponse(_message.Message):
    __slots__ = ("frame",)
    FRAME_FIELD_NUMBER: _ClassVar[int]
    frame: Frame
    def __init__(self, frame: _Optional[_Union[Frame, _Mapping]] = ...) -> None: ...

class PushHead(_message.Message):
    __slots__ = ("job", "tensors", "delta", "way", "metrics", "failure", "spent")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    JOB_FIELD_NUMBER: _ClassVar[int]
    TENSORS_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    WAY_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    SPENT_FIELD_NUMBER: _ClassVar[int]
    job: int
    tensors: _containers.RepeatedCompositeFieldContainer[TensorInfo]
    delta: bool
    way: Way
    metrics: _containers.ScalarMap[str, float]
    failure: str
    spent: _containers.RepeatedCompositeFieldContainer[PrivateSteps]
    def __init__(self, job: _Optional[int] = ..., tensors: _Optional[_Iterable[_Union[TensorInfo, _Mapping]]] = ..., delta: bool = ..., way: _Optional[_Union[Way, str]] = ..., metrics: _Optional[_Mapping[str, float]] = ..., failure: _Optional[str] = ..., spent: _Optional[_Iterable[_Union[PrivateSteps, _Mapping]]] = ...) -> None: ...

class PushRequest(_message.Message):
    __slots__ = ("head", "frame")
    HEAD_FIELD_NUMBER: _ClassVar[int]
    FRAME_FIELD_NUMBER: _ClassVar[int]
    head: PushHead
    frame: Frame
    def __init__(self, head: _Optional[_Union[PushHead, _Mapping]] = ..., frame: _Optional[_Union[Frame, _Mapping]] = ...) -> None: ...

class PushResponse(_message.Message):
    __slots__ = ("taken",)
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    taken: bool
    def __init__(self, taken: bool = ...) -> None: ...

class ProgressRequest(_message.Message):
    __slots__ = ("job", "batches", "total", "epoch", "loss")
    JOB_FIELD_NUMBER: _ClassVar[int]
    BATCHES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    job: int
    batches: int
    total: int
    epoch: int
    loss: float
    def __init__(self, job: _Optional[int] = ..., batches: _Optional[int] = ..., total: _Optional[int] = ..., epoch: _Optional[int] = ..., loss: _Optional[float] = ...) -> None: ...

class ProgressResponse(_message.Message):
    __slots__ = ("ending",)
    ENDING_FIELD_NUMBER: _ClassVar[int]
    ending: Ending
    def __init__(self, ending: _Optional[_Union[Ending, str]] = ...) -> None: ...
