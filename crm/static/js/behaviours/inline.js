// Facts edited in place: Escape gives up; Enter and going on to another fact save.

export function connect(facts) {
	let edited, next, before;
	const form = () => facts.querySelector(".inline-form");
	const link = (name) => document.querySelector(`[data-field="${name}"]`);
	const written = () => `${new URLSearchParams(new FormData(form()))}`;
	const look = () => {
		const name = form()?.dataset.name;
		if (name && name !== edited) before = written();
		if (name) edited = name;
		else if (next) [next, edited] = [link(next)?.click()];
		else if (edited) edited = link(edited)?.focus();
	};
	look();
	addEventListener("htmx:after:swap", look);

	facts.addEventListener("keydown", (event) => {
		const { target, key, ctrlKey, metaKey } = event;
		if (!form() || event.defaultPrevented) return;
		if (key === "Escape") form().querySelector("[data-cancel]").click();
		else if (key === "Enter" && target.matches(ctrlKey || metaKey ? "select, textarea" : "select")) form().requestSubmit();
		else return;
		event.preventDefault();
	});

	addEventListener("click", (event) => {
		const wanted = event.target.closest("[data-field]");
		if (!wanted || !form() || written() === before) return;
		event.preventDefault();
		event.stopPropagation();
		next = wanted.dataset.field;
		form().requestSubmit();
	}, true);
}
