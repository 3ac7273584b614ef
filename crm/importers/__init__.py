"""Importing spreadsheets: ``table`` and ``workbook`` read, ``mapping`` says what is what, ``run``
carries it out.

One module per noun declares its fields and how a row becomes a record. Two use it and know nothing
of each other: the command line (``crm/cli/import_.py``), and the wizard, whose runs are uploaded
(``uploads``), planned (``plan``), worked on (``work``), reported on (``report``) and undone
(``undoing``).
"""

from crm.importers.catalogue import IMPORTERS
from crm.importers.customers import Customers
from crm.importers.importer import Importer
from crm.importers.mapping import Mapping
from crm.importers.problems import Problem, Refused
from crm.importers.rows import Result
from crm.importers.run import Disturbed, Import
from crm.importers.table import Table

__all__ = ["IMPORTERS", "Customers", "Disturbed", "Import", "Importer", "Mapping", "Problem",
           "Refused", "Result", "Table"]  # fmt: skip
