// A link to a <dialog> of its page opens it; when the dialog closes the focus goes back.

export function connect(link) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const dialog = document.getElementById(link.hash.slice(1));
    const menu = link.closest("details");
    if (menu) menu.open = false;
    dialog.showModal();
    dialog.onclick = ({ target }) => {
      if (target === dialog || target.closest("[data-close]")) dialog.close();
    };
    dialog.onclose = () => (menu?.querySelector("summary") ?? link).focus();
  });
}
