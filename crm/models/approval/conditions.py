"""Conditions: to which documents a flow, or one step of it, applies.

A document tells facts as plain values: numbers as text, ids as lists, yes or no. A condition
compares one of them; of several conditions all must hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, NamedTuple, Self

Facts = Mapping[str, Any]


class Test(StrEnum):
    """How a fact is compared."""

    AT_LEAST = "at_least"
    BELOW = "below"
    ANY_OF = "any_of"
    NONE_OF = "none_of"
    YES = "yes"
    NO = "no"


class FactKind(StrEnum):
    """What a fact is, and so which tests fit it."""

    NUMBER = "number"
    CHOICES = "choices"
    YES_NO = "yes_no"


TESTS: dict[FactKind, tuple[Test, ...]] = {
    FactKind.NUMBER: (Test.AT_LEAST, Test.BELOW),
    FactKind.CHOICES: (Test.ANY_OF, Test.NONE_OF),
    FactKind.YES_NO: (Test.YES, Test.NO),
}


class Condition(NamedTuple):
    """One comparison: ``value`` is a number as text, a list of ids, or nothing."""

    fact: str
    test: Test
    value: Any = None

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Self:
        """From what the database keeps.

        :raises ValueError: no such test.
        """
        return cls(written["fact"], Test(written["test"]), written.get("value"))

    @property
    def written(self) -> dict[str, Any]:
        """What the database keeps."""
        return {"fact": self.fact, "test": self.test.value, "value": self.value}

    def holds(self, facts: Facts) -> bool:
        """Whether it is so; a number that is not known is neither large nor small."""
        told = facts.get(self.fact)
        if self.test in {Test.YES, Test.NO}:
            return bool(told) is (self.test is Test.YES)
        if self.test in {Test.ANY_OF, Test.NONE_OF}:
            common = {str(id) for id in told or ()} & {str(id) for id in self.value or ()}
            return bool(common) is (self.test is Test.ANY_OF)
        number, limit = _number(told), _number(self.value)
        if number is None or limit is None:
            return False
        return number >= limit if self.test is Test.AT_LEAST else number < limit


def all_hold(written: Iterable[Mapping[str, Any]], facts: Facts) -> bool:
    """Whether all of these conditions hold; none hold always."""
    return all(Condition.read(each).holds(facts) for each in written)


def _number(value: Any) -> Decimal | None:
    try:
        return None if value in (None, "") else Decimal(str(value))
    except InvalidOperation:
        return None
