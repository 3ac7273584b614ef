// The lines of a form are dragged into another order; a drop changes the form. The library is loaded
// when the menu around them is opened.

export function connect(list) {
  list.closest("details").addEventListener("toggle", async () => {
    const { default: Sortable } = await import("../../vendor/sortable.esm.js");
    Sortable.create(list, {
      draggable: ":has(> .icon)",
      handle: ".icon",
      onEnd({ item }) {
        item.removeAttribute("style"); // the CSP forbids it, and a swap would carry it over
        list.dispatchEvent(new Event("change", { bubbles: true }));
      },
    });
  }, { once: true });
}
