// The library comes when the menu is opened.

export function connect(list) {
	list.closest("details").addEventListener("toggle", async () => {
		const { default: Sortable } = await import("../../vendor/sortable.esm.js");
		Sortable.create(list, {
			draggable: ":has(> .icon)",
			handle: ".icon",
			onEnd: () => list.dispatchEvent(new Event("change", { bubbles: true })),
		});
	}, { once: true });
}
