// From our data to ECharts' options, one function per kind; colours are read from tokens.css each time.
(function () {
  "use strict";

  const SERIES_TONES = ["green", "blue", "amber", "violet", "red", "slate"];
  const NARROW = 420; // px of the box, not of the window

  // Colours and numbers

  function colour(name, css = "") {
    const probe = document.createElement("i");
    probe.className = css;
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const seen = getComputedStyle(probe).color;
    probe.remove();
    return seen;
  }

  function toneColour(tone, index) {
    return colour("--tone", `tone-${tone || SERIES_TONES[index % SERIES_TONES.length]}`);
  }

  function theme(box) {
    return {
      ink: colour("--chart-ink"),
      strong: colour("--ink"),
      grid: colour("--chart-grid"),
      track: colour("--chart-track"),
      surface: colour("--chart-surface"),
      line: colour("--line"),
      ramp: [colour("--chart-ramp-low"), colour("--chart-ramp-high")],
      font: getComputedStyle(document.body).fontFamily,
      narrow: box.clientWidth < NARROW,
      width: box.clientWidth,
      height: box.clientHeight,
      still: matchMedia("(prefers-reduced-motion: reduce)").matches,
    };
  }

  const language = () => document.documentElement.lang;
  const symbol = () => document.body.dataset.currency;

  function writer(format) {
    const plain = new Intl.NumberFormat(language(), { maximumFractionDigits: 1 });
    const share = new Intl.NumberFormat(language(), { style: "percent", maximumFractionDigits: 1 });
    const money = new Intl.NumberFormat(language(), { maximumFractionDigits: 0 });
    if (format === "percent") return (value) => share.format(value);
    if (format === "money") return (value) => `${symbol()}${money.format(value / 100)}`;
    return (value) => plain.format(value);
  }

  // Axes have room for 2万 or 20K, not for ¥20,000.00.
  function axisWriter(format) {
    if (format === "percent") return writer(format);
    const short = new Intl.NumberFormat(language(), { notation: "compact", maximumFractionDigits: 1 });
    if (format === "money") return (value) => `${symbol()}${short.format(value / 100)}`;
    return (value) => (Math.abs(value) >= 10000 ? short.format(value) : writer()(value));
  }

  // Parts that several kinds share

  function text(look, more) {
    return { color: look.ink, fontFamily: look.font, fontSize: 12, ...more };
  }

  function tip(title, rows) {
    const box = document.createElement("div");
    box.className = "chart-tip";
    if (title) box.append(line("chart-tip-title", title));
    for (const [name, value, dot] of rows) {
      const row = line("chart-tip-row", name);
      row.style.setProperty("--dot", dot);
      const figure = document.createElement("b");
      figure.textContent = value;
      row.append(figure);
      box.append(row);
    }
    return box;
  }

  function line(css, words) {
    const node = document.createElement("div");
    node.className = css;
    node.textContent = words;
    return node;
  }

  function base(look) {
    return {
      animation: !look.still,
      animationDuration: 350,
      textStyle: { fontFamily: look.font },
      aria: { enabled: false }, // the figure carries its label and its table
      tooltip: {
        confine: true,
        backgroundColor: look.surface,
        borderColor: look.line,
        padding: [8, 12],
        textStyle: text(look, { color: look.strong }),
      },
    };
  }

  function legend(look, names, figures = {}) {
    return {
      data: names,
      formatter: (name) => (name in figures ? `${name}  ${figures[name]}` : name),
      bottom: 0,
      type: names.length > 4 && look.narrow ? "scroll" : "plain",
      itemWidth: 10,
      itemHeight: 10,
      itemGap: look.narrow ? 10 : 16,
      icon: "roundRect",
      textStyle: text(look),
      inactiveColor: look.grid,
    };
  }

  function valueAxis(look, format) {
    return {
      type: "value",
      axisLabel: text(look, { formatter: axisWriter(format) }),
      splitLine: { lineStyle: { color: look.grid, type: "dashed" } },
      splitNumber: 4,
    };
  }

  function nameAxis(look, names) {
    return {
      type: "category",
      data: names,
      axisLabel: text(look, { hideOverlap: true }),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: look.grid } },
    };
  }

  const place = { left: 4, right: 12, top: 12, containLabel: true, outerBoundsMode: "same", outerBoundsContain: "axisLabel" };

  function itemsOf(data) {
    return data.items.map((item, index) => ({
      name: item.label,
      value: Number(item.value),
      url: item.url,
      cursor: item.url ? "pointer" : "default",
      itemStyle: { color: toneColour(item.tone, item.tone ? 0 : data.plain ? 0 : index) },
    }));
  }

  function itemTip(look, format) {
    const write = writer(format);
    return { ...base(look).tooltip, formatter: (point) => tip("", [[point.name, write(point.value), point.color]]) };
  }

  // The kinds

  function bars(data, look) {
    const items = itemsOf(data).reverse(); // the first label belongs on top
    const write = writer(data.format);
    return {
      ...base(look),
      tooltip: itemTip(look, data.format),
      grid: { ...place, top: 4, bottom: 4, right: 4 },
      // The longest bar leaves room for its figure.
      xAxis: { type: "value", axisLabel: { show: false }, splitLine: { show: false }, max: Math.max(...items.map((item) => item.value), 1) * 1.2 },
      yAxis: { ...nameAxis(look, items.map((item) => item.name)), axisLine: { show: false }, axisLabel: text(look, { fontSize: 13 }) },
      series: [
        {
          type: "bar",
          data: items,
          barMaxWidth: 22,
          showBackground: true,
          backgroundStyle: { color: look.track, borderRadius: 4, opacity: 0.55 },
          itemStyle: { borderRadius: 4 },
          label: { show: true, position: "right", formatter: (point) => write(point.value), ...text(look, { color: look.strong, fontWeight: 600 }) },
        },
      ],
    };
  }

  function columns(data, look) {
    const items = itemsOf({ ...data, plain: true });
    return {
      ...base(look),
      tooltip: itemTip(look, data.format),
      grid: { ...place, bottom: 4 },
      xAxis: nameAxis(look, items.map((item) => item.name)),
      yAxis: valueAxis(look, data.format),
      series: [{ type: "bar", data: items, barMaxWidth: 40, itemStyle: { borderRadius: [4, 4, 0, 0] } }],
    };
  }

  function pointsOf(series) {
    return series.values.map((value, index) => {
      const url = series.urls?.[index];
      return { value: value === null ? null : Number(value), url, cursor: url ? "pointer" : "default" };
    });
  }

  function overTime(data, look, draw) {
    const write = writer(data.format);
    const names = data.series.map((series) => series.name);
    const many = names.length > 1;
    return {
      ...base(look),
      tooltip: {
        ...base(look).tooltip,
        trigger: "axis",
        axisPointer: { type: draw.type === "bar" ? "shadow" : "line", shadowStyle: { color: look.track, opacity: 0.4 }, lineStyle: { color: look.grid } },
        formatter: (points) => tip(points[0].name, [...points].map((point) => [point.seriesName, write(point.value), point.color])),
      },
      legend: many ? legend(look, names) : { show: false },
      grid: { ...place, bottom: many ? 34 : 4 },
      xAxis: { ...nameAxis(look, data.labels), boundaryGap: draw.type === "bar" },
      yAxis: valueAxis(look, data.format),
      series: data.series.map((series, index) => {
        const shade = toneColour(series.tone, index);
        return { name: series.name, data: pointsOf(series), itemStyle: { color: shade }, ...draw, ...(draw.areaStyle ? { areaStyle: { color: shade, opacity: 0.14 } } : {}) };
      }),
    };
  }

  const stackedBars = (data, look) => overTime(data, look, { type: "bar", stack: "all", barMaxWidth: 44, barCategoryGap: "45%" });
  const trend = { type: "line", smooth: 0.25, showSymbol: false, symbolSize: 7, lineStyle: { width: 2.5 }, emphasis: { focus: "series" } };
  const lines = (data, look) => overTime(data, look, { ...trend, showSymbol: data.labels.length < 15 });
  const area = (data, look) => overTime(data, look, { ...trend, areaStyle: {} });

  // Steps, for nothing is known between two days on which something happened, each within the band of its 95 %.
  function survival(data, look) {
    const steps = lines(data, look);
    const bands = data.series.flatMap((series, index) => band(series, toneColour(series.tone, index)));
    return {
      ...steps,
      xAxis: { ...steps.xAxis, boundaryGap: false },
      yAxis: { ...steps.yAxis, min: 0, max: 1, interval: 0.25 },
      series: [...steps.series.map((drawn) => ({ ...drawn, smooth: false, step: "end", showSymbol: false })), ...bands],
      tooltip: {
        ...steps.tooltip,
        formatter: (points) => steps.tooltip.formatter(points.filter((point) => point.seriesIndex < data.series.length && Number.isFinite(point.value))),
      },
    };
  }

  function band(series, shade) {
    const edge = { type: "line", step: "end", stack: `band ${series.name}`, symbol: "none", silent: true, lineStyle: { opacity: 0 } };
    const wide = series.high.map((high, index) => (high === null ? null : high - series.low[index]));
    return [
      { ...edge, name: `${series.name} low`, data: series.low },
      { ...edge, name: `${series.name} high`, data: wide, areaStyle: { color: shade, opacity: 0.12 } },
    ];
  }

  function sankey(data, look) {
    const write = writer(data.format);
    const room = (depth) => Math.ceil(widest(data.nodes.filter((node) => node.depth === depth).map((node) => node.label), look)) + 12;
    return {
      ...base(look),
      tooltip: { ...base(look).tooltip, formatter: (point) => tip("", [[point.data.label, write(point.value), point.color]]) },
      series: [
        {
          type: "sankey",
          left: room(0),
          right: room(1),
          top: 8,
          bottom: 8,
          nodeWidth: 14,
          nodeGap: 14,
          draggable: false,
          layoutIterations: 0, // in the order in which they are given
          data: data.nodes.map((node) => ({
            name: node.name,
            label: text(look, { position: node.depth ? "right" : "left", formatter: node.label }),
            depth: node.depth,
            itemStyle: { color: toneColour(node.tone), borderWidth: 0 },
          })),
          links: data.links.map((link) => ({ ...link, value: Number(link.value), cursor: link.url ? "pointer" : "default" })),
          lineStyle: { color: "source", opacity: 0.35, curveness: 0.5 },
          emphasis: { focus: "adjacency" },
        },
      ],
    };
  }

  function donut(data, look) {
    const write = writer(data.format);
    const items = itemsOf(data);
    const figures = Object.fromEntries(items.map((item) => [item.name, write(item.value)]));
    return {
      ...base(look),
      tooltip: itemTip(look, data.format),
      legend: legend(look, items.map((item) => item.name), look.narrow ? figures : {}),
      series: [
        {
          type: "pie",
          radius: ["50%", "72%"],
          center: ["50%", "44%"],
          data: items,
          padAngle: 2,
          itemStyle: { borderRadius: 4 },
          label: text(look, { show: !look.narrow, formatter: (point) => `${point.name}\n${write(point.value)}`, lineHeight: 16 }),
          labelLine: { show: !look.narrow, lineStyle: { color: look.grid } },
        },
      ],
    };
  }

  // Labels stand outside: on a thin slice they would be cut.
  function funnel(data, look) {
    const write = writer(data.format);
    return {
      ...base(look),
      tooltip: itemTip(look, data.format),
      series: [
        {
          type: "funnel",
          sort: "none",
          left: 0,
          right: look.narrow ? 128 : 168,
          top: 8,
          bottom: 8,
          gap: 3,
          minSize: "6%",
          data: itemsOf(data),
          label: text(look, { position: "right", formatter: (point) => `${point.name}  {figure|${write(point.value)}}`, rich: { figure: { color: look.strong, fontWeight: 600, fontFamily: look.font } } }),
          labelLine: { length: 12, lineStyle: { color: look.grid } },
          itemStyle: { borderWidth: 0, borderRadius: 3 },
        },
      ],
    };
  }

  function heatmap(data, look) {
    const write = writer(data.format);
    const most = Math.max(1, ...data.cells.map((cell) => Number(cell.value)));
    const [low, high] = look.ramp;
    const title = (words) => ({ name: words, nameLocation: "middle", nameTextStyle: text(look) });
    return {
      ...base(look),
      tooltip: {
        ...base(look).tooltip,
        formatter: (point) => tip(`${data.y_words || ""} ${data.y[point.value[1]]} · ${data.x_words || ""} ${data.x[point.value[0]]}`, [[data.words || "", write(point.value[2]), point.color]]),
      },
      grid: { left: data.y_words ? 28 : 4, right: 4, top: 4, bottom: data.x_words ? 22 : 4, containLabel: true },
      xAxis: { ...nameAxis(look, data.x), ...title(data.x_words), nameGap: 26, axisLine: { show: false } },
      yAxis: { ...nameAxis(look, data.y), ...title(data.y_words), nameGap: 24, axisLine: { show: false }, inverse: true },
      visualMap: { show: false, min: 0, max: most, inRange: { color: [low, high] } },
      series: [
        {
          type: "heatmap",
          data: data.cells.map((cell) => ({
            value: [cell.x, cell.y, Number(cell.value)],
            url: cell.url,
            cursor: cell.url ? "pointer" : "default",
            label: { color: labelOn(Number(cell.value) / most) },
          })),
          itemStyle: { borderColor: look.surface, borderWidth: 3, borderRadius: 6 },
          label: { show: true, formatter: (point) => write(point.value[2]), fontFamily: look.font, fontSize: look.narrow ? 11 : 12 },
          emphasis: { itemStyle: { borderColor: look.strong, borderWidth: 1 } },
        },
      ],
    };
  }

  // Light theme: dark words on pale cells, white on deep ones; dark theme the other way round.
  function labelOn(strength) {
    const dark = document.documentElement.dataset.bsTheme === "dark";
    if (dark) return strength > 0.5 ? "#04120e" : "#ffffff";
    return strength > 0.8 ? "#ffffff" : "#0b2a20";
  }

  function gauge(data, look) {
    const most = Number(data.most || 100);
    const value = Number(data.value);
    const reached = data.goal === undefined || value >= Number(data.goal);
    const shade = toneColour(reached ? "green" : "amber");
    const write = writer(data.format);
    const ring = { type: "gauge", startAngle: 210, endAngle: -30, min: 0, max: most, radius: "96%", center: ["50%", "60%"], pointer: { show: false }, axisTick: { show: false }, splitLine: { show: false }, axisLabel: { show: false } };
    const marks = data.goal === undefined ? [] : [goalMark(ring, data, look)];
    return {
      ...base(look),
      tooltip: { show: false },
      series: [
        {
          ...ring,
          progress: { show: true, width: 16, roundCap: true, itemStyle: { color: shade } },
          axisLine: { roundCap: true, lineStyle: { width: 16, color: [[1, look.track]] } },
          detail: { formatter: write, offsetCenter: [0, "-4%"], color: look.strong, fontSize: 30, fontWeight: 700, fontFamily: look.font },
          title: text(look, { offsetCenter: [0, "24%"], fontSize: 13 }),
          data: [{ value, name: data.label, url: data.url }],
        },
        ...marks,
      ],
    };
  }

  function goalMark(ring, data, look) {
    return {
      ...ring,
      z: 5,
      axisLine: { show: false },
      pointer: { show: true, icon: "rect", width: 3, length: 22, offsetCenter: [0, "-82%"], itemStyle: { color: look.strong } },
      detail: { show: false },
      title: { show: false },
      data: [{ value: Number(data.goal) }],
    };
  }

  // Width in pixels of the longest of some words, so that a chart leaves room for it.
  function widest(words, look) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `12px ${look.font}`;
    return Math.max(...words.map((word) => pen.measureText(word).width));
  }

  function radar(data, look) {
    const write = writer(data.format);
    const names = data.series.map((series) => series.name);
    return {
      ...base(look),
      tooltip: { ...base(look).tooltip, formatter: (point) => tip(point.name, data.labels.map((label, index) => [label, write(point.value[index]), point.color])) },
      legend: names.length > 1 ? legend(look, names) : { show: false },
      radar: {
        indicator: data.labels.map((name) => ({ name, max: Number(data.most || 100) })),
        radius: Math.max(40, Math.min(look.height * 0.31, (look.width / 2 - widest(data.labels, look) - 8) / 0.87)),
        axisNameGap: 8,
        center: ["50%", names.length > 1 ? "46%" : "52%"],
        axisName: text(look),
        splitArea: { show: false },
        splitLine: { lineStyle: { color: look.grid } },
        axisLine: { lineStyle: { color: look.grid } },
      },
      series: [
        {
          type: "radar",
          symbolSize: 5,
          data: data.series.map((series, index) => {
            const shade = toneColour(series.tone, index);
            return { name: series.name, value: series.values.map(Number), itemStyle: { color: shade }, lineStyle: { color: shade, width: 2 }, areaStyle: { color: shade, opacity: 0.16 } };
          }),
        },
      ],
    };
  }

  const KINDS = { bars, columns, "stacked-bars": stackedBars, line: lines, area, donut, funnel, heatmap, gauge, radar, sankey, survival };

  function chartOption(kind, data, box) {
    return KINDS[kind](data, theme(box));
  }

  window.shuke = Object.assign(window.shuke || {}, { chartOption });
})();
