// Rows that are ticked: how many, a range with Shift, all on the page, none with Escape.

export function connect(form) {
  const list = form.closest(".list-card");
  const all = list.querySelector("[data-all]");
  const rows = () => [...list.querySelectorAll("[name=record]")];
  const tick = (boxes, checked) => boxes.forEach((box) => { box.checked = checked; });
  let last = null;

  const count = () => {
    const { everything } = form.elements;
    const ticked = rows().filter((row) => row.checked).length;
    all.checked = ticked > 0 && ticked === rows().length;
    all.indeterminate = ticked > 0 && !all.checked;
    if (everything && !all.checked) everything.checked = false;
    form.querySelector("output").value = everything?.checked ? everything.dataset.count : ticked;
  };

  list.addEventListener("click", ({ target, shiftKey }) => {
    const row = rows();
    if (target === all || (target === form.elements.everything && target.checked)) tick(row, target.checked);
    if (row.includes(target)) {
      const [from, to] = [row.indexOf(last), row.indexOf(target)].sort((a, b) => a - b);
      if (shiftKey && from >= 0) tick(row.slice(from, to), target.checked);
      last = target;
    }
    count();
  });
  form.addEventListener("reset", () => setTimeout(count));
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && !document.querySelector("dialog[open], .menu[open]")) form.reset();
  });
  if (all.checked) tick(rows(), true); // it was quicker than this
  count();
}
