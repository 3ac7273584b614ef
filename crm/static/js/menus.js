// <details> menus: arrows, Home and End go through one; Escape and leaving close it.

const MENU = "details:is(.menu, .confirm)";

function leave(place) {
	for (const menu of document.querySelectorAll(`${MENU}[open]`)) menu.open = menu.contains(place);
}
addEventListener("click", ({ target }) => leave(target));
addEventListener("focusin", ({ target }) => {
	// A press on plain text gives the focus to what is around it: no leaving.
	if (!target.querySelector(MENU)) leave(target);
});

addEventListener("keydown", (event) => {
	const { target, key } = event;
	const menu = target.closest(MENU);
	if (!menu || event.defaultPrevented) return;
	const items = [...menu.querySelectorAll(":scope > :not(summary) :is(a, button)")];
	const here = items.indexOf(target);
	const there = { ArrowDown: here + 1, ArrowUp: here < 0 ? -1 : here - 1, Home: 0, End: -1 }[key];
	if (key === "Escape" && menu.open) {
		menu.open = false;
		menu.firstElementChild.focus();
	} else if (there !== undefined && (here >= 0 || target === menu.firstElementChild)) {
		menu.open = true;
		items.at(there % items.length)?.focus();
	} else return;
	event.preventDefault();
});
