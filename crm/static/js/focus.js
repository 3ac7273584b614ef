// A swap took what had the focus: its successor gets it, the next row, or the nearest region left.

let around = [];

addEventListener("focusin", ({ target }) => {
	around = [];
	for (let each = target; each; each = each.parentElement) if (each.id) around.push(each.id, each.matches("li") && each.nextElementSibling?.id);
});

addEventListener("htmx:finally:request", ({ detail }) => {
	const place = around.map((id) => document.getElementById(id)).find(Boolean);
	// One that was aborted took nothing: the focus may just be on its way from field to button.
	const took = (detail.ctx.response?.status ?? 204) !== 204 && document.activeElement === document.body;
	if (!place || !took) return;
	if (place.tabIndex < 0) place.tabIndex = -1; // it takes the focus only so
	place.focus({ preventScroll: true });
});
