// The forms above a list show what it shows: a swap changes what a field says at first, not what
// somebody has made of it.

addEventListener("htmx:after:swap", ({ target, detail }) => {
  for (const form of target.closest?.("[data-listing]")?.querySelectorAll("form:not(.batch)") ?? []) {
    if (form !== detail.ctx.sourceElement) form.reset();
  }
});
