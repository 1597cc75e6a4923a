// The call list by keyboard: one key ends a follow-up, and the next one is there.
(function () {
  "use strict";

  const list = () => document.querySelector("[data-calls]");
  const open = () => [...document.querySelectorAll("[data-call]")];
  const panelOf = (call) => call.querySelector("details");

  // Where one is: the row of the focus, else the open one, else the first.
  function current() {
    return document.activeElement?.closest("[data-call]") || open().find((call) => panelOf(call).open) || open()[0];
  }

  function goTo(call, { unfold }) {
    if (!call) return;
    if (unfold) panelOf(call).open = true;
    const line = call.querySelector("summary");
    line.focus({ preventScroll: true });
    call.scrollIntoView({ block: "nearest", behavior: "auto" });
  }

  function step(by) {
    const calls = open();
    const here = calls.indexOf(current());
    const next = document.activeElement?.closest("[data-call]") ? calls[here + by] : calls[Math.max(here, 0)];
    goTo(next, { unfold: calls.some((call) => panelOf(call).open) });
  }

  // A promise is asking for its date: the figures mean dates now.
  function asking(call) {
    return call.querySelector("[data-promise][open]");
  }

  function press(call, key) {
    if (!panelOf(call).open) return false;
    const promise = asking(call);
    const aim = promise ? promise.querySelector(`[data-promise-key="${key}"]`) : call.querySelector(`[data-key="${key}"]`);
    if (!aim) return false;
    if (aim.matches("input")) aim.focus();
    else aim.click();
    if (aim.matches("summary")) aim.focus();
    return true;
  }

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    n: (call) => {
      panelOf(call).open = true;
      call.querySelector("[data-note]").focus();
    },
    p: (call) => call.querySelector("[data-phone]")?.click(),
  };

  function typing(target) {
    return /^(input|select|textarea)$/i.test(target.tagName);
  }

  function leave(event) {
    const call = event.target.closest?.("[data-call]");
    if (!call) return;
    const promise = asking(call);
    if (promise) promise.open = false;
    goTo(call, { unfold: false });
  }

  document.addEventListener("keydown", (event) => {
    if (!list() || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return leave(event);
    if (typing(event.target)) return;
    const call = current();
    if (!call) return;
    if (KEYS[event.key]) KEYS[event.key](call);
    else if (!/^[1-9]$/.test(event.key) || event.repeat || !press(call, event.key)) return;
    event.preventDefault();
  });

  // After an answer: on to the next one, or to what did not fit.

  let after; // the row behind the one that is being ended

  document.addEventListener("htmx:beforeRequest", (event) => {
    const call = event.target.closest("[data-call]");
    if (!call || event.target.matches("[data-phone]")) return;
    const calls = open();
    after = calls[calls.indexOf(call) + 1] || calls.find((other) => other !== call);
  });

  // A colleague was faster: the answer is the row as it is now, so it is drawn like any other.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status !== 409 || !event.detail.target.matches("[data-call]")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const row = event.target;
    if (!row.matches(".call")) return;
    if (row.matches("[data-call]")) return goTo(row, { unfold: true });
    if (after?.isConnected) goTo(after, { unfold: true });
    else if (!open().length) location.assign(location.href);
  });

  document.addEventListener("DOMContentLoaded", () => {
    if (matchMedia("(hover: hover)").matches && !location.hash) goTo(open()[0], { unfold: true });
  });
})();
