// What is typed is kept until it is saved (saved.js), but for passwords and files.

const offer = document.getElementById("draft_offer");
const place = (form) => `draft:${offer.dataset.user}:${form.getAttribute("action").split("?")[0]}`;
const what = ({ type }) => (/checkbox|radio/.test(type) ? "checked" : "value");
const fields = (form) => [...form.elements].filter(
	({ name, type }) => name && !/hidden|password|file|submit|button/.test(type));

export const typedIn = (form) => fields(form).map((field) => [field.name, field[what(field)]]);

export function fill(field, value) {
	field[what(field)] = value;
	field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function keep(form, typed) {
	if (!offer) return;
	const draft = { typed, version: form.elements.version?.value, at: Date.now() };
	if (typed) localStorage[place(form)] = JSON.stringify(draft);
	else delete localStorage[place(form)];
}

export function offerBack(form) {
	const draft = offer && JSON.parse(localStorage[place(form)] ?? null);
	// What was refused stands in the form already.
	if (!draft || form.querySelector("[data-unsaved]") || `${draft.typed}` === `${typedIn(form)}`) return;
	const notice = offer.content.firstElementChild.cloneNode(true);
	notice.querySelector("time").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
	notice.addEventListener("click", ({ target }) => {
		const answer = target.closest("button")?.value;
		if (!answer) return;
		if (answer === "restore") restore(form, draft);
		else keep(form);
		notice.remove();
	});
	form.prepend(notice);
}

// With the version it was written for: what others changed since is shown.
function restore(form, { typed, version }) {
	if (version) form.elements.version.value = version;
	for (const field of fields(form)) {
		const at = typed.findIndex(([name]) => name === field.name);
		if (at < 0) continue;
		const [[, value]] = typed.splice(at, 1);
		if (field[what(field)] !== value) fill(field, value);
	}
}
