// Draws the charts of a page. The numbers come with the page as JSON; colours come from app.css,
// so a chart follows the theme. Each chart can show its numbers and download them.
// segment-charts.js adds the kinds that only segments need.
window.coterieCharts = (() => {
  const NARROW = 560; // pixels below which long names have no room beside each other
  const drawn = new Map();
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const color = (name) => css(`--${name}`);
  const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
  const precise = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });
  const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

  const tick = (value) => (Math.abs(value) < 1000 ? precise : compact).format(value).replace("-", "−");

  function show(value, chart) {
    return chart.percent ? `${whole.format(100 * value)}%` : whole.format(value);
  }

  function fade(hex, alpha) {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    return `rgba(${r}, ${g}, ${b}, ${alpha})`;
  }

  function frame() {
    return {
      responsive: true,
      maintainAspectRatio: false,
      animation: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 250 },
      color: css("--ink-soft"),
      font: { family: css("--bs-font-sans-serif"), size: 12 },
      interaction: { mode: "index", intersect: false },
      plugins: {
        legend: {
          align: "end",
          labels: { color: css("--ink-soft"), boxWidth: 10, boxHeight: 10, useBorderRadius: true, borderRadius: 2, font: { family: "Inter", size: 12 } },
        },
        tooltip: {
          padding: 10, cornerRadius: 8, boxPadding: 4, usePointStyle: true,
          backgroundColor: css("--ink"), titleColor: css("--card"), bodyColor: css("--card"),
        },
      },
    };
  }

  // The legend names what is not minor, and the minor ones together: "12 others".
  function legend(options, sets, label = (item) => item) {
    const usual = Chart.defaults.plugins.legend.labels.generateLabels;
    const { labels } = options.plugins.legend;
    labels.generateLabels = (drawing) => {
      const items = usual(drawing).map((item) => label(item, drawing));
      const [minor, named] = [true, false].map((is) => items.filter(({ datasetIndex: i }) => Boolean(sets[i]?.is_minor) === is));
      if (!minor.length) return named;
      const shared = css("--others");
      const together = minor.map((item) => item.datasetIndex);
      const text = `${minor.length} other${minor.length > 1 ? "s" : ""}`;
      return [...named, { ...minor[0], text, fillStyle: shared, strokeStyle: shared, together }];
    };
    options.plugins.legend.onClick = (event, item, { chart: drawing }) => {
      const which = item.together ?? [item.datasetIndex];
      which.forEach((i) => drawing.setDatasetVisibility(i, item.hidden));
      drawing.update();
    };
  }

  // What a legend of these names takes, in pixels, where its lines are so wide.
  function legendHeight(names, wide) {
    const rows = names.reduce(([count, used], name) => {
      const width = Math.min(6.6 * name.length + 32, wide);
      return used + width > wide ? [count + 1, width] : [count, used + width];
    }, [1, 0]);
    return 22 * rows[0];
  }

  function axis(title, extra = {}) {
    return {
      title: { display: Boolean(title), text: title, color: css("--ink-soft"), font: { family: "Inter", size: 12 } },
      grid: { color: css("--line"), drawTicks: false },
      border: { display: false },
      ticks: { color: css("--ink-soft"), padding: 6, font: { family: "Inter", size: 11.5 }, maxRotation: 0, autoSkipPadding: 14 },
      ...extra,
    };
  }

  function values(chart, title) {
    const base = axis(title, { beginAtZero: true, stacked: chart.stacked });
    const counts = chart.series.every((series) => series.values.every(Number.isInteger));
    if (counts) base.ticks.precision = 0;
    base.ticks.callback = (value) => (chart.percent ? `${Math.round(100 * value)}%` : tick(value));
    return base;
  }

  // A long label in two lines; what does not fit those either is cut.
  function lines(label, most) {
    if (label.length <= most) return label;
    const at = label.lastIndexOf(" ", most);
    const first = at > 0 ? label.slice(0, at) : label.slice(0, most);
    const rest = label.slice(first.length).trim();
    return [first, rest.length > most ? `${rest.slice(0, most - 1)}…` : rest];
  }

  function cartesian(chart, flipped) {
    const options = frame();
    const labels = axis(flipped ? "" : chart.axis, { grid: { display: false }, stacked: chart.stacked });
    if (flipped) {
      labels.ticks.autoSkip = false;
      labels.ticks.callback = function cut(value) {
        const label = this.getLabelForValue(value);
        return lines(label, this.chart.width < 480 ? 16 : 28);
      };
    }
    if (chart.every_label) {
      Object.assign(labels.ticks, { autoSkip: false, maxRotation: 90 });
      labels.ticks.callback = function both(value) {
        return this.getLabelForValue(value).split(", ");
      };
    }
    const unit = chart.percent ? "" : chart.unit[0].toUpperCase() + chart.unit.slice(1);
    options.indexAxis = flipped ? "y" : "x";
    options.scales = flipped ? { y: labels, x: values(chart, unit) } : { x: labels, y: values(chart, unit) };
    options.plugins.legend.display = chart.series.length > 1;
    legend(options, chart.series);
    options.plugins.tooltip.callbacks = {
      label: ({ dataset, raw }) => {
        const name = dataset.label.toLowerCase() === chart.unit ? "" : `${dataset.label}: `;
        return ` ${name}${show(raw, chart)}${chart.percent ? "" : ` ${chart.unit}`}`;
      },
    };
    return options;
  }

  // From a chart's numbers, and whether there is little room, to what Chart.js draws. A `height` is
  // what the chart needs at least, in pixels.
  const makers = {
    line(chart) {
      return {
        type: "line",
        data: {
          labels: chart.labels,
          datasets: chart.series.map((series) => ({
            label: series.name, data: series.values,
            borderColor: color(series.color), backgroundColor: fade(color(series.color), 0.1),
            pointStyle: "circle", pointRadius: chart.labels.length > 40 ? 0 : 2.5, pointHoverRadius: 5,
            borderWidth: 2.25, tension: 0, fill: true,
          })),
        },
        options: cartesian(chart, false),
      };
    },
    bar(chart, narrow, flipped = false) {
      return {
        type: "bar",
        data: {
          labels: chart.labels,
          datasets: chart.series.map((series) => ({
            label: series.name, data: series.values,
            backgroundColor: series.colors.length ? series.colors.map(color) : color(series.color),
            borderRadius: 3, maxBarThickness: flipped ? 14 : 36, pointStyle: "rectRounded",
          })),
        },
        options: cartesian(chart, flipped),
      };
    },
    hbar(chart, narrow) {
      const isLong = chart.labels.some((label) => label.length > (narrow ? 16 : 28));
      return { ...makers.bar(chart, narrow, true), height: 60 + (isLong ? 34 : 22) * chart.labels.length };
    },
    doughnut(chart) {
      const options = frame();
      const data = chart.series[0].values;
      const sum = data.reduce((a, b) => a + b, 0) || 1;
      const colors = ["--gender-female", "--gender-male", "--muted"].map(css);
      options.cutout = "66%";
      options.interaction = { mode: "nearest", intersect: true };
      options.plugins.legend.position = "bottom";
      options.plugins.legend.align = "center";
      options.plugins.legend.labels.generateLabels = () =>
        chart.labels.map((label, i) => ({
          text: `${label} ${Math.round((100 * data[i]) / sum)}%`, fillStyle: colors[i], strokeStyle: colors[i],
          lineWidth: 0, borderRadius: 2, fontColor: css("--ink-soft"), index: i,
        }));
      options.plugins.tooltip.callbacks = {
        label: (item) => ` ${item.label}: ${whole.format(item.raw)} ${chart.unit} (${Math.round((100 * item.raw) / sum)}%)`,
      };
      return {
        type: "doughnut",
        data: { labels: chart.labels, datasets: [{ data, backgroundColor: colors, borderColor: css("--card"), borderWidth: 3 }] },
        options,
      };
    },
    scatter(chart) {
      const options = frame();
      options.animation = false;
      options.interaction = { mode: "nearest", intersect: true };
      options.scales = { x: axis(chart.axes[0]), y: axis(chart.axes[1]) };
      options.plugins.legend.align = "start";
      // Chart.js would show the faded colour of the dots.
      legend(options, chart.sets, (item, drawing) => {
        const { backgroundColor: full } = drawing.data.datasets[item.datasetIndex];
        return { ...item, fillStyle: full, strokeStyle: full, lineWidth: 0, borderRadius: 2 };
      });
      options.plugins.tooltip.callbacks = {
        label: (item) => ` ${[item.dataset.names[item.dataIndex], item.dataset.label].filter(Boolean).join(", ")}`,
      };
      const total = chart.sets.reduce((n, set) => n + set.points.length, 0);
      return {
        type: "scatter",
        data: {
          datasets: chart.sets.map((set) => ({
            label: set.name, names: set.labels, data: set.points.map(([x, y]) => ({ x, y })),
            backgroundColor: color(set.color), borderWidth: 0,
            pointBackgroundColor: fade(color(set.color), total > 2000 ? 0.45 : 0.65),
            pointRadius: total > 2000 ? 2 : 3, pointHoverRadius: 5, pointStyle: "circle",
          })),
        },
        options,
      };
    },
  };

  // Room for a legend of several lines, and for the picture below it.
  function withLegend({ type, data, options }, wide) {
    if (type === "doughnut" || options.plugins.legend.display === false) return 0;
    const needed = legendHeight(data.datasets.slice(0, 12).map((set) => set.label ?? ""), wide - 8);
    options.plugins.legend.maxHeight = needed + 22;
    return needed > 66 ? needed + 300 : 0;
  }

  function draw(canvas) {
    const chart = JSON.parse(document.getElementById(canvas.dataset.source).textContent);
    const box = canvas.parentElement;
    const { height = 0, ...config } = makers[chart.kind](chart, box.clientWidth < NARROW);
    const most = withLegend(config, box.clientWidth);
    if (height || most) box.style.minHeight = `${Math.max(height, most)}px`;
    drawn.get(canvas)?.destroy();
    drawn.set(canvas, new Chart(canvas, config));
  }

  // A cell that a spreadsheet would run as a formula gets an apostrophe in front.
  function cell(value) {
    let text = value === null || value === undefined ? "" : String(value);
    if (typeof value !== "number" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  // Charts whose file has more rows than a table on the page could show.
  const listings = {
    scatter(chart) {
      const named = chart.sets.some((set) => set.labels.length);
      const rows = chart.sets.flatMap((set) =>
        set.points.map((point, i) => [...(named ? [set.labels[i]] : []), set.name, ...point]));
      return [[...(named ? [chart.points_are] : []), "Segment", ...chart.axes], ...rows];
    },
  };

  function csv(chart) {
    const listed = listings[chart.kind]?.(chart) ?? [chart.numbers.columns, ...chart.numbers.rows];
    const rows = [[chart.title], [chart.note], ...listed];
    return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
  }

  // The chart on paper, with its title and what was filtered above it.
  function png(canvas, chart) {
    const scale = canvas.width / canvas.clientWidth;
    const [margin, head] = [16 * scale, 56 * scale];
    const copy = document.createElement("canvas");
    copy.width = canvas.width + 2 * margin;
    copy.height = canvas.height + head + margin;
    const paper = copy.getContext("2d");
    paper.fillStyle = css("--card");
    paper.fillRect(0, 0, copy.width, copy.height);
    paper.fillStyle = css("--ink");
    paper.font = `600 ${15 * scale}px Inter`;
    paper.fillText(chart.title, margin, 26 * scale);
    paper.fillStyle = css("--ink-soft");
    paper.font = `${12 * scale}px Inter`;
    paper.fillText(chart.note, margin, 44 * scale);
    paper.drawImage(canvas, margin, head);
    return copy.toDataURL("image/png");
  }

  // claims-and-burns-by-city-1-july-2025-to-30-june-2026
  function fileName(chart) {
    return `${chart.title} ${chart.note}`.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  }

  function save(name, url) {
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
  }

  function use(tool) {
    const card = tool.closest("[data-chart-card]");
    const canvas = card.querySelector("canvas");
    const chart = JSON.parse(document.getElementById(canvas.dataset.source).textContent);
    if (tool.dataset.chartTool === "png") save(`${fileName(chart)}.png`, png(canvas, chart));
    if (tool.dataset.chartTool === "csv") {
      const url = URL.createObjectURL(new Blob([csv(chart)], { type: "text/csv" }));
      save(`${fileName(chart)}.csv`, url);
      setTimeout(() => URL.revokeObjectURL(url), 10000);
    }
    if (tool.dataset.chartTool === "numbers") {
      const numbers = card.querySelector(".chart-numbers");
      numbers.hidden = !numbers.hidden;
      card.querySelector(".chart-box").hidden = !numbers.hidden;
      tool.setAttribute("aria-pressed", String(!numbers.hidden));
    }
  }

  function drawAll(root = document) {
    root.querySelectorAll("canvas[data-source]").forEach(draw);
  }
  document.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-chart-tool]");
    if (tool) use(tool);
  });
  document.addEventListener("themechange", () => drawn.size && drawAll());
  document.addEventListener("htmx:afterSettle", (event) => drawAll(event.target));
  // Deferred scripts have all run by then, so every kind is known.
  document.addEventListener("DOMContentLoaded", () => document.fonts.ready.then(() => drawAll()));
  return { makers, listings, css, color, fade, frame, axis, legend, lines, tick, whole, precise };
})();
