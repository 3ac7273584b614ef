// A link opens its <dialog>, [data-close] closes it; it gives the focus back.

addEventListener("click", (event) => {
	const opener = event.target.closest("[aria-haspopup=dialog]");
	event.target.closest("[data-close]")?.closest("dialog")?.close();
	if (!opener) return;
	event.preventDefault();
	const menu = opener.closest("details");
	(menu?.firstElementChild ?? opener).focus();
	if (menu) menu.open = false;
	document.querySelector(opener.hash).showModal();
});
