// Drafts go when a cookie says so, and after a week; signed out, after a day.

const user = document.getElementById("draft_offer")?.dataset.user;
const LONGEST = (user ? 7 : 1) * 86_400_000;

function sweep() {
	const saved = document.cookie.match(/\bsaved=([^;]+)/)?.[1];
	document.cookie = "saved=; path=/; max-age=0";
	for (const [key, draft] of Object.entries(localStorage)) {
		const [kind, writer, place] = key.split(":");
		if (kind !== "draft") continue;
		const isSaved = saved === place || saved?.endsWith("sign-out");
		const isOld = JSON.parse(draft).at < Date.now() - LONGEST;
		if (isSaved || isOld || (user && user !== writer)) delete localStorage[key];
	}
}
sweep();
addEventListener("htmx:after:request", sweep);
