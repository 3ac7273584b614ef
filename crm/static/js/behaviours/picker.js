// A picker: what is typed is looked up on the server, which draws the list under the field (htmx).
// Arrows, Enter, Escape, mouse and finger choose from it; what is chosen is sent with its id.

const CHOICE = "[role=option]:not([aria-disabled])";

export function connect(picker) {
  const key = picker.querySelector("input[type=hidden]");
  const input = picker.querySelector("[role=combobox]");
  const list = picker.querySelector("[role=listbox]");
  let marked = null;

  const mark = (option) => {
    marked?.setAttribute("aria-selected", false);
    marked = option ?? null;
    marked?.setAttribute("aria-selected", true);
    marked?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", marked?.id ?? "");
  };
  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", open);
    mark(open ? list.querySelector(CHOICE) : null);
  };
  const ask = () => input.dispatchEvent(new Event("ask"));
  const set = (id = "", text = "") => {
    input.value = text;
    key.value = id;
    for (const candidate of picker.querySelectorAll("[type=radio]")) candidate.checked = false;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const take = ({ id, text }) => {
    if (id) set(id, text);
    show(false);
  };

  // The server has drawn the list anew, or put into it what was created in place.
  new MutationObserver(() => {
    const created = list.querySelector("[data-take]");
    if (created) input.focus();
    if (created) take(created.dataset);
    else if (document.activeElement === input) show(list.childElementCount > 0);
    picker.querySelector("[role=status]").textContent = list.querySelector("[data-said]")?.dataset.said;
  }).observe(list, { childList: true });

  input.addEventListener("input", () => { key.value = ""; });
  input.addEventListener("blur", () => show(false));
  input.addEventListener("click", () => list.hidden && ask());
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const options = [...list.querySelectorAll(CHOICE)];
    if (list.hidden && step) ask();
    else if (list.hidden) return;
    else if (step) mark(options.at((options.indexOf(marked) + step) % options.length));
    else if (event.key === "Enter") marked?.click();
    else if (event.key === "Escape") show(false);
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => target.closest(CHOICE) && take(target.closest(CHOICE).dataset));
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
