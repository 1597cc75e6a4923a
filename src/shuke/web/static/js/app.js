// What every page does: toasts, dialogs, questions before an act, keys, and words when the server cannot answer.
(function () {
  "use strict";

  const TOAST_STAYS = 6000; // ms; errors stay until they are closed

  // Toasts

  function toast(words, level = "error") {
    const template = document.getElementById(`toast-${level}`);
    const note = template.content.firstElementChild.cloneNode(true);
    note.querySelector("p").textContent = words;
    document.getElementById("toasts").append(note);
  }

  function letGo(note) {
    if (note.getAttribute("role") !== "alert") setTimeout(() => note.remove(), TOAST_STAYS);
  }

  function watchToasts() {
    const place = document.getElementById("toasts");
    if (!place) return;
    for (const note of place.querySelectorAll("[data-toast]")) letGo(note);
    new MutationObserver((changes) => {
      for (const change of changes) {
        for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) letGo(node);
      }
    }).observe(place, { childList: true });
  }

  document.addEventListener("click", (event) => {
    event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
  });

  // An answer may carry HX-Trigger: {"toast": {"words": "…", "level": "success"}}.
  document.addEventListener("toast", (event) => toast(event.detail.words, event.detail.level));

  // Dialogs

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    if (event.target.closest("[data-dialog-close]") || event.target.matches("dialog")) {
      event.target.closest("dialog")?.close("no");
    }
  });

  // Questions: hx-confirm on anything, data-confirm on a plain form

  function ask(question, asker, then) {
    const dialog = document.getElementById("confirm");
    const yes = dialog.querySelector("[value=yes]");
    dialog.querySelector("#confirm-question").textContent = question;
    yes.textContent = asker.dataset.confirmWords || yes.dataset.words;
    yes.classList.toggle("btn-danger", asker.dataset.confirmTone === "danger");
    yes.classList.toggle("btn-primary", asker.dataset.confirmTone !== "danger");
    dialog.returnValue = "no"; // Escape leaves the answer of last time
    dialog.addEventListener("close", () => dialog.returnValue === "yes" && then(), { once: true });
    dialog.showModal();
  }

  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, event.detail.elt, () => event.detail.issueRequest(true));
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed || event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    ask(form.dataset.confirm, form, () => {
      form.dataset.confirmed = "yes";
      form.requestSubmit(event.submitter);
    });
  });

  // What is being sent is not sent again, until the answer is there or has been waited for long enough

  const SENDING = 10000; // ms; a download leaves its page where it was

  function release(form) {
    delete form.dataset.sending;
    form.querySelector(".btn-loading")?.classList.remove("btn-loading");
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sending) return event.preventDefault();
    form.dataset.sending = "yes";
    event.submitter?.classList.add("btn-loading");
    setTimeout(release, SENDING, form);
  });

  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));

  // An address of filters names only those that are set

  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, formData } = event.detail;
    if (!elt.matches(".filters")) return;
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });

  // Keys: an element with data-hotkey="x" is focused if it is a field, clicked if not

  function typing(target) {
    return target.isContentEditable || /^(input|select|textarea)$/i.test(target.tagName);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]") && !event.target.closest("dialog")) return;
    const scope = event.target.closest("dialog[open]") || document;
    const aim = scope.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
    if (!aim || aim.disabled) return;
    event.preventDefault();
    if (typing(aim)) aim.focus();
    else aim.click();
  });

  // Arrow keys walk from the search field through its results, Escape leaves

  document.addEventListener("keydown", (event) => {
    const search = event.target.closest?.(".search");
    if (!search || !["ArrowDown", "ArrowUp", "Escape"].includes(event.key)) return;
    if (event.key === "Escape") return document.activeElement.blur();
    const stops = [search.querySelector("input"), ...search.querySelectorAll(".search-hit")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    event.preventDefault();
    stops[Math.min(Math.max(stops.indexOf(event.target) + step, 0), stops.length - 1)].focus();
  });

  // When the server says no, or nothing

  document.addEventListener("htmx:responseError", (event) => {
    const words = document.body.dataset;
    toast(event.detail.xhr.status === 403 ? words.wordsDenied : words.wordsFailed);
  });
  document.addEventListener("htmx:sendError", () => toast(document.body.dataset.wordsOffline));
  document.addEventListener("htmx:timeout", () => toast(document.body.dataset.wordsOffline));

  document.addEventListener("DOMContentLoaded", watchToasts);

  window.shuke = Object.assign(window.shuke || {}, { toast, ask });
})();
