// Chooses light or dark before the first paint: the person's choice, else the system's.
(() => {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const apply = () => {
    const theme = chosen() || (system.matches ? "dark" : "light");
    document.documentElement.dataset.bsTheme = theme;
    document.dispatchEvent(new CustomEvent("themechange"));
  };
  system.addEventListener("change", apply);
  apply();

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-toggle]");
    if (!button) return;
    const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    const systemTheme = system.matches ? "dark" : "light";
    try {
      if (next === systemTheme) localStorage.removeItem("theme");
      else localStorage.setItem("theme", next);
    } catch { /* without storage the choice lasts for this page */ }
    document.documentElement.dataset.bsTheme = next;
    document.dispatchEvent(new CustomEvent("themechange"));
  });
})();
