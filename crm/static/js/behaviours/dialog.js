// A <dialog> that the server sent opens; closed it is gone, and the focus where it is wanted.

export function connect(dialog) {
	dialog.showModal();
	dialog.addEventListener("close", () => {
		dialog.remove();
		document.getElementById(dialog.dataset.return)?.focus();
	});
}
