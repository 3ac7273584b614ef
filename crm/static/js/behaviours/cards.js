// Cards dragged from column to column: a drop sends the card's form with that stage. The answer draws
// both columns, so a refused card goes back by itself.

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
    ghostClass: "is-ghost",
    dragClass: "is-dragged",
    onEnd({ item, from, to }) {
      // htmx carries attributes over to the card that replaces this one; the CSP forbids styles.
      item.removeAttribute("style");
      if (from === to) return;
      const form = item.querySelector(".move");
      form.elements.stage.value = to.dataset.stage;
      form.requestSubmit();
    },
  });
}
