// j goes on to the next record of the list, k back to the one before, where nothing is being typed.

const WAYS = { j: "next", k: "prev" };

export function connect(nav) {
  document.addEventListener("keydown", (event) => {
    const busy = event.target.closest("input, select, textarea, [contenteditable], dialog");
    if (busy || event.ctrlKey || event.metaKey || event.altKey || !(event.key in WAYS)) return;
    nav.querySelector(`[rel=${WAYS[event.key]}]`)?.click();
  });
}
