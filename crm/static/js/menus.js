// <details> menus: arrows, Home and End go through one; Escape and leaving close it.

const MENU = "details:is(.menu, .confirm)";

function leave({ target }) {
	for (const menu of document.querySelectorAll(`${MENU}[open]`)) menu.open = menu.contains(target);
}
addEventListener("click", leave);
addEventListener("focusin", (event) => {
	// A press on plain text focuses what is around it: no leaving.
	if (!event.target.querySelector(MENU)) leave(event);
});

addEventListener("keydown", (event) => {
	const { target, key } = event;
	const menu = target.closest(MENU);
	if (!menu || event.defaultPrevented) return;
	const items = [...menu.querySelectorAll(":scope > :not(summary) :is(a, button)")];
	const here = items.indexOf(target);
	const there = { ArrowDown: here + 1, ArrowUp: Math.max(here, 0) - 1, Home: 0, End: -1 }[key];
	if (key === "Escape" && menu.open) {
		menu.open = false;
		menu.firstElementChild.focus();
	} else if (there !== undefined && (here >= 0 || target === menu.firstElementChild)) {
		menu.open = true;
		items.at(there % items.length)?.focus();
	} else return;
	event.preventDefault();
});
