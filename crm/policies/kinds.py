"""What a predicate is: whether somebody may do a verb to a record, or to a new one of its class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Predicate = Callable[[Any, Any], bool]
# By verb and class.
Predicates = dict[tuple[str, type], Predicate]
