"""The importers, by what their records are called."""

from crm.importers.contacts import Contacts
from crm.importers.customers import Customers
from crm.importers.deals import Deals
from crm.importers.importer import Importer
from crm.importers.users import Users

IMPORTERS: dict[str, type[Importer]] = {
    importer.noun: importer for importer in (Users, Customers, Contacts, Deals)
}
# Those that the wizard offers: users are brought in by the command.
OFFERED = ("customers", "contacts", "deals")
