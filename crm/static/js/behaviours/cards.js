// A dropped card sends its form with that stage; the answer draws both columns.

import Sortable from "../../vendor/sortable.esm.js";

export function connect(list) {
	Sortable.create(list, {
		group: "board",
		draggable: ".deal-card:has(.move)",
		filter: "select, input, button",
		preventOnFilter: false,
		sort: false,
		delay: 200,
		delayOnTouchOnly: true,
		touchStartThreshold: 5,
		onEnd({ item, from, to }) {
			if (from === to) return;
			const form = item.querySelector(".move");
			form.elements.stage.value = to.dataset.stage;
			form.requestSubmit();
		},
	});
}
