// Attaches behaviours to elements that name one, on load and after each swap.
// A behaviour is a module in behaviours/ that exports connect(element); it is loaded when needed.

const connected = new WeakSet();

async function attach(root) {
  for (const element of root.querySelectorAll("[data-behaviour]")) {
    if (connected.has(element)) continue;
    connected.add(element);
    const { connect } = await import(`./behaviours/${element.dataset.behaviour}.js`);
    connect(element);
  }
}

function showOffline(offline) {
  document.getElementById("offline").hidden = !offline;
}

document.documentElement.classList.add("js");
attach(document);
document.addEventListener("htmx:after:swap", () => attach(document));

// A request that got no answer: say so, and leave everything that was typed where it is.
document.addEventListener("htmx:error", () => showOffline(true));
document.addEventListener("htmx:after:request", () => showOffline(false));
window.addEventListener("online", () => showOffline(false));
window.addEventListener("offline", () => showOffline(true));
