// Screen readers hear #said or #warned; an error stays.

const SHOWN_FOR = 6000;

export function connect(toast) {
	const isError = toast.matches(".toast-error");
	document.getElementById(isError ? "warned" : "said").textContent = toast.textContent.trim();
	if (!isError) setTimeout(() => toast.remove(), SHOWN_FOR);
	toast.querySelector("[data-dismiss]").addEventListener("click", () => toast.remove());

	// Outside of an open dialog it is neither seen nor heard.
	const dialog = document.querySelector("dialog:modal");
	if (!dialog) return;
	const place = toast.parentElement;
	toast.role = "alert";
	dialog.append(toast);
	dialog.addEventListener("close", () => dialog.contains(toast) && place.append(toast));
}
