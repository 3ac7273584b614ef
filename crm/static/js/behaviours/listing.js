// The forms above a list show what the list shows, also after a chip was removed or a page turned:
// a swap changes what is ticked at first, not what somebody has ticked or unticked.

export function connect(listing) {
  listing.addEventListener("htmx:after:swap", ({ detail }) => {
    for (const form of listing.querySelectorAll("form")) {
      if (detail.ctx.sourceElement === form) continue;
      for (const box of form.querySelectorAll("[type=checkbox], [type=radio]")) box.checked = box.defaultChecked;
      for (const option of form.querySelectorAll("option")) option.selected = option.defaultSelected;
    }
  });
}
