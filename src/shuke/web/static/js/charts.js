// Draws every [data-chart] with the numbers of #<id>-data; options come from chart-options.js.
(function () {
  "use strict";

  const echartsUrl = document.currentScript.dataset.echarts;
  let library; // a megabyte, loaded by the first page that has a chart

  function load() {
    library ||= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = echartsUrl;
      script.onload = () => resolve(window.echarts);
      script.onerror = reject;
      document.head.append(script);
    });
    return library;
  }

  const resizing = new ResizeObserver((entries) => {
    for (const { target } of entries) draw(target);
  });

  function draw(box) {
    if (!box.clientWidth) return; // in a closed tab or dialog; it is drawn when it opens
    const chart = window.echarts.getInstanceByDom(box) || create(box);
    const data = JSON.parse(document.getElementById(`${box.id}-data`).textContent);
    chart.resize();
    chart.setOption(window.shuke.chartOption(box.dataset.chart, data, box), { notMerge: true });
  }

  function create(box) {
    const chart = window.echarts.init(box, null, { renderer: "canvas" });
    chart.on("click", (event) => {
      const url = event.data?.url;
      if (url) location.assign(url);
    });
    return chart;
  }

  async function start(root) {
    const boxes = root.matches?.("[data-chart]") ? [root] : [...root.querySelectorAll("[data-chart]")];
    if (!boxes.length) return;
    await load();
    for (const box of boxes) resizing.observe(box);
  }

  function forget(root) {
    for (const box of root.querySelectorAll?.("[data-chart]") || []) window.echarts?.getInstanceByDom(box)?.dispose();
  }

  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:load", (event) => event.target !== document.body && start(event.target));
  document.addEventListener("htmx:beforeCleanupElement", (event) => forget(event.target));
  document.addEventListener("shuke:theme", () => {
    if (window.echarts) document.querySelectorAll("[data-chart]").forEach(draw);
  });
})();
