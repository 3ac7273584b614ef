// A swap took what had the focus: its successor gets it, or the nearest region left.

let around = [];

addEventListener("focusin", ({ target }) => {
	around = [];
	for (let each = target; each; each = each.parentElement) if (each.id) around.push(each.id);
});

addEventListener("htmx:finally:request", () => {
	const place = around.map((id) => document.getElementById(id)).find(Boolean);
	if (!place || document.activeElement !== document.body) return;
	if (place.tabIndex < 0) place.tabIndex = -1; // it takes the focus only so
	place.focus({ preventScroll: true });
});
