// A form on its way is not sent again. While it only rearranges itself, Save waits for that.

const waiting = new WeakSet();
// By form, the name of what sent it: what it looks like changes with each answer that is drawn in it.
const underWay = new WeakMap();

addEventListener("submit", (event) => {
	const form = event.target;
	// What answers with a file may be asked for again.
	if (form.getAttribute("method") !== "post" || "file" in form.dataset) return;
	const halfTyped = [...form.elements].find((field) => field.validity?.badInput);
	halfTyped?.reportValidity();
	// What has the focus keeps what was typed there, whichever row it comes to be in; phones leave it.
	if (event.submitter?.name === "arrange") event.submitter.focus({ preventScroll: true });
	if (underWay.get(form) === "arrange" && !event.submitter?.name) waiting.add(form);
	if (underWay.has(form) || halfTyped || !navigator.onLine) {
		event.preventDefault();
		event.stopImmediatePropagation();
	} else {
		form.ariaBusy = "true";
		underWay.set(form, event.submitter?.name);
		event.submitter?.classList.add("is-busy");
	}
}, true);

function release(form) {
	form.ariaBusy = null;
	underWay.delete(form);
	form.querySelector(".is-busy")?.classList.remove("is-busy");
}
addEventListener("htmx:finally:request", ({ target, detail }) => {
	const { hx, response } = detail.ctx;
	if (hx?.redirect || !underWay.has(target)) return;
	release(target);
	if (waiting.delete(target) && response) target.requestSubmit();
});
// Back from the page that it led to.
addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(release));
