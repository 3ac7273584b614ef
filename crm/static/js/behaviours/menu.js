// A <details> menu: arrows, Home and End go through it; Escape closes it, and so does leaving it.

export function connect(menu) {
  const summary = menu.querySelector("summary");
  const items = () => [...menu.querySelectorAll(":scope > :not(summary) :is(a, button)")];

  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("focusout", ({ relatedTarget: to }) => {
    // A press on plain text in the menu gives the focus to what is around the menu: that is no leaving.
    if (to && !menu.contains(to) && !to.contains(menu)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    const all = items();
    const here = all.indexOf(document.activeElement);
    const there = { ArrowDown: here + 1, ArrowUp: here < 0 ? -1 : here - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      summary.focus();
    } else if (there !== undefined && (here >= 0 || /^Arrow/.test(event.key)) && !event.target.matches("input, select, textarea")) {
      menu.open = true;
      all.at(there % all.length)?.focus();
    } else return;
    event.preventDefault();
  });
}
