// A form on its way is not sent again.

addEventListener("submit", (event) => {
	const form = event.target;
	// What answers with a file may be asked for again.
	if (form.getAttribute("method") !== "post" || "file" in form.dataset) return;
	const halfTyped = [...form.elements].find((field) => field.validity?.badInput);
	halfTyped?.reportValidity();
	if (form.ariaBusy || halfTyped || !navigator.onLine) {
		event.preventDefault();
		event.stopImmediatePropagation();
	} else {
		form.ariaBusy = "true";
		event.submitter?.classList.add("is-busy");
	}
}, true);

function release(form) {
	form.ariaBusy = null;
	form.querySelector(".is-busy")?.classList.remove("is-busy");
}
addEventListener("htmx:finally:request", ({ target, detail }) => {
	if (!detail.ctx.hx?.redirect) release(target);
});
// Back from the page that it led to.
addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(release));
