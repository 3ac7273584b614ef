"""One dataclass per list: from query string to Select, and back."""
