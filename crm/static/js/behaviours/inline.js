// Facts edited where they stand: Escape gives up, Enter saves, and the focus goes back to the
// fact. Whoever goes on to another fact saves the one that was changed.

export function connect(facts) {
  let edited, next, before;
  const form = () => facts.querySelector(".inline-form");
  const link = (name) => document.querySelector(`[data-field="${name}"]`);
  const written = () => new URLSearchParams(new FormData(form())).toString();
  const look = () => {
    const name = form()?.dataset.name;
    if (name && name !== edited) before = written();
    if (name) edited = name;
    else if (next) [next, edited] = [link(next)?.click()];
    else if (edited) edited = link(edited)?.focus();
  };
  look();
  document.addEventListener("htmx:after:swap", look);

  facts.addEventListener("keydown", (event) => {
    if (!form() || event.defaultPrevented) return;
    const saves = event.target.matches("select") || ((event.ctrlKey || event.metaKey) && event.target.matches("textarea"));
    if (event.key === "Escape") form().querySelector("[data-cancel]").click();
    else if (event.key === "Enter" && saves) form().requestSubmit();
    else return;
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const wanted = event.target.closest?.("[data-field]");
    if (!wanted || !form() || written() === before) return;
    event.preventDefault();
    event.stopPropagation();
    next = wanted.dataset.field;
    form().requestSubmit();
  }, true);
}
