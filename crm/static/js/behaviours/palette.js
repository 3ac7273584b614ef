// The command palette: opened with "/" or Ctrl-K from anywhere, or by the field in the top bar.
// The server finds and draws the options; here is only the keyboard, and where the focus goes.

const WRITING = "input, select, textarea, [contenteditable]";

export function connect(palette) {
  const field = palette.querySelector("[role=combobox]");
  const list = palette.querySelector(".palette-list");
  const status = palette.querySelector("[role=status]");
  const failed = palette.querySelector(".palette-failed");
  const opener = document.getElementById("topbar_q");
  let chosen = null;
  let awaited = null; // Enter came before the answer: what it shall do then

  const options = () => [...list.querySelectorAll("[role=option]")];
  const isFresh = () => list.firstElementChild?.dataset.q === field.value.trim();

  function open() {
    if (palette.open) return field.select();
    field.value = "";
    palette.showModal();
    field.focus();
    field.dispatchEvent(new Event("refresh"));
  }

  function choose(option) {
    chosen?.setAttribute("aria-selected", "false");
    chosen = option ?? null;
    chosen?.setAttribute("aria-selected", "true");
    if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
    else field.removeAttribute("aria-activedescendant");
  }

  function step(by) {
    const all = options();
    const here = all.indexOf(chosen);
    choose(all.at(here < 0 && by < 0 ? -1 : (here + by) % all.length));
    chosen?.scrollIntoView({ block: "nearest" });
  }

  function enter(elsewhere) {
    if (!isFresh()) awaited = { elsewhere };
    else if (elsewhere && chosen?.href) window.open(chosen.href, "_blank", "noopener");
    else chosen?.click();
  }

  function show() {
    if (!list.querySelector("[data-q]")) return fail();
    failed.hidden = true;
    options().forEach((option, place) => { option.id = `palette_option_${place}`; });
    choose(options()[0]);
    list.scrollTop = 0;
    status.textContent = list.firstElementChild.dataset.status;
    if (awaited && isFresh()) enter(awaited.elsewhere);
    if (isFresh()) awaited = null;
  }

  function fail() {
    list.replaceChildren();
    choose(null);
    awaited = null;
    failed.hidden = false;
  }

  document.addEventListener("keydown", (event) => {
    const called = (event.key === "/" && !event.target.closest(WRITING)) ||
      (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey);
    if (!called || event.isComposing) return;
    event.preventDefault();
    open();
  });
  opener.addEventListener("click", open);
  // What is typed into the top bar goes on in the palette: the focus is there before the letter.
  opener.addEventListener("keydown", (event) => {
    const types = event.key.length === 1 || event.key === "Process";
    if (types && !event.ctrlKey && !event.metaKey && !event.altKey) open();
  });

  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter") enter(event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  });
  field.addEventListener("input", () => { awaited = null; });

  list.addEventListener("pointermove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option !== chosen) choose(option);
  });
  palette.addEventListener("click", (event) => {
    if (event.target === palette || event.target.closest("[data-close]")) palette.close();
  });
  palette.addEventListener("htmx:after:swap", show);
  palette.addEventListener("htmx:error", fail);
  palette.addEventListener("htmx:response:error", fail);
  palette.addEventListener("close", () => { awaited = null; });
  // A page that is come back to is as it was left, but for the palette.
  window.addEventListener("pagehide", () => palette.close());
}
