// Copies a field; without a clipboard (plain http) it is only selected.

export function connect(place) {
	const [field, button] = place.querySelectorAll("input, button");
	button.hidden = false;
	button.addEventListener("click", async () => {
		field.select();
		await navigator.clipboard?.writeText(field.value);
		if (navigator.clipboard) button.firstElementChild.textContent = button.dataset.copied;
	});
}
