// Boards: drag a card, or send it by its menu. The server has the last word: a refused move goes back.
(function () {
  "use strict";

  const sortableUrl = document.currentScript.dataset.sortable;
  let sortable; // the library, loaded by the first page that has a board

  function load() {
    sortable ||= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = sortableUrl;
      script.onload = () => resolve(window.Sortable);
      script.onerror = reject;
      document.head.append(script);
    });
    return sortable;
  }

  function count(board) {
    for (const list of board.querySelectorAll("[data-column]")) {
      list.parentElement.querySelector("[data-count]").textContent = list.querySelectorAll(".board-card").length;
    }
  }

  function place(card, list, before) {
    const board = list.closest("[data-kanban]");
    list.insertBefore(card, before || list.querySelector(".board-empty"));
    count(board);
  }

  // A page may hold a move back to ask something first: it prevents shuke:moving and calls detail.go(more) or detail.back().
  function move(card, list, home) {
    const detail = { column: list.dataset.column, go: (more) => send(card, list, home, more), back: () => place(card, home.list, home.next) };
    const moving = new CustomEvent("shuke:moving", { bubbles: true, cancelable: true, detail });
    if (card.dispatchEvent(moving)) detail.go();
  }

  async function send(card, list, home, more = {}) {
    const body = new URLSearchParams({ ...more, column: list.dataset.column });
    const headers = { "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"], "HX-Request": "true" };
    card.dataset.sending = "";
    const answer = await fetch(card.dataset.move, { method: "POST", body, headers }).catch(() => null);
    delete card.dataset.sending;
    if (!answer?.ok) return refused(card, home, answer);
    const words = list.closest("[data-kanban]")?.dataset.moved;
    if (words) window.shuke.toast(words.replace("%s", list.dataset.title), "success");
    document.getElementById(card.id)?.dispatchEvent(new CustomEvent("shuke:moved", { bubbles: true, detail: { column: list.dataset.column } }));
  }

  // A conflict and an input that does not fit come with their words.
  async function refused(card, home, answer) {
    place(card, home.list, home.next);
    const told = [409, 422].includes(answer?.status) ? await answer.text() : "";
    window.shuke.toast(told || (answer ? document.body.dataset.wordsFailed : document.body.dataset.wordsOffline));
    card.dispatchEvent(new CustomEvent("shuke:refused", { bubbles: true }));
  }

  // A move without the mouse.
  function carry(card, list) {
    const home = homeOf(card);
    place(card, list);
    card.querySelector(".board-card-title").focus();
    move(card, list, home);
  }

  function homeOf(card) {
    return { list: card.parentElement, next: card.nextElementSibling };
  }

  function dragging(board, Sortable) {
    let home;
    for (const list of board.querySelectorAll("[data-column]")) {
      Sortable.create(list, {
        group: board.id || "board",
        draggable: ".board-card[data-move]",
        filter: ".board-move",
        preventOnFilter: false,
        forceFallback: true, // the native drag cannot be styled and mouse-driven tests cannot do it
        fallbackTolerance: 4,
        delay: 180,
        delayOnTouchOnly: true, // a swipe scrolls, a press picks up
        animation: 120,
        onStart: (event) => (home = homeOf(event.item)),
        onEnd: (event) => {
          event.to.append(event.to.querySelector(".board-empty"));
          count(board);
          if (event.from !== event.to) move(event.item, event.to, home);
        },
      });
    }
  }

  // The menu of a card lists the other columns of its board, made when it opens.
  document.addEventListener("show.bs.dropdown", (event) => {
    const menu = event.target.parentElement.querySelector("[data-move-menu]");
    if (!menu) return;
    const card = menu.closest(".board-card");
    menu.replaceChildren(
      ...[...card.closest("[data-kanban]").querySelectorAll("[data-column]")]
        .filter((list) => list !== card.parentElement)
        .map((list) => {
          const choice = document.createElement("button");
          choice.type = "button";
          choice.className = "dropdown-item";
          choice.textContent = list.dataset.title;
          choice.addEventListener("click", () => carry(card, list));
          return choice;
        }),
    );
  });

  async function start(root) {
    const boards = root.matches?.("[data-kanban]") ? [root] : root.querySelectorAll("[data-kanban]");
    if (!boards.length) return;
    const Sortable = await load();
    for (const board of boards) dragging(board, Sortable);
  }

  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:load", (event) => event.target !== document.body && start(event.target));

  window.shuke = Object.assign(window.shuke || {}, { moveCard: carry });
})();
