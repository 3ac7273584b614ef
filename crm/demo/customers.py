"""The customers: firms of many trades all over the country, a few abroad, and their people."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from crm.demo import persons
from crm.demo.firms import BRANDS, CITIES, FOREIGN, GROUPS, NOTES, ROADS, TRADES, ForeignFirm, Trade
from crm.demo.people import EAST, NORTH, SOUTH
from crm.demo.world import Place, World
from crm.folding import pinyin_of
from crm.models import Contact, Customer, CustomerKind, DecisionRole, OptionList, User

HOME_CUSTOMERS = 144
# How often a firm lies in a region, and which team sells there.
TERRITORIES = (
    ("华东", 46, EAST), ("华北", 24, NORTH), ("东北", 14, NORTH), ("西北", 12, NORTH),
    ("华南", 24, SOUTH), ("华中", 14, SOUTH), ("西南", 10, SOUTH),
)  # fmt: skip
ABROAD = "海外"
REPS_ABROAD = ("wangfang", "linfeng")
MOBILE_PREFIXES = ("135", "136", "137", "138", "139", "150", "151", "158", "159", "180", "186")


class Registry:
    """Takes the customers into the books; knows which names and numbers are taken."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dice = world.dice
        self.names: set[str] = set()
        self.persons: set[str] = set()
        self.mobiles: set[str] = set()
        self.groups: dict[str, Customer] = {}
        self.congratulating: set[User] = set()

    def register_all(self) -> None:
        """All customers, in the order in which the firm came to know them."""
        count = HOME_CUSTOMERS + len(FOREIGN)
        founded = sorted(self.world.moment(self.world.days_ago(self.dice.randint(20, 1050)))
                         for _ in range(count))  # fmt: skip
        # Those abroad have been known for a while: there is business in every currency.
        known = range(count * 2 // 3)
        abroad = dict(zip(self.dice.sample(known, len(FOREIGN)), FOREIGN, strict=True))
        for number, moment in enumerate(founded):
            with self.world.at(moment):
                if number in abroad:
                    place = self._register_abroad(abroad[number], moment)
                else:
                    place = self._register_home(moment)
            self.world.places.append(place)

    def _register_home(self, moment: datetime) -> Place:
        dice = self.dice
        region, _, team = dice.choices(TERRITORIES, [share for _, share, _ in TERRITORIES])[0]
        trade = dice.choices(TRADES, [trade.share for trade in TRADES])[0]
        brand, city, code = self._unused_name(region, trade)
        owner = dice.choice(self.world.reps(team))
        heads_group = brand in GROUPS and brand not in self.groups
        short, legal = (
            (f"{brand}集团", "集团有限公司") if heads_group else (brand + trade.short, trade.legal)
        )
        customer = Customer(
            name=f"{city}{brand}{legal}", owner=owner,
            kind=CustomerKind.CUSTOMER if heads_group else self._kind(trade),
            industry=self.world.option(OptionList.INDUSTRY, trade.industry),
            region=self.world.option(OptionList.REGION, region),
            grade=self.world.any_option(OptionList.GRADE, 22, 46, 32),
            source=self.world.any_option(OptionList.SOURCE, 22, 26, 16, 6, 18, 12),
            phone=f"{code}-{dice.randint(5550, 5559)}{dice.randint(1000, 9999)}",
            address=f"{city}市{dice.choice(ROADS)}{dice.randint(2, 699)}号",
            website=f"https://www.{pinyin_of(brand + trade.short)}.example",
            employees=dice.choice((45, 80, 120, 180, 260, 400, 650, 900, 1500, 2800)),
            annual_revenue=Decimal(dice.choice((12, 30, 55, 90, 160, 320, 700, 1500))) * 1_000_000,
            note=dice.choice(NOTES) if self.world.chance(40) else None,
            parent=self._group_of(brand),
        )  # fmt: skip
        if self.world.chance(12):
            customer.collaborators = [rep for rep in self.world.reps(team) if rep is not owner]
        Customer.register(customer, by=owner)
        if heads_group:
            self.groups[brand] = customer
        place = Place(customer, short, city, trade=trade)
        self._register_people(place, owner)
        return place

    def _unused_name(self, region: str, trade: Trade) -> tuple[str, str, str]:
        """Brand, city and telephone code of a firm that does not exist yet."""
        while True:
            brand = self.dice.choice(GROUPS if self.world.chance(8) else BRANDS)
            city, code = self.dice.choice(CITIES[region])
            if f"{brand}{trade.short}" not in self.names:
                self.names.add(f"{brand}{trade.short}")
                return brand, city, code

    def _kind(self, trade: Trade) -> CustomerKind:
        if trade.is_dealer:
            return CustomerKind.DEALER
        return CustomerKind.CUSTOMER if self.world.chance(68) else CustomerKind.PROSPECT

    def _group_of(self, brand: str) -> Customer | None:
        """A group's own firm came first; those that came later belong to it."""
        return self.groups.get(brand)

    def _register_people(self, place: Place, owner: User) -> None:
        count = self.dice.choices((1, 2, 3, 4), (22, 38, 28, 12))[0]
        positions = [self.dice.choice(persons.DECIDERS)] if count > 1 else []
        positions += self.dice.sample(persons.OTHERS, count - len(positions))
        self.dice.shuffle(positions)
        domain = (place.customer.website or "").removeprefix("https://www.")
        for number, position in enumerate(positions):
            surname, given = self._unused_person()
            latin = pinyin_of(surname + given)
            mobile = self._unused_mobile()
            contact = Contact(
                customer=place.customer, name=surname + given, title=position.title, mobile=mobile,
                email=f"{latin}@{domain}" if self.world.chance(60) else None,
                wechat=f"{latin}_{mobile[-4:]}" if self.world.chance(70) else None,
                birthday=self._birthday(owner),
                decision_role=DecisionRole(position.role), is_primary=number == 0,
            )  # fmt: skip
            place.addresses[contact.name] = surname + position.address
            place.contacts.append(Contact.register(contact, by=owner))

    def _unused_person(self) -> tuple[str, str]:
        while True:
            surname, given = self.dice.choice(persons.SURNAMES), self.dice.choice(persons.GIVEN)
            if surname + given not in self.persons:
                self.persons.add(surname + given)
                return surname, given

    def _unused_mobile(self) -> str:
        while True:
            mobile = f"{self.dice.choice(MOBILE_PREFIXES)}0000{self.dice.randint(1000, 9999)}"
            if mobile not in self.mobiles:
                self.mobiles.add(mobile)
                return mobile

    def _birthday(self, owner: User) -> date | None:
        """Of few it is known; every rep has somebody to congratulate within a week."""
        today = self.world.today
        if owner not in self.congratulating:
            self.congratulating.add(owner)
            coming = today + timedelta(days=self.dice.randint(0, 6))
            # Years of 366 days come every fourth: any day exists in them again.
            return coming.replace(year=coming.year - 4 * self.dice.randint(8, 14))
        if not self.world.chance(25):
            return None
        new_year = date(today.year - self.dice.randint(28, 57), 1, 1)
        return new_year + timedelta(days=self.dice.randrange(365))

    def _register_abroad(self, firm: ForeignFirm, moment: datetime) -> Place:
        owner = self.world.people[self.dice.choice(REPS_ABROAD)]
        customer = Customer(
            name=firm.name, kind=CustomerKind.CUSTOMER, owner=owner, phone=firm.phone,
            address=firm.address, website=f"https://www.{firm.domain}",
            industry=self.world.option(OptionList.INDUSTRY, firm.industry),
            region=self.world.option(OptionList.REGION, ABROAD),
            grade=self.world.any_option(OptionList.GRADE, 40, 60),
            source=self.world.any_option(OptionList.SOURCE, 0, 20, 40, 0, 40),
        )  # fmt: skip
        Customer.register(customer, by=owner)
        place = Place(customer, firm.short, firm.country, firm=firm)
        for number, (name, title, role) in enumerate(firm.contacts):
            contact = Contact(
                customer=customer, name=name, title=title, phone=firm.phone,
                email=f"{_mailbox(name)}@{firm.domain}", decision_role=DecisionRole(role),
                is_primary=number == 0,
            )  # fmt: skip
            place.contacts.append(Contact.register(contact, by=owner))
        return place


def _mailbox(name: str) -> str:
    """``Dr. Henning Lüders`` → ``henning.lueders``."""
    plain = name.lower().replace("ü", "ue").replace("ä", "ae").removeprefix("dr. ")
    return ".".join(pinyin_of(word) for word in plain.split())


def register(world: World) -> None:
    """Take all customers into the books."""
    Registry(world).register_all()
