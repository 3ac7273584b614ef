// Without a connection a page says so; with one, nothing is different. A device keeps the assets,
// under addresses that change with their content, and the page that says so: never one with data.

const ASSETS = new URL("../", location).pathname;
const OFFLINE = "/offline";
const KEPT = `kaidan ${location}`;

self.addEventListener("install", (event) => {
  const needed = [OFFLINE, `${ASSETS}css/app.css`, `${ASSETS}vendor/icons.svg`];
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(needed)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil(dropOthers()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (new URL(request.url).pathname.startsWith(ASSETS)) {
    event.respondWith(asset(request));
  }
});

async function asset(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const cache = await caches.open(KEPT);
    await cache.put(request, answer.clone());
  }
  return answer;
}

async function dropOthers() {
  for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
  await self.clients.claim();
}
