# one product a line
"""What the firm sells, to what sizes and at which prices, and who else sells it."""

from __future__ import annotations

from typing import NamedTuple


class Product(NamedTuple):
    """A product line: names, unit price range in the base currency, quantity range, unit."""

    zh: str
    en: str
    cheapest: int
    dearest: int
    fewest: int
    most: int
    unit: str = "台"


PRODUCTS = (
    Product("电磁流量计", "electromagnetic flowmeters", 4200, 26000, 4, 40),
    Product("涡街流量计", "vortex flowmeters", 5600, 12800, 3, 24),
    Product("质量流量计", "Coriolis flowmeters", 32000, 86000, 1, 8),
    Product("超声波流量计", "ultrasonic flowmeters", 9800, 38000, 2, 16),
    Product("气动调节阀", "pneumatic control valves", 9600, 46000, 2, 24),
    Product("电动调节阀", "electric control valves", 8400, 32000, 2, 20),
    Product("电磁阀", "solenoid valves", 420, 1800, 20, 260, "只"),
    Product("气动球阀", "pneumatic ball valves", 2600, 9800, 8, 60),
    Product("衬氟蝶阀", "PTFE-lined butterfly valves", 1900, 7600, 10, 80),
    Product("自力式减压阀", "self-operated pressure reducers", 3200, 14000, 3, 20),
    Product("安全阀", "safety valves", 1500, 9200, 6, 48),
    Product("磁力泵", "magnetic drive pumps", 8800, 36000, 2, 20),
    Product("计量泵", "metering pumps", 7600, 28000, 2, 16),
    Product("压力变送器", "pressure transmitters", 1450, 3900, 10, 90),
    Product("差压变送器", "differential pressure transmitters", 2300, 5200, 6, 50),
    Product("雷达液位计", "radar level transmitters", 5200, 16800, 3, 24),
    Product("温度变送器", "temperature transmitters", 680, 1900, 12, 100, "支"),
)

COMPETITORS = ("沪江仪表", "川东阀门", "浙南泵业", "华屹自控", "北辰流体", "欧斯特曼", "东和计装")
COMPETITORS_ABROAD = ("Ostermann Armaturen", "Halvorsen Controls", "Towa Keiso")
