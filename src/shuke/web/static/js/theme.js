// Runs before the first paint, so that a dark page never flashes white.
(function () {
  const KEY = "shuke-theme";
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return localStorage.getItem(KEY) || "auto";
    } catch {
      return "auto"; // storage is closed in some private windows
    }
  }

  function show() {
    const choice = chosen();
    const dark = choice === "dark" || (choice === "auto" && device.matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
    document.dispatchEvent(new CustomEvent("shuke:theme"));
  }

  function choose(choice) {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      return;
    }
    show();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) choose(button.dataset.themeChoice);
  });
  device.addEventListener("change", show);
  addEventListener("storage", (event) => event.key === KEY && show());
  document.addEventListener("DOMContentLoaded", show);
  show();
})();
