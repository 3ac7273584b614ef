// Cards, and what stands in the calendar, are dragged or carried by Alt with an arrow; the answer draws both lists.

import Sortable from "../../vendor/sortable.esm.js";

const CARD = ":is(.deal-card, .entry)";
const LIST = "[data-place]";

export function connect(board) {
	// Tab comes to the card that was last there.
	const entered = () => board.querySelector(`${CARD}[tabindex="0"]`);
	const enter = (card) => {
		if (!card) return;
		entered()?.setAttribute("tabindex", -1);
		card.tabIndex = 0;
	};
	const look = () => {
		entered() ?? enter(document.activeElement.closest(CARD) ?? board.querySelector(CARD));
		for (const list of board.querySelectorAll(LIST)) Sortable.get(list) ?? drag(list);
	};
	look();
	addEventListener("htmx:after:swap", look);

	// What others changed is asked for and drawn (#mark) while no hand is on the board.
	const ask = (event) => {
		const { target, detail: { ctx } } = event;
		if (target.id !== "mark") return;
		if (document.hidden || document.querySelector(".sortable-chosen, dialog[open], [aria-busy]")) event.preventDefault();
		for (const list of board.querySelectorAll(LIST)) {
			const cards = [...list.querySelectorAll(CARD)].map(({ dataset }) => dataset.deal);
			ctx.request.body?.append("shown", [list.dataset.place, ...cards]);
		}
	};
	addEventListener("htmx:config:request", ask);
	addEventListener("htmx:before:response", ask);

	board.addEventListener("focusin", ({ target }) => enter(target.closest(CARD)));
	board.addEventListener("keydown", (event) => {
		const { target: card, key, altKey } = event;
		if (!card.matches(CARD) || card.ariaBusy) return;
		const row = altKey && board.dataset.row; // so many lists are a week of the calendar
		const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row }[key];
		const pressed = { " ": "[name=record], .tick", Enter: "a", m: ".move" }[key];
		if (step && altKey) carry(card, step);
		else if (step) beside(card, step)?.focus();
		else if (key === "ArrowDown") card.nextElementSibling?.focus();
		else if (key === "ArrowUp") card.previousElementSibling?.focus();
		else if (pressed) card.querySelector(pressed)?.click();
		else return;
		event.preventDefault();
	});
}

function drag(list) {
	Sortable.create(list, {
		group: { name: "board", put: ({ el }, from) => el.dataset.lane === from.el.dataset.lane },
		draggable: `${CARD}:has(.move)`,
		filter: "input",
		preventOnFilter: false,
		sort: false,
		delay: 200,
		delayOnTouchOnly: true,
		touchStartThreshold: 5,
		onEnd: ({ item, from, to }) => from !== to && move(item, from, to),
	});
}

function move(card, from, to) {
	const { place, sets } = to.dataset;
	card.ariaBusy = true;
	const values = { version: card.dataset.version, [sets]: place, [`from_${sets}`]: from.dataset.place };
	htmx.ajax("POST", card.querySelector(".move").href, { source: card, swap: "none", values });
}

function next(card, which, step) {
	const lists = [...card.closest(".lane, #board").querySelectorAll(which)];
	return lists[lists.indexOf(card.parentElement) + Number(step)];
}

function carry(card, step) {
	const to = next(card, LIST, step);
	if (to && card.querySelector(".move")) move(card, card.parentElement, to);
}

// At the same height in the next list that has any.
function beside(card, step) {
	const there = next(card, `${LIST}:has(${CARD})`, step)?.querySelectorAll(CARD);
	const height = [...card.parentElement.children].indexOf(card);
	return there?.[Math.min(height, there.length - 1)];
}
