// Ticks of rows: a range with Shift, none with Escape.

export function connect(form) {
	const list = form.parentElement;
	const all = list.querySelector("[data-all]") ?? {};
	const rows = () => [...list.querySelectorAll("[name=record]")];
	const tick = (boxes, checked) => boxes.forEach((box) => { box.checked = checked; });
	let last;

	const count = () => {
		const { everything } = form.elements;
		const chosen = rows().filter((row) => row.checked);
		const ticked = chosen.length;
		all.checked = ticked && ticked === rows().length;
		all.indeterminate = ticked && !all.checked;
		if (everything && !all.checked) everything.checked = false;
		form.querySelector("output").value = everything?.checked ? everything.dataset.count : ticked;
		const sum = form.querySelector("[data-sum]");
		if (sum) sum.value = chosen.reduce((all, row) => all + +row.dataset.amount, 0).toLocaleString(document.documentElement.lang, { style: "currency", currency: sum.dataset.sum });
	};

	list.addEventListener("click", ({ target, shiftKey }) => {
		const boxes = rows();
		const { checked } = target;
		if (target === all || (checked && target === form.elements.everything)) tick(boxes, checked);
		if (boxes.includes(target)) {
			const [from, to] = [boxes.indexOf(last), boxes.indexOf(target)].sort((a, b) => a - b);
			if (shiftKey && from >= 0) tick(boxes.slice(from, to), checked);
			last = target;
		}
		count();
	});
	form.addEventListener("reset", () => setTimeout(count));
	addEventListener("htmx:after:swap", count);
	addEventListener("keydown", ({ key, defaultPrevented }) => {
		if (key === "Escape" && !defaultPrevented && !document.querySelector("dialog[open]")) form.reset();
	});
	if (all.checked) tick(rows(), true); // it was quicker than this
	count();
}
