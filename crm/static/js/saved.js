// Drafts (drafts.js) go when they are saved, which the server tells in a cookie, or too old. Whoever
// signs out leaves none, and somebody else who signs in finds none.

const LONGEST = 7 * 86_400_000;
const user = document.getElementById("draft_offer")?.dataset.user;

function sweep() {
  const saved = document.cookie.match(/\bsaved=([^;]+)/)?.[1];
  document.cookie = "saved=; path=/; max-age=0";
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith("draft:"))) {
    const others = user && !key.startsWith(`draft:${user}:`);
    const isOld = JSON.parse(localStorage[key]).at < Date.now() - LONGEST;
    if (saved === "/sign-out" || key === `draft:${user}:${saved}` || others || isOld) delete localStorage[key];
  }
}
sweep();
document.addEventListener("htmx:after:request", sweep);
