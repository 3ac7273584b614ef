// The board by keyboard and menu: arrows go from card to card, m opens a card's stages,
// Alt with an arrow moves the card to the next stage. Every way ends in the card's own form.

const CARD = ".deal-card";

export function connect(board) {
  let moving = null;

  const cards = () => [...board.querySelectorAll(CARD)];
  const enter = (card) => {
    for (const other of cards()) other.tabIndex = other === card ? 0 : -1;
  };
  const focus = (card) => {
    if (!card) return;
    enter(card);
    card.focus();
  };
  enter(cards()[0]);

  board.addEventListener("change", (event) => {
    if (event.target.matches(".move select")) event.target.form.requestSubmit();
  });

  board.addEventListener("submit", (event) => {
    const card = event.target.closest(CARD);
    if (!card) return;
    if (card.classList.contains("is-moving")) return event.preventDefault();
    card.classList.add("is-moving");
    moving = card.id;
  }, true);

  board.addEventListener("focusin", (event) => {
    const card = event.target.closest(CARD);
    if (card) enter(card);
  });

  // Arrows on a closed list would send each stage they pass: they open it instead.
  board.addEventListener("keydown", (event) => {
    if (!event.target.matches(".move select") || !/^Arrow(Up|Down)$/.test(event.key)) return;
    event.preventDefault();
    open(event.target);
  });

  board.addEventListener("keydown", (event) => {
    const card = event.target.closest(CARD);
    if (!card || event.target !== card || card.classList.contains("is-moving")) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const select = card.querySelector(".move select");
    if (step && event.altKey && select) move(select, step);
    else if (step) focus(neighbour(card, step));
    else if (event.key === "ArrowDown") focus(sibling(card, "nextElementSibling"));
    else if (event.key === "ArrowUp") focus(sibling(card, "previousElementSibling"));
    else if (event.key === "Enter") card.querySelector("a").click();
    else if (event.key === "m" && select) open(select);
    else return;
    event.preventDefault();
  });

  // The card that was moved has been drawn anew elsewhere: the focus goes with it.
  document.addEventListener("htmx:after:swap", () => {
    if (!board.isConnected) return;
    const card = moving && document.getElementById(moving);
    if (card && document.activeElement === document.body) focus(card);
    if (card && !card.classList.contains("is-moving")) moving = null;
    if (!board.querySelector(`${CARD}[tabindex="0"]`)) enter(cards()[0]);
  });
}

function open(select) {
  select.focus();
  select.showPicker?.();
}

function move(select, step) {
  const wanted = select.selectedIndex + step;
  if (wanted < 0 || wanted >= select.options.length) return;
  select.selectedIndex = wanted;
  select.form.requestSubmit();
}

function sibling(card, direction) {
  const other = card[direction];
  return other?.matches(CARD) ? other : null;
}

// The card at the same height in the next column that has any.
function neighbour(card, step) {
  const columns = [...card.closest(".board").querySelectorAll(".cards")];
  const here = columns.indexOf(card.parentElement);
  const height = [...card.parentElement.querySelectorAll(CARD)].indexOf(card);
  for (let at = here + step; columns[at]; at += step) {
    const there = columns[at].querySelectorAll(CARD);
    if (there.length) return there[Math.min(height, there.length - 1)];
  }
  return null;
}
