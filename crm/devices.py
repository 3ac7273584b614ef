"""What a browser calls itself, in words that people know: ``Chrome on Windows``.

Not a library: their tables know thousands of products and are wrong within a year. This names what
people sign in with, apps that carry a browser first, because they claim to be all of the others.
"""

from __future__ import annotations

from flask_babel import gettext as _

# What occurs in the text, and what people call it; the first that fits is meant.
BROWSERS = (
    ("wxwork", "WeCom"), ("MicroMessenger", "WeChat"), ("DingTalk", "DingTalk"), ("Lark", "Feishu"),
    ("Edg", "Edge"), ("OPR/", "Opera"), ("HuaweiBrowser", "Huawei Browser"),
    ("MiuiBrowser", "Mi Browser"), ("SamsungBrowser", "Samsung Internet"),
    ("MQQBrowser", "QQ Browser"), ("QQBrowser", "QQ Browser"), ("UCBrowser", "UC Browser"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("HeadlessChrome", "Chrome"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("OpenHarmony", "HarmonyOS"), ("Android", "Android"),
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_name(user_agent: str) -> str:
    """The browser and what it runs on; what it says itself if neither is known."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or user_agent or _("Unknown device")


def _first(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in names if mark in text), "")
