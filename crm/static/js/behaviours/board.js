// The board by keyboard: arrows go to cards, with Alt they move one; m opens its stages.

const CARD = ".deal-card";
const STAGES = ".move select";

export function connect(board) {
	// Tab comes to the card that was last there.
	const entered = () => board.querySelector(`${CARD}[tabindex="0"]`);
	const enter = (card) => {
		if (!card) return;
		entered()?.setAttribute("tabindex", -1);
		card.tabIndex = 0;
	};
	const look = () => entered() ?? enter(board.querySelector(CARD));
	look();
	addEventListener("htmx:after:swap", look);

	board.addEventListener("focusin", ({ target }) => enter(target.closest(CARD)));
	board.addEventListener("change", ({ target }) => target.matches(STAGES) && target.form.requestSubmit());
	board.addEventListener("keydown", (event) => {
		const { target, key, altKey } = event;
		const card = target.closest(CARD);
		if (!card || card.querySelector("[aria-busy]")) return;
		const stages = card.querySelector(STAGES);
		const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
		// Arrows on a closed list would send each stage they pass.
		if (target === stages && /Arrow(Up|Down)/.test(key)) open(stages);
		else if (target !== card) return;
		else if (key === "m" && stages) open(stages);
		else if (step && altKey && stages) move(stages, step);
		else if (step) beside(card, step)?.focus();
		else if (key === "ArrowDown") card.nextElementSibling?.focus();
		else if (key === "ArrowUp") card.previousElementSibling?.focus();
		else if (key === "Enter") card.querySelector("a").click();
		else return;
		event.preventDefault();
	});
}

function open(stages) {
	stages.focus();
	stages.showPicker?.();
}

function move(stages, step) {
	const wanted = stages.options[stages.selectedIndex + step];
	if (!wanted) return;
	wanted.selected = true;
	stages.form.requestSubmit();
}

// At the same height in the next column that has any.
function beside(card, step) {
	const columns = [...card.closest(".board").querySelectorAll(`.cards:has(${CARD})`)];
	const there = columns[columns.indexOf(card.parentElement) + step]?.querySelectorAll(CARD);
	const height = [...card.parentElement.children].indexOf(card);
	return there?.[Math.min(height, there.length - 1)];
}
