"""The declarative base, the column types every model shares, and their mixins."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    MetaData,
    Numeric,
    String,
    Text,
    func,
    type_coerce,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.types import TypeDecorator, TypeEngine

from crm import clock


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment: stored in UTC, and aware again on SQLite, which forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """An amount with two decimals: ``Numeric(14, 2)``, and whole cents on SQLite.

    SQLite would keep a Numeric as a float; sums of cents stay exact, and come back as Decimal.
    """

    impl = Numeric(14, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(14, 2))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError("money is never a float")
        cents = cents_of(Decimal(value))
        return int(cents * 100) if dialect.name == "sqlite" else cents

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        # With both decimals on either database: amounts are also hashed and compared as text.
        return Decimal(value).scaleb(-2) if dialect.name == "sqlite" else Decimal(value)


def money_sum(amount: Any) -> Any:
    """The SQL of a sum of amounts; nothing sums up to 0."""
    return type_coerce(func.coalesce(func.sum(amount), 0), Money)


def half_up(amount: Decimal, to: str = "1") -> Decimal:
    """``amount`` rounded as people do: 420.5 to 421; to whole numbers, or to what ``to`` shows."""
    return amount.quantize(Decimal(to), rounding=ROUND_HALF_UP)


def cents_of(amount: Decimal) -> Decimal:
    """``amount`` rounded half up to two decimals."""
    return half_up(amount, "0.01")


def amount_of(quantity: Decimal, price: Decimal) -> Decimal:
    """Quantity × price, rounded half up to the cent."""
    return cents_of(quantity * price)


def shortly(quantity: Decimal) -> str:
    """``2.500000`` → ``2.5``, ``20.000000`` → ``20``."""
    return f"{quantity.normalize():f}"


def stored_by_value(kind: type[StrEnum]) -> Enum:
    """A column type that stores a StrEnum's value (not its Python name) as text."""
    return Enum(
        kind,
        native_enum=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


class ExactDecimal(TypeDecorator[Decimal]):
    """A rate with six decimals, kept as text on SQLite, which has no exact decimals."""

    impl = Numeric(18, 6)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(24) if dialect.name == "sqlite" else Numeric(18, 6))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        rounded = Decimal(value).quantize(Decimal("0.000001"))
        return str(rounded) if dialect.name == "sqlite" else rounded

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    """What every model inherits."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(column_0_N_label)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            datetime: UTCDateTime(),
            Decimal: Money(),
            str: Text(),
            dict[str, Any]: JSON(),
            list[str]: JSON(),
            list[int]: JSON(),
        },
    )


Key = Annotated[int, mapped_column(primary_key=True)]
Name = Annotated[str, mapped_column(String(200))]
Label = Annotated[str, mapped_column(String(80))]
Currency = Annotated[str, mapped_column(String(3))]
Digest = Annotated[str, mapped_column(String(64))]
Rate = Annotated[Decimal, mapped_column(ExactDecimal())]


# Of a key that may be empty: whose row is purged with the record that it names, not kept without.
GOES_ALONG = {"goes_along": True}


def digest_of(secret: str) -> str:
    """SHA-256 in hex: what is stored instead of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Timestamped:
    """When a record was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(default=lambda: clock.now())
    updated_at: Mapped[datetime] = mapped_column(
        default=lambda: clock.now(), onupdate=lambda: clock.now()
    )

    def touch(self) -> None:
        """Changed now, though only other tables say how: what is versioned has a new version."""
        self.updated_at = clock.now()
        flag_modified(self, "updated_at")


class Versioned:
    """A record two people may edit: a write on top of an older version is refused (409)."""

    version: Mapped[int]

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        # Every default is ours: a database that were asked for its own would write row by row.
        return {
            "version_id_col": cls.__table__.c.version,  # type: ignore[attr-defined]
            "eager_defaults": False,
        }
