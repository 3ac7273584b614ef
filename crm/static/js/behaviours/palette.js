// The command palette: opened with "/" or Ctrl-K from anywhere, or by the field in the top bar.
// The server finds and draws the options; here is only the keyboard, and where the focus goes.

import { listbox } from "../listbox.js";

export function connect(palette) {
  const field = palette.querySelector("[role=combobox]");
  const list = palette.querySelector(".palette-list");
  const failed = palette.querySelector(".palette-failed");
  const opener = document.getElementById("topbar_q");
  let awaited = null; // Enter came before the answer: the key that it came with

  const { options, choose, step, chosen } = listbox(field, list);
  const answer = () => list.querySelector("[data-q]")?.dataset;

  const open = () => {
    if (palette.open) return field.select();
    field.value = "";
    palette.showModal();
    field.dispatchEvent(new Event("refresh"));
  };
  const enter = (key) => {
    awaited = answer()?.q === field.value.trim() ? null : key;
    if (awaited) return;
    if ((key.ctrlKey || key.metaKey) && chosen()?.href) window.open(chosen().href, "_blank", "noopener");
    else chosen()?.click();
  };
  const show = () => {
    failed.hidden = !!answer();
    options().forEach((option, place) => { option.id = `palette_option_${place}`; });
    choose(options()[0]);
    list.scrollTop = 0;
    palette.querySelector("[role=status]").textContent = answer()?.status ?? "";
    if (awaited && answer()) enter(awaited);
  };
  const fail = () => {
    list.replaceChildren();
    awaited = null;
    show();
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    const called = event.key === "k" ? event.ctrlKey || event.metaKey : event.key === "/" && !typing;
    if (!called || event.isComposing) return;
    event.preventDefault();
    open();
  });
  opener.addEventListener("click", open);
  // What is typed into the top bar goes on in the palette: the focus is there before the letter.
  opener.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
    if ((key.length === 1 || key === "Process") && !(ctrlKey || metaKey || altKey)) open();
  });
  field.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing || !(by || event.key === "Enter")) return;
    event.preventDefault();
    if (by) step(by);
    else enter(event);
  });
  field.addEventListener("input", () => { awaited = null; });
  list.addEventListener("pointermove", ({ target }) => choose(target.closest("[role=option]") ?? chosen()));
  palette.addEventListener("click", ({ target }) => {
    if (target === palette || target.closest("[data-close]")) palette.close();
  });
  palette.addEventListener("close", () => { awaited = null; });
  palette.addEventListener("htmx:after:swap", show);
  for (const trouble of ["htmx:error", "htmx:response:error"]) palette.addEventListener(trouble, fail);
  // A page that is come back to is as it was left, but for the palette.
  window.addEventListener("pagehide", () => palette.close());
}
