"""What bringing in 50,000 customers takes: ``python -m bench.importing [--database postgresql]``.

The wizard's own way, in a process of its own: a file is uploaded, checked, written and undone by
what the worker runs. Printed are seconds, those of the processor (the same on a machine that does
nothing else, that of a workbook's reader among them), and the most memory that the process ever
had. The reader is another process, which ends before the check begins.
"""

from __future__ import annotations

import argparse
import csv
import io
import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from openpyxl import Workbook

from bench.exporting import memory
from bench.places import Place, two_places
from bench.world import Size
from crm import create_app
from crm.extensions import db
from crm.importers import IMPORTERS, uploads
from crm.importers.work import work_on
from crm.models import ImportRun, ImportState, User

ROWS = 50_000
HEADER = ["客户名称", "客户编号", "客户类型", "等级", "行业", "来源", "电话", "网址", "地址",
          "员工数", "年营业额", "备注", "创建日期"]  # fmt: skip
PLACES = ("大连", "上海", "青岛", "南通", "沈阳", "宁波", "苏州", "温州", "无锡", "东莞")
TRADES = ("泵业", "阀门", "化工", "机械", "仪表", "铸造", "电力", "环保", "制药", "钢铁")


def main() -> None:
    """Print a line for each step of each kind of file."""
    parser = argparse.ArgumentParser(prog="python -m bench.importing", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    database = parser.parse_args().database
    print(f"{database}, {ROWS:,} customers")
    print("file  step     seconds  processor  memory MB")
    with two_places(database) as places:
        for place, name in zip(places, ("csv", "xlsx"), strict=True):
            place.make(Size(1_000, 1, 1, 1, 1))
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                pool.apply(measure, (place, name))


def measure(place: Place, name: str) -> None:
    """Bring one file in, and take it back."""
    content = _csv() if name == "csv" else _xlsx()
    app = create_app({"INSTANCE": str(place.instance), "DATABASE_URL": place.database_url})
    with app.app_context():
        administrator = User.with_rights().where(User.username == "administrator")
        by = db.session.scalars(administrator).unique().one()
        with _told(name, "upload"):
            run = uploads.begin(f"customers.{name}", content, IMPORTERS["customers"], by=by)
            db.session.commit()
        del content
        _step(name, "check", run, ImportState.CHECKING)
        assert run.report["counts"]["created"] == ROWS, run.report
        _step(name, "write", run, ImportState.WRITING)
        assert run.state is ImportState.DONE, run.report
        run.undone_by = by
        _step(name, "undo", run, ImportState.UNDOING)
        assert run.report["undone"]["trashed"] == ROWS, run.report


def _step(name: str, step: str, run: ImportRun, state: ImportState) -> None:
    run.hand_over(state)
    db.session.commit()
    with _told(name, step):
        work_on(run)


@contextmanager
def _told(name: str, step: str) -> Iterator[None]:
    begun, busy = time.perf_counter(), _processor()
    yield
    took, worked = time.perf_counter() - begun, _processor() - busy
    print(f"{name:4}  {step:6} {took:9.1f}  {worked:9.1f}  {memory() / 1e3:9.0f}", flush=True)


def _processor() -> float:
    """Its seconds so far, those of the processes that this one started and that have ended too."""
    return sum(os.times()[:4])


def _rows() -> Iterator[list[str]]:
    for n in range(ROWS):
        place, trade = PLACES[n % 10], TRADES[n // 10 % 10]
        yield [
            f"{place}{_syllables(n)}{trade}有限公司", f"E-{n}", "潜在客户", "", "", "",
            f"0411-{10_000_000 + n}", f"www.firm{n}.example", f"{place}市中山路 {n} 号",
            str(n % 900), f"{n % 90_000}.50", "去年展会认识，做过一次报价", "2024-03-01",
        ]  # fmt: skip


def _syllables(n: int) -> str:
    signs = "恒盛源泰宏达华瑞鑫隆兴旺嘉禾永昌德信安"
    return "".join(signs[n // len(signs) ** at % len(signs)] for at in range(4))


def _csv() -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *_rows()])
    return text.getvalue().encode()


def _xlsx() -> bytes:
    book, file = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("客户")
    for row in [HEADER, *_rows()]:
        sheet.append(row)
    book.save(file)
    return file.getvalue()


if __name__ == "__main__":
    main()
