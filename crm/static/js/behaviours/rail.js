// The rail becomes narrow or wide at once; the server is told, for the pages to come.

export function connect(form) {
  const rail = form.closest(".rail");
  const button = form.elements.rail;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fetch(form.action, { method: "POST", body: new FormData(form, button), redirect: "manual" });
    const narrow = rail.classList.toggle("rail-narrow");
    button.value = narrow ? "wide" : "narrow";
    button.ariaExpanded = String(!narrow);
  });
}
