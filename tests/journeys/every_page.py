"""What holds for every page, on a phone, in both languages and both themes.

No sideways scrolling, nothing serious by axe, targets for a finger, a quiet console, no request
to another host, one heading that the title begins with, no English in a Chinese page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.conftest import Place, ready
from tests.pages import PAGES

SERIOUS = {"serious", "critical"}
# What is written the same in Chinese: names, keys, units.
SAME_IN_CHINESE = {
    "kaidan",
    "excel",
    "outlook",
    "powerpoint",
    "word",
    "vcard",
    "vcf",
    "hengchuan",  # in the password of the demo, which stands on its door
    "english",
    "ctrl",
    "enter",
    "esc",
    "kb",
    "mb",
    "crm",
    "csv",
    "xlsx",
    "europe",
    "berlin",
    "heic",
    "webp",
    "pdf",
}

TARGETS = """() => {
  const least = 40, found = [];
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && e.getClientRects().length && !e.closest("[inert], .visually-hidden, .skip, option");
  const inText = (e) => getComputedStyle(e).display === "inline"
    && e.parentElement.textContent.trim() !== e.textContent.trim();
  for (const e of document.querySelectorAll(
      "a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (!shown(e) || e.disabled || inText(e)) continue;
    if (getComputedStyle(e).pointerEvents === "none") continue;
    const area = e.closest("label") ?? e;
    let box = area.getBoundingClientRect();
    if (box.width >= least && box.height >= least) continue;
    // A pseudo-element may make the target larger than the box: what does a finger hit?
    e.scrollIntoView({ block: "center", inline: "center" });
    box = area.getBoundingClientRect();
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    const hit = (dx, dy) => {
      const at = document.elementFromPoint(x + dx, y + dy);
      return at && (area.contains(at) || at.contains(area) && at.closest("a, label, summary"));
    };
    const reach = (dx, dy) => {
      let way = 0;
      while (way < least && hit(dx * way, dy * way)) way += 1;
      return way;
    };
    const wide = box.width >= least || reach(-1, 0) + reach(1, 0) >= least;
    const high = box.height >= least || reach(0, -1) + reach(0, 1) >= least;
    if (!wide || !high) found.push(
      `${e.tagName.toLowerCase()}.${e.className} "${(e.textContent || e.name || "").trim()}" `
      + `${Math.round(box.width)}×${Math.round(box.height)}`);
  }
  scrollTo(0, 0);
  return found;
}"""

WORDS = """() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest("script, style, noscript, [lang=en]")) texts.push(walker.currentNode.data);
  }
  for (const name of ["title", "placeholder", "aria-label", "alt"])
    for (const e of document.querySelectorAll(`[${name}]`))
      if (!e.closest("[lang=en]")) texts.push(e.getAttribute(name));
  return texts.join("\\n");
}"""


def faults_of(place: Place, endpoint: str, language: str) -> tuple[list[str], str]:
    """What is wrong with the page on a phone, light in Chinese and dark in English; its words."""
    page = place.phone(PAGES[endpoint].who, language)
    with _watched(page, place.address) as faults:
        # Before the page is there: a colour on its way to another one has no contrast of its own.
        page.emulate_media(color_scheme="light" if language == "zh" else "dark")
        page.goto(place.world.address(endpoint))
        ready(page)
        faults += _seen(page)
    return faults, page.evaluate(WORDS)


def _seen(page: Page) -> Iterator[str]:
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield "scrolls sideways"
    yield from page.evaluate(TARGETS)
    yield from _found_by_axe(page)
    heading = page.locator("h1").all_inner_texts()
    if len(heading) != 1 or not page.title().startswith(heading[0].strip()):
        yield f"heading {heading}, title {page.title()}"


@contextmanager
def _watched(page: Page, address: str) -> Iterator[list[str]]:
    """What goes wrong in the browser meanwhile."""
    faults: list[str] = []
    listeners: dict[Any, Callable[[Any], None]] = {
        "console": lambda message: faults.append(message.text)
        if message.type in {"error", "warning"} else None,
        "pageerror": lambda error: faults.append(str(error)),
        "request": lambda request: None
        if request.url.startswith((address, "data:", "blob:"))
        else faults.append(f"a request left the host: {request.url}"),
    }  # fmt: skip
    for event, listener in listeners.items():
        page.on(event, listener)
    yield faults
    for event, listener in listeners.items():
        page.remove_listener(event, listener)


def _found_by_axe(page: Page) -> list[str]:
    results = Axe().run(page).response
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in results["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"][:3]
    ]


def english_in(text: str) -> set[str]:
    """The English words in ``text``; addresses, codes, abbreviations and cut words are none."""
    text = re.sub(
        r"\S+@\S+|https?://\S+|CRM_\w+|crm \w+|\b[A-Z]+-?\d[\w.-]*|\b[A-Z]{2,4}\b|\w+…",
        " ", text,
    )  # fmt: skip
    return set(re.findall(r"[a-z]{2,}", text.lower())) - SAME_IN_CHINESE
