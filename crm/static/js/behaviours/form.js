// A form that people write in: who leaves it changed is asked first, and a draft of it is kept.

import { keep, offerBack, typedIn } from "../drafts.js";

const forms = new Map();

export function connect(form) {
  forms.set(form, `${typedIn(form)}`);
  offerBack(form);
  const note = () => keep(form, isChanged(form) && typedIn(form));
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  form.addEventListener("click", ({ target }) => {
    const field = document.getElementById(target.closest("[data-fill]")?.dataset.fill);
    if (!field) return;
    field.value = target.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function isChanged(form) {
  return form.isConnected && (form.querySelector("[data-unsaved]")
    || [...form.elements].some((field) => field.files?.length)
    || `${typedIn(form)}` !== forms.get(form));
}

// A form that is sent, or that a lost session leads away from, is safe: its draft is kept until then.
let isSafe = false;
document.addEventListener("submit", ({ target, defaultPrevented }) => { isSafe = forms.has(target) && !defaultPrevented; });
document.addEventListener("htmx:after:request", ({ target, detail: { ctx } }) => {
  isSafe = ctx.hx.redirect?.startsWith("/sign-in") || (forms.has(target) && ctx.response.status < 400);
});
addEventListener("pageshow", () => { isSafe = false; });
addEventListener("beforeunload", (event) => {
  if (!isSafe && [...forms.keys()].some(isChanged)) event.preventDefault();
});
