"""What is hardly meant as it stands: asked about once, and saved if that is said again.

The answer is a button of its own (``templates/components/forms.html: again``), beside the one that
was pressed first. It carries the mark of what was asked: whoever then types something else that is
doubtful is asked anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request

from crm.base import digest_of


class AsksAgain:
    """A mixin for a form: complete is what leaves no doubt, or was meant all the same."""

    doubts: Sequence[str] = ()

    def doubted(self) -> Sequence[str]:
        """What is asked about what was typed; nothing where it is plain."""
        raise NotImplementedError

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Complete, and what is doubtful was meant."""
        if not super().validate(*args, **kwargs):  # type: ignore[misc]
            return False
        self.doubts = self.doubted()
        return not self.doubts or request.form.get("confirmed") == self.mark

    @property
    def mark(self) -> str:
        """What says that just these questions were asked."""
        return digest_of("\n".join(self.doubted()))[:16]
