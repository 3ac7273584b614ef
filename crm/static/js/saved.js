// Drafts (drafts.js) go when the server says in a cookie that they are saved, and when they are old.
// Whoever signs out leaves none, and somebody else finds none.

const LONGEST = 7 * 86_400_000;
const user = document.getElementById("draft_offer")?.dataset.user;

function sweep() {
  const saved = document.cookie.match(/\bsaved=([^;]+)/)?.[1];
  document.cookie = "saved=; path=/; max-age=0";
  for (const [key, draft] of Object.entries(localStorage)) {
    const [kind, writer, place] = key.split(":");
    if (kind !== "draft") continue;
    const isSaved = ["/sign-out", place].includes(saved);
    const isOld = JSON.parse(draft).at < Date.now() - LONGEST;
    if (isSaved || isOld || (user && user !== writer)) delete localStorage[key];
  }
}
sweep();
addEventListener("htmx:after:request", sweep);
