// A <dialog> that the server sent is opened; closed it is gone, and the focus is where it is wanted.

export function connect(dialog) {
  dialog.showModal();
  dialog.addEventListener("close", () => {
    dialog.remove();
    document.getElementById(dialog.dataset.return)?.focus();
  });
}
