// A form that people write in: leaving it changed is asked about, a draft is kept.

import { fill, keep, offerBack, typedIn } from "../drafts.js";

const forms = new Map(); // what each said at first

export function connect(form) {
  const note = () => keep(form, isChanged(form) && typedIn(form));
  forms.set(form, `${typedIn(form)}`);
  offerBack(form);
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  // A button with its own address takes what was typed there, past htmx.
  form.addEventListener("submit", (event) => {
    if (event.submitter?.matches("[formaction]") && forms.delete(form)) event.stopImmediatePropagation();
  }, true);
  form.addEventListener("click", ({ target }) => {
    const field = document.getElementById(target.closest("[data-fill]")?.dataset.fill);
    if (field) fill(field, target.value);
  });
}

function isChanged(form) {
  return form.isConnected && (form.querySelector("[data-unsaved]")
    || [...form.elements].some((field) => field.files?.length)
    || `${typedIn(form)}` !== forms.get(form));
}

// What is sent, or left for a lost session, has its draft.
addEventListener("submit", (event) => event.defaultPrevented || forms.delete(event.target));
addEventListener("htmx:after:request", ({ target, detail: { ctx } }) => {
  if (ctx.hx.redirect?.startsWith("/sign-in")) forms.clear();
  else if (ctx.response.status < 400) forms.delete(target);
});
addEventListener("beforeunload", (event) => {
  if ([...forms.keys()].some(isChanged)) event.preventDefault();
});
