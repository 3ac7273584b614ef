// A key presses what names it in aria-keyshortcuts; without Control not while one types.

addEventListener("keydown", (event) => {
	const held = event.ctrlKey || event.metaKey;
	const typing = event.target.closest("input, select, textarea, [contenteditable], dialog");
	if (event.isComposing || event.altKey || (typing && !held)) return;
	const key = CSS.escape(held ? `Control+${event.key}` : event.key);
	const wanted = document.querySelector(`[aria-keyshortcuts~="${key}"]`);
	if (wanted) event.preventDefault();
	wanted?.click();
});
