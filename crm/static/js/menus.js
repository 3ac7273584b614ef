// <details> that close by Escape and on leaving.

const MENU = "details:is(.menu, .confirm)";

function leave({ target, type }) {
	// A press on plain text focuses what is around it: no leaving.
	if (type === "focusin" && target.querySelector(MENU)) return;
	for (const menu of document.querySelectorAll(`${MENU}[open]`)) menu.open = menu.contains(target);
}
addEventListener("click", leave);
addEventListener("focusin", leave);

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
