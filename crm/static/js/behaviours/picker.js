// A picker: what is typed is looked up on the server, which draws the list under the field (htmx).
// Arrows, Enter, Escape, mouse and finger choose from it; what is chosen is sent with its id.

import { listbox } from "../listbox.js";

export function connect(picker) {
  const key = picker.querySelector("input[type=hidden]");
  const input = picker.querySelector("[role=combobox]");
  const list = picker.querySelector("[role=listbox]");
  const { options, choose, step, chosen } = listbox(input, list);

  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", open);
    choose(open ? options()[0] : null);
  };
  const ask = () => input.dispatchEvent(new Event("ask"));
  const set = ({ id = "", text = "" } = {}) => {
    input.value = text;
    key.value = id;
    for (const candidate of picker.querySelectorAll("[type=radio]")) candidate.checked = false;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const take = (option) => {
    if (option.dataset.id) set(option.dataset);
    show(false);
  };

  // The server has drawn the list anew, or put into it what was created in place.
  new MutationObserver(() => {
    const created = list.querySelector("[data-take]");
    if (created) input.focus();
    if (created) take(created);
    else if (document.activeElement === input) show(list.childElementCount > 0);
    picker.querySelector("[role=status]").textContent = options()[0]?.dataset.said;
  }).observe(list, { childList: true });

  input.addEventListener("input", () => { key.value = ""; });
  input.addEventListener("blur", () => show(false));
  input.addEventListener("click", () => list.hidden && ask());
  input.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing || (list.hidden && !by)) return;
    if (list.hidden) ask();
    else if (by) step(by);
    else if (event.key === "Enter") chosen()?.click();
    else if (event.key === "Escape") show(false);
    else return;
    event.preventDefault();
  });
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
  // Whoever chooses another customer means neither the contact nor the deal of the one before.
  input.form.addEventListener("change", ({ target }) => {
    if (key.value && target.name === picker.dataset.within) set();
  });
}
