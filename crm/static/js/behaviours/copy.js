// Copies a field; on plain http, too, where browsers know no clipboard.

export function connect(place) {
	const [field, button] = place.querySelectorAll("input, button");
	button.hidden = false;
	button.addEventListener("click", () => {
		field.select();
		if (document.execCommand("copy")) button.firstElementChild.textContent = button.dataset.copied;
	});
}
