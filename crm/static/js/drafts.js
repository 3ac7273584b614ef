// What is typed is kept in this browser until it is saved: for its writer and its address, with the
// record's version; never passwords, files and hidden fields. What takes drafts away is saved.js.

const offer = document.getElementById("draft_offer");
const mine = `draft:${offer?.dataset.user}:`;
const place = (form) => mine + form.getAttribute("action").split("?")[0];
const what = (field) => (/^(checkbox|radio)$/.test(field.type) ? "checked" : "value");
const fields = (form) => [...form.elements].filter(
  ({ name, type }) => name && !/^(hidden|password|file|submit|button)$/.test(type));

export const typedIn = (form) => fields(form).map((field) => [field.name, field[what(field)]]);

export function keep(form, typed) {
  if (!offer) return;
  const draft = { typed, version: form.elements.version?.value, at: Date.now() };
  if (typed) localStorage[place(form)] = JSON.stringify(draft);
  else delete localStorage[place(form)];
}

export function offerBack(form) {
  const draft = offer && JSON.parse(localStorage[place(form)] ?? null);
  if (!draft || `${draft.typed}` === `${typedIn(form)}`) return;
  const notice = offer.content.firstElementChild.cloneNode(true);
  notice.querySelector("time").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang);
  notice.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (button.value === "restore") restore(form, draft);
    else keep(form, null);
    notice.remove();
  });
  form.prepend(notice);
}

// With the version it was written for: what others changed since then is shown before it is lost.
function restore(form, { typed, version }) {
  if (version) form.elements.version.value = version;
  const left = fields(form);
  for (const [name, value] of typed) {
    const [field] = left.splice(left.findIndex((other) => other.name === name), 1);
    if (field?.name !== name || field[what(field)] === value) continue;
    field[what(field)] = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
