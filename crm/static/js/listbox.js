// The list of a combobox: which of its options the arrows have come to.

export function listbox(field, list) {
  let chosen = null;
  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  function choose(option) {
    chosen?.setAttribute("aria-selected", false);
    chosen = option ?? null;
    chosen?.setAttribute("aria-selected", true);
    chosen?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", chosen?.id ?? "");
  }
  function step(by) {
    const here = options().indexOf(chosen);
    choose(options().at(here < 0 && by < 0 ? -1 : (here + by) % options().length));
  }
  return { options, choose, step, chosen: () => chosen };
}
