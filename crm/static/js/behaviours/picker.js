// The server draws the list for what is typed; what is chosen is sent with its id.

import { listbox } from "../listbox.js";

export function connect(picker) {
	const key = picker.querySelector("input[type=hidden]");
	const input = picker.querySelector("[role=combobox]");
	const list = picker.querySelector("[role=listbox]");

	const ask = () => list.hidden && input.dispatchEvent(new Event("ask"));
	input.addEventListener("click", ask);
	input.addEventListener("keydown", (event) => {
		if (event.isComposing || !(list.hidden ? /Arrow(Up|Down)/ : /Escape/).test(event.key)) return;
		event.preventDefault();
		if (!ask()) show(false);
	});
	const { options, choose, chosen } = listbox(input, list, () => chosen()?.click());

	function show(open) {
		list.hidden = !open;
		input.ariaExpanded = open;
		choose(open ? options()[0] : null);
		list.scrollIntoView({ block: "nearest" });
	}
	function set({ id = "", text = "" } = {}) {
		input.value = text;
		key.value = id;
		for (const candidate of picker.querySelectorAll("[type=radio]")) candidate.checked = false;
		input.dispatchEvent(new Event("change", { bubbles: true }));
	}
	function take(option) {
		if (option.dataset.id) set(option.dataset);
		show(false);
	}

	new MutationObserver(() => {
		const created = list.querySelector("[data-take]");
		if (created) {
			input.focus();
			take(created);
		} else if (document.activeElement === input) show(list.childElementCount > 0);
		picker.querySelector("[role=status]").textContent = options()[0]?.dataset.said;
	}).observe(list, { childList: true });

	input.addEventListener("input", () => { key.value = ""; });
	input.addEventListener("blur", () => show(false));
	list.addEventListener("mousedown", (event) => event.preventDefault());
	list.addEventListener("click", ({ target }) => {
		const option = options().find((other) => other.contains(target));
		if (option) take(option);
	});
	picker.querySelector("button").addEventListener("click", () => {
		set();
		input.focus();
		ask();
	});
	// Another customer has other contacts and deals.
	input.form.addEventListener("change", ({ target }) => {
		if (key.value && target.name === picker.dataset.within) set();
	});
}
