"""Integers of a PyTorch model, which do not travel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def keep_counters() -> None:
    """Lets ``load_state_dict`` keep a module's own integers where a state has none. Missing floats stay an error."""
    try:
        import torch
    except ModuleNotFoundError:
        return
    original = torch.nn.Module.load_state_dict
    if getattr(original, "_quorate", False):
        return

    def load_state_dict(module: Any, state_dict: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        own = {
            name: value
            for name, value in module.state_dict().items()
            if name not in state_dict and torch.is_tensor(value) and not value.is_floating_point()
        }
        return original(module, {**state_dict, **own} if own else state_dict, *args, **kwargs)

    load_state_dict._quorate = True  # type: ignore[attr-defined]
    torch.nn.Module.load_state_dict = load_state_dict
