"""Lists as files: ``csv_writer`` and ``xlsx_writer`` write rows, ``export`` writes a list,
``statistics`` what options are worth, ``reports`` the figures of a report.

Rows pass through one by one: what is kept in memory does not grow with them. Text that a
spreadsheet would run as a formula is guarded (``crm/formulas.py``), and our importer takes the
guard off again.
"""

from crm.exporters.export import Export, TooMany
from crm.exporters.files import Format
from crm.exporters.reports import ReportExport
from crm.exporters.statistics import StatisticsExport

__all__ = ["Export", "Format", "ReportExport", "StatisticsExport", "TooMany"]
