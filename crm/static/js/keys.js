// A key presses what names it in aria-keyshortcuts; in fields only with Control.

addEventListener("keydown", (event) => {
	const held = event.ctrlKey || event.metaKey;
	const typing = event.target.closest("input, select, textarea, [contenteditable]");
	if (event.isComposing || event.altKey || (typing && !held)) return;
	const key = CSS.escape(held ? `Control+${event.key}` : event.key);
	const place = document.querySelector("dialog[open]") ?? document;
	const wanted = place.querySelector(`[aria-keyshortcuts~="${key}"]`);
	if (wanted) event.preventDefault();
	wanted?.click();
});
