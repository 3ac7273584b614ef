// Leaving a form that was changed is asked about; a draft of it is kept.

import { fill, keep, offerBack, typedIn } from "../drafts.js";

const forms = new Map(); // what each said at first

export function connect(form) {
	const note = () => keep(form, isChanged(form) && typedIn(form));
	forms.set(form, `${typedIn(form)}`);
	offerBack(form);
	form.addEventListener("input", note);
	form.addEventListener("change", note);
	// A button's own address takes what was typed, past htmx.
	form.addEventListener("submit", (event) => {
		if (event.submitter?.matches("[formaction]") && forms.delete(form)) event.stopImmediatePropagation();
	}, true);
	form.addEventListener("click", ({ target }) => {
		const field = document.getElementById(target.dataset.fill);
		if (field && target.value) {
			fill(field, target.value);
			field.dispatchEvent(new Event("change", { bubbles: true }));
		} else if (field) locate(field, target);
	});
}

function locate(field, button) {
	navigator.geolocation.getCurrentPosition(
		({ coords }) => fill(field, `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`),
		() => { button.textContent = button.dataset.failed; },
	);
}

function isChanged(form) {
	return form.isConnected && (form.querySelector("[data-unsaved]")
		|| [...form.elements].some((field) => field.files?.length)
		|| `${typedIn(form)}` !== forms.get(form));
}

// What is sent, or left for a lost session, has its draft.
addEventListener("submit", (event) => event.defaultPrevented || forms.delete(event.target));
addEventListener("htmx:after:request", ({ target, detail: { ctx } }) => {
	if (ctx.hx.redirect?.startsWith("/sign-in")) forms.clear();
	else if (ctx.response.status < 400) forms.delete(target);
});
addEventListener("beforeunload", (event) => [...forms.keys()].some(isChanged) && event.preventDefault());
