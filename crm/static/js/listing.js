// A swap leaves what was made of a field: the forms above a list show what it shows.

addEventListener("htmx:after:swap", ({ target, detail }) => {
	for (const form of target.closest?.("[data-listing]")?.querySelectorAll("form:not(.batch)") ?? []) {
		if (form !== detail.ctx.sourceElement) form.reset();
	}
});
