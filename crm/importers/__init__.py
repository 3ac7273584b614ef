"""Importing spreadsheets: ``table`` reads, ``mapping`` says what is what, ``run`` carries it out.

One module per noun declares its fields and how a row becomes a record. The command line
(``crm/cli/import_.py``) is one user of it; it knows nothing of either screens or terminals.
"""

from crm.importers.customers import Customers
from crm.importers.deals import Deals
from crm.importers.importer import Importer, Result
from crm.importers.mapping import Mapping
from crm.importers.problems import Problem, Refused
from crm.importers.run import Disturbed, Import
from crm.importers.table import Table
from crm.importers.users import Users

IMPORTERS: dict[str, type[Importer]] = {
    importer.noun: importer for importer in (Users, Customers, Deals)
}

__all__ = ["IMPORTERS", "Disturbed", "Import", "Importer", "Mapping", "Problem", "Refused",
           "Result", "Table"]  # fmt: skip
