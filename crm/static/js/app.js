// Attaches behaviours to elements that name one, on load and after each swap.
// A behaviour is a module in behaviours/ that exports connect(element); it is loaded when needed.

import "./saved.js";
import "./sending.js";

const connected = new WeakSet();

async function attach(root) {
  for (const element of root.querySelectorAll("[data-behaviour]")) {
    if (connected.has(element)) continue;
    connected.add(element);
    const { connect } = await import(`./behaviours/${element.dataset.behaviour}.js`);
    connect(element);
  }
}

// Where the focus was, and the regions around it: if a swap takes the element away, its successor
// gets the focus, or else the nearest region that is still there.
let focused = [];

function rememberFocus({ target }) {
  focused = [];
  for (let each = target; each; each = each.parentElement) if (each.id) focused.push(each.id);
}

function restoreFocus() {
  if (document.activeElement !== document.body) return;
  const place = focused.map((id) => document.getElementById(id)).find(Boolean);
  if (!place) return;
  place.focus({ preventScroll: true });
  if (document.activeElement !== place) {
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }
}

function showOffline(offline) {
  document.getElementById("offline").hidden = !offline;
}

document.documentElement.classList.add("js");
attach(document);
document.addEventListener("htmx:after:swap", () => attach(document));

document.addEventListener("focusin", rememberFocus);
document.addEventListener("htmx:finally:request", restoreFocus);

// A request that got no answer: say so, and leave everything that was typed where it is.
document.addEventListener("htmx:error", () => showOffline(true));
document.addEventListener("htmx:after:request", () => showOffline(false));
window.addEventListener("online", () => showOffline(false));
window.addEventListener("offline", () => showOffline(true));

// Again for each language: the page that the worker keeps is in one of them.
const worker = new URL(`service-worker.js?language=${document.documentElement.lang}`, import.meta.url);
navigator.serviceWorker?.register(worker, { scope: "/" });
