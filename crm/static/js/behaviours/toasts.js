// Messages go away by themselves, errors stay until they are closed.

const SHOWN_FOR = 6000;

export function connect(toasts) {
  const dismiss = (toast) => toast.remove();
  const watch = (toast) => {
    if (!toast.matches?.(".toast:not(.toast-error)")) return;
    setTimeout(() => dismiss(toast), SHOWN_FOR);
  };
  toasts.querySelectorAll(".toast").forEach(watch);
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach(watch);
  }).observe(toasts, { childList: true });
  toasts.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) dismiss(event.target.closest(".toast"));
  });
}
