// A request that got no answer: say so over everything; what was typed stays.

const offline = document.getElementById("offline");
const say = (isOffline) => () => offline.togglePopover(isOffline);

addEventListener("htmx:error", say(true));
addEventListener("htmx:after:request", say(false));
addEventListener("online", say(false));
addEventListener("offline", say(true));

// One for each language, as the page that it keeps.
const worker = new URL(`service-worker.js?language=${document.documentElement.lang}`, import.meta.url);
navigator.serviceWorker?.register(worker, { scope: "/" });

// The bell asks by itself, while somebody looks.
addEventListener("htmx:config:request", (event) => {
	if (event.target.id === "bell" && document.hidden) event.preventDefault();
});
