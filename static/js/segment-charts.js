// The kinds of chart that show how segments were found, how they differ and who moved.
(() => {
  const { makers, listings, css, color, fade, frame, axis, legend, lines, tick, whole, precise } =
    window.coterieCharts;
  const font = (size, weight = 400) => `${weight} ${size}px Inter, ${css("--bs-font-sans-serif")}`;
  const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);
  const exact = (value) => precise.format(value).replace("-", "−");
  const signed = (value) => (value > 0 ? "+" : "") + exact(value);

  // Words on the picture that stay inside it and can be read over lines.
  function write(drawing, text, x, y, { bold = false, align = "left" } = {}) {
    const { ctx, width } = drawing;
    ctx.save();
    ctx.font = font(12, bold ? 600 : 500);
    const wide = ctx.measureText(text).width;
    const left = { left: x, center: x - wide / 2, right: x - wide }[align];
    const place = [Math.max(4, Math.min(left, width - wide - 4)), Math.max(14, y)];
    ctx.lineJoin = "round";
    ctx.lineWidth = 5;
    ctx.strokeStyle = css("--card");
    ctx.fillStyle = css("--ink");
    ctx.strokeText(text, ...place);
    ctx.fillText(text, ...place);
    ctx.restore();
  }

  // A dashed line across the picture at a place on one axis, with words at its end.
  function guide(name, at, text) {
    return {
      id: `guide-${name}`,
      afterDatasetsDraw(drawing) {
        const { ctx, chartArea: area } = drawing;
        const pixel = drawing.scales[name].getPixelForValue(at);
        ctx.save();
        ctx.strokeStyle = css("--ink");
        ctx.lineWidth = 1.5;
        ctx.setLineDash([6, 4]);
        ctx.beginPath();
        ctx.moveTo(...(name === "x" ? [pixel, area.top] : [area.left, pixel]));
        ctx.lineTo(...(name === "x" ? [pixel, area.bottom] : [area.right, pixel]));
        ctx.stroke();
        ctx.restore();
        if (name === "x") write(drawing, text, pixel, area.top - 6, { align: "center" });
        else write(drawing, text, area.right, pixel - 6, { align: "right" });
      },
    };
  }

  // The words stand above all lines, and a thin line leads from them to the mark.
  function markLabel(mark) {
    return {
      id: "mark-label",
      afterDatasetsDraw(drawing) {
        const { ctx, chartArea: area } = drawing;
        const [x, y] = [drawing.scales.x.getPixelForValue(mark.x), drawing.scales.y.getPixelForValue(mark.y)];
        ctx.save();
        ctx.strokeStyle = css("--muted");
        ctx.setLineDash([2, 3]);
        ctx.beginPath();
        ctx.moveTo(x, area.top + 18);
        ctx.lineTo(x, y - 7);
        ctx.stroke();
        ctx.restore();
        write(drawing, mark.label, x, area.top + 12, { bold: true, align: "center" });
      },
    };
  }

  const dashes = { dashed: [8, 5], dotted: [2, 4] };

  makers.curve = (chart) => {
    const options = frame();
    const integers = chart.lines.every((line) => line.points.every(([x]) => Number.isInteger(x)));
    options.scales = {
      x: axis(chart.axes[0], { type: "linear", bounds: "data", grid: { display: false } }),
      y: axis(chart.axes[1], { beginAtZero: chart.from_zero, grace: chart.mark ? "16%" : 0 }),
    };
    if (integers) options.scales.x.ticks.precision = 0;
    Object.values(options.scales).forEach((scale) => { scale.ticks.callback = tick; });
    options.interaction = { mode: "nearest", axis: "x", intersect: false };
    options.plugins.legend.display = chart.lines.length > 1;
    options.plugins.legend.labels.filter = (item) => item.datasetIndex < chart.lines.length;
    // Each with its line, which may be dashed.
    Object.assign(options.plugins.legend.labels, { usePointStyle: true, pointStyle: "line", pointStyleWidth: 30 });
    legend(options, chart.lines, (item, drawing) => {
      const { borderColor, borderDash } = drawing.data.datasets[item.datasetIndex];
      return { ...item, strokeStyle: borderColor, lineDash: borderDash, lineWidth: 2.25 };
    });
    // Of two lines that nearly meet both are seen: a dashed one on a wide one.
    const isPair = chart.lines.length === 2 && chart.lines.some((line) => line.dash);
    options.plugins.tooltip.filter = (item) => item.datasetIndex < chart.lines.length;
    options.plugins.tooltip.callbacks = {
      title: (items) => (items.length ? `${chart.axes[0]}: ${exact(items[0].parsed.x)}` : ""),
      label: (item) => ` ${item.dataset.label}: ${exact(item.parsed.y)}`,
    };
    const datasets = chart.lines.map((line) => ({
      label: line.name, data: line.points.map(([x, y]) => ({ x, y })),
      borderColor: isPair && !line.dash ? fade(color(line.color), 0.45) : color(line.color),
      backgroundColor: color(line.color), borderWidth: isPair && !line.dash ? 7 : 2.25,
      borderDash: dashes[line.dash] ?? [], pointBorderWidth: 1, order: line.dash ? 0 : 1,
      pointRadius: line.points.length > 40 ? 0 : 3, pointHoverRadius: 5, pointStyle: "circle",
    }));
    if (chart.mark) {
      datasets.push({
        label: chart.mark.label, data: [{ x: chart.mark.x, y: chart.mark.y }], order: -1,
        borderColor: css("--ink"), backgroundColor: css("--card"), borderWidth: 2.5, pointRadius: 6,
        pointHoverRadius: 6, pointStyle: "circle",
      });
    }
    return { type: "line", data: { datasets }, options, plugins: chart.mark ? [markLabel(chart.mark)] : [] };
  };

  makers.dendrogram = (chart) => {
    const options = frame();
    const xs = chart.brackets.flatMap((bracket) => bracket.corners.map(([x]) => x));
    const [first, last] = [Math.min(...xs), Math.max(...xs)];
    const margin = 0.03 * (last - first);
    const names = new Map(chart.leaves);
    options.animation = false;
    options.scales = {
      x: axis(chart.leaves.length ? chart.leaves_are : "", {
        type: "linear", min: first - margin, max: last + margin, grid: { display: false },
        afterBuildTicks: (scale) => { scale.ticks = chart.leaves.map(([value]) => ({ value })); },
      }),
      y: axis(chart.axis, { beginAtZero: true, grace: "8%" }),
    };
    Object.assign(options.scales.x.ticks, { autoSkipPadding: 4, callback: (value) => names.get(value) });
    options.scales.y.ticks.callback = tick;
    options.interaction = { mode: "nearest", intersect: true };
    options.plugins.legend.display = false;
    options.plugins.tooltip.filter = (item, index) => index === 0;
    options.plugins.tooltip.callbacks = {
      title: () => "",
      label: ({ raw }) => [
        ` ${chart.axis} ${exact(raw.height)}`,
        ...(raw.size ? [` ${whole.format(raw.size)} ${chart.unit}`] : []),
      ],
    };
    // Brackets of one colour are one line with a gap after each of them.
    const datasets = [...new Set(chart.brackets.map((bracket) => bracket.color))].map((name) => ({
      data: chart.brackets.filter((bracket) => bracket.color === name).flatMap((bracket) =>
        [...bracket.corners, [NaN, NaN]].map(([x, y]) =>
          ({ x, y, size: bracket.size, height: Math.max(...bracket.corners.map(([, top]) => top)) }))),
      borderColor: color(name), backgroundColor: color(name), borderWidth: 2, pointRadius: 0, pointHitRadius: 8,
    }));
    const plugins = chart.cut ? [guide("y", chart.cut.y, chart.cut.label)] : [];
    return { type: "line", data: { datasets }, options, plugins };
  };

  listings.silhouette = (chart) => [
    ["Segment", chart.axis],
    ...chart.sets.flatMap((set) => set.widths.map((width) => [set.name, width])),
  ];

  makers.silhouette = (chart, narrow) => {
    const options = frame();
    const total = chart.sets.reduce((n, set) => n + set.widths.length, 0);
    const gap = 0.035 * total;
    // However few customers a segment has, there is room for a line of its name.
    const least = total / (2 * chart.sets.length);
    const perCustomer = 18 / least; // pixels
    const names = new Map();
    let top = gap;
    const datasets = chart.sets.map((set) => {
      const widths = [...set.widths].sort((a, b) => b - a);
      const [begin, end] = [top, top + widths.length];
      const fit = widths.length * perCustomer > 34 ? lines : cut; // two lines need some height
      names.set((begin + end) / 2, fit(set.name, narrow ? 16 : 30));
      top = Math.max(end, begin + least) + gap;
      const bars = widths.map((x, i) => ({ x, y: begin + i + 0.5 }));
      // The first and the last bar reach to the edge of their segment.
      const outline = bars.length ? [{ ...bars[0], y: begin }, ...bars, { ...bars.at(-1), y: end }] : [];
      return {
        label: set.name, data: outline, fill: "origin", borderWidth: 1, pointRadius: 0,
        borderColor: color(set.color), backgroundColor: fade(color(set.color), 0.85), pointStyle: "rectRounded",
      };
    });
    options.animation = false;
    options.indexAxis = "y";
    options.layout = { padding: { top: 20 } };
    options.scales = {
      x: axis(chart.axis, { suggestedMin: 0, max: 1 }),
      y: axis("", {
        type: "linear", reverse: true, min: 0, max: top, grid: { display: false },
        afterBuildTicks: (scale) => { scale.ticks = [...names.keys()].map((value) => ({ value })); },
      }),
    };
    options.scales.x.ticks.callback = tick;
    Object.assign(options.scales.y.ticks, { autoSkip: false, callback: (value) => names.get(value) });
    options.interaction = { mode: "nearest", axis: "y", intersect: false };
    options.plugins.legend.display = false;
    options.plugins.tooltip.filter = (item, index) => index === 0;
    options.plugins.tooltip.callbacks = {
      title: () => "",
      label: (item) => ` ${item.dataset.label}: ${exact(item.parsed.x)}`,
    };
    const mean = guide("x", chart.mean, `Mean ${exact(chart.mean)}`);
    return { type: "line", data: { datasets }, options, plugins: [mean], height: 110 + Math.max(34 * chart.sets.length, perCustomer * top) };
  };

  // Whole deviations at the ends, and a tick at 0, where everybody is.
  function around0(series, most) {
    const values = series.flatMap((one) => one.values);
    const [min, max] = [Math.min(-1, Math.floor(Math.min(...values))), Math.max(1, Math.ceil(Math.max(...values)))];
    const step = [0.5, 1, 2, 5, 10].find((size) => (max - min) / size <= most) ?? max - min;
    const ticks = [];
    for (let i = Math.ceil(min / step); i * step <= max; i += 1) ticks.push({ value: i * step });
    return { min, max, afterBuildTicks: (scale) => { scale.ticks = ticks; } };
  }

  makers.parallel = (chart, narrow) => {
    const options = frame();
    // Many names stand below each other, where each has a line of its own.
    const flipped = narrow || chart.labels.length > 8;
    const features = axis("", { offset: true });
    features.ticks.autoSkip = false;
    features.ticks.callback = function wrap(value) {
      return lines(this.getLabelForValue(value), flipped && !narrow ? 30 : 16);
    };
    const effects = axis(chart.unit[0].toUpperCase() + chart.unit.slice(1), around0(chart.series, narrow ? 6 : 8));
    effects.grid.color = ({ tick: at }) => (at?.value === 0 ? css("--ink-soft") : css("--line"));
    effects.ticks.callback = signed;
    options.indexAxis = flipped ? "y" : "x";
    options.scales = flipped ? { y: features, x: effects } : { x: features, y: effects };
    options.interaction = { mode: "index", axis: options.indexAxis, intersect: false };
    options.plugins.legend.align = "start";
    legend(options, chart.series);
    options.plugins.tooltip.itemSort = (a, b) => b.raw - a.raw;
    options.plugins.tooltip.callbacks = { label: (item) => ` ${item.dataset.label}: ${signed(item.raw)}` };
    return {
      type: "line",
      data: {
        labels: chart.labels,
        datasets: chart.series.map((series) => ({
          label: series.name, data: series.values, borderColor: color(series.color),
          backgroundColor: color(series.color), borderWidth: 2.25, pointRadius: 3.5, pointHoverRadius: 6,
          pointStyle: "circle", tension: 0,
        })),
      },
      options,
      height: flipped ? 90 + 36 * chart.labels.length + (narrow ? 20 * Math.min(chart.series.length, 11) : 20) : 0,
    };
  };

  // What stands on the left and on the right of a movement.
  function headings(sides) {
    return {
      id: "headings",
      afterDatasetsDraw(drawing) {
        // Where there is no room for both, the runs without their days: Run 3.
        const isCut = sides.join("").length > drawing.width / 8;
        const [left, right] = sides.map((side) => (isCut && side.match(/\((.+)\)$/)?.[1]) || cut(side, Math.floor(drawing.width / 16)));
        write(drawing, left, 0, 14, { bold: true });
        write(drawing, right, drawing.width, 14, { bold: true, align: "right" });
      },
    };
  }

  function flowWords({ ends: [source, target], flow, of }, unit) {
    const share = `${((100 * flow) / of).toFixed(1)}% of “${source.name}”`;
    return [`${source.name} → ${target.name}`, `${whole.format(flow)} ${unit}, ${share}`];
  }

  makers.sankey = (chart, narrow) => {
    const options = frame();
    const [column, priority, labels] = [{}, {}, {}];
    const place = (side, nodes, x) => nodes.forEach((node, i) => {
      column[side + i] = x;
      priority[side + i] = i;
      labels[side + i] = cut(node.name, narrow ? 18 : 40);
    });
    place("from", chart.sources, 0);
    place("to", chart.targets, 1);
    const flows = chart.counts.flatMap((row, i) => row.map((flow, j) => ({
      from: `from${i}`, to: `to${j}`, flow, of: row.reduce((a, b) => a + b, 0),
      ends: [chart.sources[i], chart.targets[j]],
    }))).filter(({ flow }) => flow > 0);
    const gaps = Math.max(chart.sources.length, chart.targets.length) - 1;
    const height = 98 + 38 * gaps;
    const end = (side) => (context) => color(flows[context.dataIndex]?.ends[side].color ?? "muted");
    options.animation = false;
    options.interaction = { mode: "nearest", intersect: true };
    options.layout = { padding: { top: 28, right: 13, bottom: 6, left: 3 } };
    options.plugins.legend.display = false;
    options.plugins.tooltip.usePointStyle = false;
    options.plugins.tooltip.displayColors = false;
    options.plugins.tooltip.callbacks = {
      title: () => "",
      label: (item) => flowWords(flows[item.dataIndex], chart.unit),
    };
    return {
      type: "sankey",
      data: {
        datasets: [{
          data: flows, column, priority, labels, colorFrom: end(0), colorTo: end(1), alpha: 0.4, borderWidth: 0,
          // The package shrinks its gaps with everything else to fit them in; 20 pixels have to remain.
          nodePadding: 20 / (1 - (20 * gaps) / (height - 34)), nodeMinSize: 3, nodeWidth: 10,
          nodeLabels: {
            color: css("--ink"), backgroundColor: fade(css("--card"), 0.72), padding: 3, borderRadius: 4,
            font: { family: "Inter", size: narrow ? 11 : 12 },
          },
        }],
      },
      options,
      plugins: [headings(chart.sides)],
      height,
    };
  };
})();
