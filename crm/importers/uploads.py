"""Files that were uploaded to be imported: kept until they are brought in, a day at the most."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flask import current_app

from crm.extensions import db
from crm.files import plain_name
from crm.importers.importer import Importer, Result
from crm.importers.mapping import Mapping
from crm.importers.problems import Refused
from crm.importers.run import Import
from crm.importers.table import Table
from crm.models import User
from crm.policies import LARGEST_KEY

LARGEST = 8_000_000
LONGEST_NAME = 240
LIVES = 24 * 3600
SHOWN = 8


@dataclass(frozen=True)
class Preview:
    """What an import would do: the fields found, the first rows, and what stands in the way."""

    name: str
    fields: Sequence[str] = ()
    columns: Sequence[str] = ()
    unread: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    result: Result = field(default_factory=Result)
    refused: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether everything can be brought in."""
        return not self.refused and not self.result.problems and bool(self.result.rows)


@dataclass(frozen=True)
class Upload:
    """One file of one user, to be imported as one noun."""

    path: Path
    digest: str
    importer: type[Importer]
    by: User
    owner: User | None = None

    @classmethod
    def keep(cls, name: str, content: bytes, importer: type[Importer], *, by: User) -> Upload:
        """Keep what was uploaded under the hash of its content; older uploads are forgotten."""
        _forget_old()
        digest = hashlib.sha256(content).hexdigest()
        folder = _folder(by) / digest
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        path = folder / (_cut(plain_name(name)).strip(". ") or "customers.csv")
        path.write_bytes(content)
        return cls(path, digest, importer, by)

    @classmethod
    def of(
        cls, user: User, importer: type[Importer], digest: str, *, owner_id: int | None
    ) -> Upload | None:
        """What ``user`` uploaded under this hash, if it is still there."""
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            return None
        folder = _folder(user) / digest
        path = next(folder.iterdir(), None) if folder.is_dir() else None
        known = 0 < (owner_id or 0) <= LARGEST_KEY
        owner = db.session.scalar(User.active().where(User.id == owner_id)) if known else None
        return cls(path, digest, importer, user, owner) if path else None

    def preview(self) -> Preview:
        """Read the whole file and write nothing."""
        try:
            table, mapping = self._read()
            result = Import(self.importer, table, mapping).check()
            rows = [mapping.texts(dict(zip(table.header, line.cells, strict=False)))
                    for line, _number in zip(table.rows(), range(SHOWN), strict=False)
                    if len(line.cells) == len(table.header)]  # fmt: skip
        except Refused as error:
            return Preview(self.path.name, refused=str(error))
        fields = list(mapping.columns)
        return Preview(
            self.path.name, fields, [mapping.columns[name] for name in fields],
            mapping.unread(table.header), [[row[name] for name in fields] for row in rows], result,
        )  # fmt: skip

    def bring_in(self) -> Result:
        """Write everything and commit, or nothing: see ``Import.write``.

        :raises Refused: the file cannot be read.
        """
        table, mapping = self._read()
        return Import(self.importer, table, mapping, by=self.by).write()

    def forget(self) -> None:
        """Delete the file."""
        shutil.rmtree(self.path.parent, ignore_errors=True)

    def _read(self) -> tuple[Table, Mapping]:
        table = Table(self.path)
        mapping = Mapping.of(self.importer.fields, table.header)
        if self.owner is not None and not mapping.fills("owner"):
            mapping.constants["owner"] = self.owner.username
        return table, mapping


def _cut(name: str) -> str:
    """The end of ``name``, as long as file systems allow: they count bytes."""
    return name.encode("utf-8", "ignore")[-LONGEST_NAME:].decode("utf-8", "ignore")


def _folder(user: User) -> Path:
    return Path(current_app.config["INSTANCE"]) / "imports" / str(user.id)


def _forget_old() -> None:
    limit = time.time() - LIVES
    for folder in (Path(current_app.config["INSTANCE"]) / "imports").glob("*/*"):
        if folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)
