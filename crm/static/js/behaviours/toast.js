// A message goes away by itself, an error stays until it is closed. Each is read out as well:
// screen readers hear what changes in #said when they are done, and in #warned at once.

const SHOWN_FOR = 6000;

export function connect(toast) {
  const isError = toast.matches(".toast-error");
  document.getElementById(isError ? "warned" : "said").textContent = toast.textContent.trim();
  if (!isError) setTimeout(() => toast.remove(), SHOWN_FOR);
  toast.querySelector("[data-close]").addEventListener("click", () => toast.remove());
}
