// "/" and Ctrl-K go to the search field, from anywhere but another field.

export function connect(form) {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    const wanted = (event.key === "/" && !typing) || (event.key === "k" && (event.ctrlKey || event.metaKey));
    if (!wanted) return;
    event.preventDefault();
    form.querySelector("input").focus();
  });
}
