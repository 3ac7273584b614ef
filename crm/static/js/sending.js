// A form on its way is not sent again. While it only rearranges itself, Save waits for that.

const waiting = new WeakSet();

addEventListener("submit", (event) => {
	const form = event.target;
	// What answers with a file may be asked for again.
	if (form.getAttribute("method") !== "post" || "file" in form.dataset) return;
	const halfTyped = [...form.elements].find((field) => field.validity?.badInput);
	halfTyped?.reportValidity();
	// What has the focus keeps what was typed there, whichever row it comes to be in; phones leave it.
	if (event.submitter?.name === "arrange") event.submitter.focus({ preventScroll: true });
	if (form.querySelector(".is-busy[name=arrange]") && !event.submitter?.name) waiting.add(form);
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
	const { hx, response } = detail.ctx;
	if (hx?.redirect) return;
	release(target);
	if (waiting.delete(target) && response) target.requestSubmit();
});
// Back from the page that it led to.
addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(release));
