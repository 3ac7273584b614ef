// A request that got no answer: say so, over everything, and leave what was typed where it is.

const offline = document.getElementById("offline");
const say = (isOffline) => () => offline.togglePopover(isOffline);

addEventListener("htmx:error", say(true));
addEventListener("htmx:after:request", say(false));
addEventListener("online", say(false));
addEventListener("offline", say(true));

// Again for each language: the page that the worker keeps is in one of them.
const worker = new URL(`service-worker.js?language=${document.documentElement.lang}`, import.meta.url);
navigator.serviceWorker?.register(worker, { scope: "/" });
