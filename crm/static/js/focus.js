// A swap took what had the focus: its successor gets it, what its dialog came from, the next row, or the nearest region left.

let around = [];

addEventListener("focusin", ({ target }) => {
	around = [];
	for (let each = target; each; each = each.parentElement) if (each.id || each.dataset.return) around.push(each.id, each.dataset.return, each.matches("li") && each.nextElementSibling?.id);
});

// A moment later: the focus may just be on its way from field to button.
addEventListener("htmx:finally:request", ({ detail }) => setTimeout(() => {
	const place = around.map((id) => document.getElementById(id)).find(Boolean);
	const took = (detail.ctx.response?.status ?? 204) !== 204 && document.activeElement === document.body;
	if (!place || !took) return;
	if (place.tabIndex < 0) place.tabIndex = -1; // it takes the focus only so
	place.focus({ preventScroll: true });
}));
