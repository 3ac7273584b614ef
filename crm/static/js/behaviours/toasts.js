// Messages go away by themselves, errors stay until they are closed. Each is read out as well:
// screen readers hear what changes in #said when they are done, and in #warned at once.

const SHOWN_FOR = 6000;

export function connect(toasts) {
  const watch = (toast) => {
    if (!toast.matches?.(".toast")) return;
    const isError = toast.matches(".toast-error");
    document.getElementById(isError ? "warned" : "said").textContent = toast.textContent.trim();
    if (!isError) setTimeout(() => toast.remove(), SHOWN_FOR);
  };
  toasts.querySelectorAll(".toast").forEach(watch);
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach(watch);
  }).observe(toasts, { childList: true });
  toasts.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) event.target.closest(".toast").remove();
  });
}
