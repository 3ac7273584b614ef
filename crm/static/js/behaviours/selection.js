// Rows that are ticked: how many, a range with Shift, all on the page, none with Escape.

export function connect(form) {
  const list = form.closest(".list-card");
  const all = list.querySelector("[data-all]");
  const everything = form.elements.everything;
  const rows = () => [...list.querySelectorAll("[name=record]")];
  let last = null;

  const count = () => {
    const ticked = rows().filter((row) => row.checked).length;
    all.checked = ticked > 0 && ticked === rows().length;
    all.indeterminate = ticked > 0 && !all.checked;
    if (everything && !all.checked) everything.checked = false;
    form.querySelector("output").value = everything?.checked ? everything.dataset.count : ticked;
  };

  list.addEventListener("click", ({ target, shiftKey }) => {
    const row = rows();
    if (target === all || (target === everything && target.checked)) row.forEach((box) => { box.checked = target.checked; });
    if (row.includes(target)) {
      const [from, to] = [row.indexOf(last), row.indexOf(target)].sort((a, b) => a - b);
      if (shiftKey && from >= 0) row.slice(from, to).forEach((box) => { box.checked = target.checked; });
      last = target;
    }
    count();
  });
  form.addEventListener("reset", () => setTimeout(count));
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && !document.querySelector("dialog[open], .menu[open]")) form.reset();
  });
  count();
}
