// The page for want of a connection is kept, never one with data.

const ASSETS = new URL("../", location).pathname;
const OFFLINE = "/offline";
const KEPT = `kaidan ${location}`;

addEventListener("install", (event) => {
	const needed = [OFFLINE, `${ASSETS}css/app.css`, `${ASSETS}vendor/icons.svg`];
	event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(needed)));
	skipWaiting();
});

addEventListener("fetch", (event) => {
	const { request } = event;
	// Back to the answer to a form, which no cache has: its page as it is now.
	const asked = request.method === "POST" && request.isHistoryNavigation ? [request.url, { redirect: "manual" }] : [request];
	if (request.mode === "navigate") event.respondWith(fetch(...asked).catch(() => caches.match(OFFLINE)));
	else if (request.url.includes(ASSETS)) event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});

addEventListener("activate", (event) => event.waitUntil((async () => {
	for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
	await clients.claim();
})()));
