// A <dialog> that the server sent.

export function connect(dialog) {
	dialog.showModal();
	dialog.addEventListener("close", () => {
		dialog.remove();
		document.getElementById(dialog.dataset.return)?.focus();
	});
}
