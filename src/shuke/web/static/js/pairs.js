// Keys 1, 2 and 3 decide the first pair on the page of duplicates.
(() => {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.querySelector("dialog[open]")) return;
    if (/^(input|select|textarea)$/i.test(event.target.tagName) || !/^[1-3]$/.test(event.key)) return;
    const button = document.querySelector(`.pair-card:not(:has(.htmx-request)) [data-key="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();
