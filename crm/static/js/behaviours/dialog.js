// A <dialog> that the server sent is opened; when it is closed the focus goes back where it was.

export function connect(dialog) {
  dialog.showModal();
  dialog.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    document.getElementById(dialog.dataset.return)?.focus();
  });
}
