// The server finds and draws, here is only the keyboard.

import { listbox } from "../listbox.js";

export function connect(palette) {
	const field = palette.querySelector("[role=combobox]");
	const list = palette.querySelector(".palette-list");
	const opener = document.getElementById("topbar_q");
	let awaited; // the Enter that came before the answer

	const { options, choose, chosen } = listbox(field, list, enter);
	const answer = () => list.querySelector("[data-q]")?.dataset;

	function open() {
		if (palette.open) return field.select();
		field.value = "";
		awaited = null;
		palette.showModal();
		field.dispatchEvent(new Event("refresh"));
	}
	function enter(key) {
		awaited = answer()?.q === field.value.trim() ? null : key;
		if (awaited) return;
		if ((key.ctrlKey || key.metaKey) && chosen()?.href) window.open(chosen().href, "_blank", "noopener");
		else chosen()?.click();
	}
	function show() {
		palette.querySelector(".palette-failed").hidden = !!answer();
		options().forEach((option, place) => { option.id = `palette_option_${place}`; });
		choose(options()[0]);
		list.scrollTop = 0;
		palette.querySelector("[role=status]").textContent = answer()?.status ?? "";
		if (answer() && awaited) enter(awaited);
		else awaited = null;
	}
	function fail() {
		list.replaceChildren();
		show();
	}

	opener.addEventListener("click", open);
	opener.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
		if ((key.length === 1 || key === "Process") && !(ctrlKey || metaKey || altKey)) open();
	});
	field.addEventListener("input", () => { awaited = null; });
	list.addEventListener("pointermove", ({ target }) => choose(target.closest("[role=option]") ?? chosen()));
	palette.addEventListener("htmx:after:swap", show);
	palette.addEventListener("htmx:error", fail);
	palette.addEventListener("htmx:response:error", fail);
	// Coming back to a page finds it closed.
	addEventListener("pagehide", () => palette.close());
}
