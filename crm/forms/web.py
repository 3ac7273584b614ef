"""Web addresses as people write them."""

from __future__ import annotations

import re
from typing import Any


def web(address: Any) -> Any:
    """``www.sigma.cn`` → ``https://www.sigma.cn``: as people write it, and as links need it."""
    is_host = re.match(r"[\w-]+(\.[\w-]+)+(/|$)", address or "")
    return f"https://{address}" if is_host else address
