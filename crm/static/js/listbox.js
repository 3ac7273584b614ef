// The keys of a combobox.

export function listbox(field, list, pick) {
	let chosen;
	const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
	function choose(option) {
		chosen?.setAttribute("aria-selected", false);
		option?.setAttribute("aria-selected", true);
		option?.scrollIntoView({ block: "nearest" });
		field.setAttribute("aria-activedescendant", option?.id ?? "");
		chosen = option;
	}
	field.addEventListener("keydown", (event) => {
		const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (event.isComposing || list.hidden || !(by || event.key === "Enter")) return;
		event.preventDefault();
		const here = options().indexOf(chosen);
		if (by) choose(options().at(here < 0 && by < 0 ? -1 : (here + by) % options().length));
		else pick(event);
	});
	return { options, choose, chosen: () => chosen };
}
