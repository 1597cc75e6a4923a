// Shuke's web beacon: tells the shop's Shuke what a customer does, once the customer has allowed it.
// It keeps nothing on the visitor's device and sends nothing for visitors whom the shop has not named.
(() => {
  "use strict";
  const script = document.currentScript;
  const { site, customer, signature } = script.dataset;
  const address = new URL(`beacon/${site}`, script.src).href;
  const TOGETHER = 20;
  const MOST = 200;
  const PAUSE = 2000;
  const LONGEST = 300;
  let waiting = [];
  let failures = 0;
  let timer;

  const allowed = () =>
    script.dataset.consent === "yes" && !navigator.globalPrivacyControl && navigator.doNotTrack !== "1";

  const later = () => {
    timer ||= setTimeout(send, PAUSE * 2 ** failures);
  };

  const text = (value) => (value == null ? undefined : [...String(value)].slice(0, LONGEST).join(""));

  function tell(kind, subject, value) {
    if (!customer || !signature || !allowed() || waiting.length >= MOST) return;
    waiting.push({ key: crypto.randomUUID(), at: performance.now(), kind, subject: text(subject), value: text(value) });
    later();
  }

  function send() {
    clearTimeout(timer);
    timer = undefined;
    if (!allowed()) waiting = [];
    const events = waiting.splice(0, TOGETHER);
    if (!events.length) return;
    const sent = events.map(({ at, ...event }) => ({ ...event, ago: Math.round(performance.now() - at) }));
    const body = JSON.stringify({ customer, signature, consent: "yes", events: sent });
    const again = () => {
      failures += 1;
      if (failures > 5) return;
      waiting = [...events, ...waiting];
      later();
    };
    if ("keepalive" in Request.prototype) {
      const options = { method: "POST", body, keepalive: true, credentials: "omit" };
      fetch(address, options).then((answer) => (answer.ok ? (failures = 0) : again()), again);
    } else {
      navigator.sendBeacon(address, body);
    }
    send();
  }

  const path = () => {
    try {
      return decodeURIComponent(location.pathname);
    } catch {
      return location.pathname;
    }
  };

  const early = (window.shuke && window.shuke.q) || [];
  window.shuke = tell;
  tell("view", path());
  early.forEach((said) => tell(...said));
  addEventListener("pagehide", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
})();
