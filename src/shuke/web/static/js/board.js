// The board beyond dragging: arrow keys, the outcome that the last column asks for, and drawing anew what others changed.
(function () {
  "use strict";

  const DONE = "done";
  const board = () => document.getElementById("board");
  const columns = () => [...board().querySelectorAll("[data-column]")];
  const cardsOf = (list) => [...list.querySelectorAll(".board-card")];
  const titleOf = (card) => card.querySelector(".board-card-title");

  // Arrow keys walk over the cards; with Shift they move the card.

  function neighbour(card, key) {
    const list = card.parentElement;
    const cards = cardsOf(list);
    if (key === "ArrowUp" || key === "ArrowDown") return cards[cards.indexOf(card) + (key === "ArrowDown" ? 1 : -1)];
    const lists = columns();
    const aside = lists[lists.indexOf(list) + (key === "ArrowRight" ? 1 : -1)];
    return aside && (cardsOf(aside)[cards.indexOf(card)] || cardsOf(aside).at(-1));
  }

  function shift(card, key) {
    const lists = columns();
    const list = lists[lists.indexOf(card.parentElement) + (key === "ArrowRight" ? 1 : -1)];
    if (list && card.dataset.move) window.shuke.moveCard(card, list);
  }

  document.addEventListener("keydown", (event) => {
    const card = event.target.closest?.("#board .board-card");
    if (!card || !event.key.startsWith("Arrow") || event.target.closest(".board-move")) return;
    event.preventDefault();
    if (!event.shiftKey) titleOf(neighbour(card, event.key) || card).focus();
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") shift(card, event.key);
  });

  // Nothing is done without an outcome.

  document.addEventListener("shuke:moving", (event) => {
    if (event.detail.column !== DONE) return;
    event.preventDefault();
    ask(event.target, event.detail);
  });

  function ask(card, { go, back }) {
    const dialog = document.getElementById("ending");
    const form = dialog.querySelector("form");
    let answer = null;
    form.reset();
    form.querySelector("[data-promise]").open = false;
    form.querySelector("[data-ending-who]").textContent = titleOf(card).textContent;
    form.onsubmit = (event) => {
      answer = Object.fromEntries(new FormData(form, event.submitter));
    };
    dialog.addEventListener("close", () => (answer ? go(answer) : back()), { once: true });
    dialog.showModal();
    form.querySelector("[data-key]").focus();
  }

  document.addEventListener("keydown", (event) => {
    const dialog = event.target.closest?.("#ending[open]");
    if (!dialog || !/^[1-9]$/.test(event.key) || /^(input|textarea)$/i.test(event.target.tagName)) return;
    const promise = dialog.querySelector("[data-promise][open]");
    const aim = promise ? promise.querySelector(`[data-promise-key="${event.key}"]`) : dialog.querySelector(`[data-key="${event.key}"]`);
    if (!aim) return;
    event.preventDefault();
    if (aim.matches("input")) aim.focus();
    else aim.click();
  });

  // Drawn anew after a change, but never under somebody's hands.

  const changed = () => window.htmx.trigger(board(), "shuke:changed");
  document.addEventListener("shuke:moved", changed);
  document.addEventListener("shuke:refused", changed);

  let focused = "";

  function busy() {
    return document.querySelector(".sortable-ghost, .sortable-chosen, #ending[open]") || board().querySelector(".dropdown-menu.show, [data-sending]");
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "board") return;
    if (busy()) event.detail.shouldSwap = false;
    focused = document.activeElement?.closest("#board .board-card")?.id || "";
  });

  // At once: a key that is pressed before the board has settled is meant for the same card.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "board" || !focused) return;
    const card = document.getElementById(focused);
    if (card) titleOf(card).focus();
  });
})();
