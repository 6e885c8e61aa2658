// Plots as SVG. Each bar says its value; one with a way to its records can be clicked or entered.

const BAR = 24;

/** How wide a text is in a plot, about: Chinese characters are square. */
const textWidth = (text) => [...text].reduce((sum, point) => sum + (point.codePointAt(0) > 0x2e7f ? 12.5 : 7), 0);

function shortened(text, width) {
  const points = [...text];
  while (points.length > 1 && textWidth(points.join("")) > width) points.splice(-2, 2, "…");
  return points.join("");
}

/** Something that leads to records. */
function way(item, ...children) {
  const press = (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), item.go());
  const marks = item.go ? { class: "way", role: "button", tabindex: 0, "aria-label": item.title, click: item.go, keydown: press } : {};
  return svg("g", marks, svg("title", {}, item.title), children);
}

const frame = (width, height, ...children) => svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group" }, children);

/** Lying bars. items: {label, value, rest, text, title, go}; rest is the lighter end of a bar, text stands behind it. */
function barPlot(width, items) {
  const longest = Math.max(...items.map((item) => textWidth(item.label)));
  const left = Math.min(longest, width * 0.4) + 10;
  const right = Math.max(...items.map((item) => textWidth(item.text))) + 10;
  const most = Math.max(...items.map((item) => item.value + (item.rest ?? 0))) || 1;
  const scale = Math.max(10, width - left - right) / most;
  const bars = items.map((item, number) => {
    const [y, long, rest] = [number * BAR, item.value * scale, (item.rest ?? 0) * scale];
    return way(item,
      svg("rect", { class: "hit", x: 0, y, width, height: BAR }),
      svg("text", { x: left - 8, y: y + 16, "text-anchor": "end" }, shortened(item.label, left - 8)),
      svg("rect", { class: "value", x: left, y: y + 4, width: Math.max(item.value > 0 ? 1 : 0, long), height: BAR - 8 }),
      svg("rect", { class: "rest", x: left + long, y: y + 4, width: rest, height: BAR - 8 }),
      svg("text", { class: "number", x: left + long + rest + 6, y: y + 16 }, item.text));
  });
  return frame(width, items.length * BAR + 2, bars);
}

/**
 * Standing bars side by side. items as above; tick is what stands below one, where anything does.
 * With end, the ticks stand at the bars' left edges and end at the last one's right edge.
 */
function columnPlot(width, items, end = null) {
  const [height, bottom, top] = [150, 20, 16];
  const most = Math.max(...items.map((item) => item.value)) || 1;
  const step = width / items.length;
  const wide = Math.min(step, 60);
  const tick = (x, text, anchor) => svg("text", { x, y: height + 15, "text-anchor": anchor }, text);
  const columns = items.map((item, number) => {
    const tall = ((height - top) * item.value) / most;
    const middle = (number + 0.5) * step;
    return way(item,
      svg("rect", { class: "hit", x: number * step, y: 0, width: step, height: height + bottom }),
      svg("rect", { class: "value", x: middle - wide / 2 + 1, y: height - tall, width: Math.max(1, wide - 2), height: tall }),
      item.value > 0 && textWidth(item.text) < step && svg("text", { class: "number", x: middle, y: height - tall - 4, "text-anchor": "middle" }, item.text),
      item.tick && tick(end ? number * step : middle, item.tick, end && number === 0 ? "start" : "middle"));
  });
  if (end) columns.push(tick(width, end, "end"));
  return frame(width, height + bottom, svg("line", { x1: 0, x2: width, y1: height + 0.5, y2: height + 0.5 }), columns);
}
