// A link to a <dialog> opens it, [data-close] closes it. The focus goes back to the link or its menu.

addEventListener("click", (event) => {
	const opener = event.target.closest("[aria-haspopup=dialog]");
	if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
	if (!opener) return;
	event.preventDefault();
	const menu = opener.closest("details");
	(menu?.firstElementChild ?? opener).focus();
	if (menu) menu.open = false;
	document.querySelector(opener.hash).showModal();
});
