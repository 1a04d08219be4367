// Small charts of the last five minutes, a point for each second.

import { $, el, svg, text } from "./dom.js";
import { live } from "./feed.js";
import { bytes, clock, percent, short } from "./format.js";

const WIDTH = 300;
const HEIGHT = 48;
const LEAST_SPAN = 60;
const LEAST = { throughput: 10, heap: 16 * 1048576, cpu: 10, mounted: 1 };

const CHARTS = [
  { key: "throughput", title: "Messages per second", format: short },
  { key: "heap", title: "Heap", format: bytes },
  { key: "cpu", title: "Processor", format: percent, note: () => `of ${live.system.vitals.processors * 100} %` },
  { key: "mounted", title: "Carriers busy", format: short, note: (now) => `of ${now.carriers}` },
];

let drawn = [];
let pointed = -1;

function chart(spec) {
  const value = el("strong", {});
  const note = el("span", { class: "note" });
  const high = el("span", { class: "high" });
  const since = el("span", { class: "since" });
  const area = svg("path", { class: "area" });
  const line = svg("path", { class: "line", "vector-effect": "non-scaling-stroke" });
  const mark = svg("path", { class: "mark", "vector-effect": "non-scaling-stroke" });
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" }, area, line, mark);
  const frame = el("div", { class: "plot" }, picture, high, since);
  frame.addEventListener("pointermove", (event) => {
    const where = frame.getBoundingClientRect();
    pointed = Math.round(((event.clientX - where.left) / where.width) * WIDTH);
    update();
  });
  frame.addEventListener("pointerleave", () => {
    pointed = -1;
    update();
  });
  const figure = el("figure", {}, el("figcaption", {}, el("span", {}, spec.title), el("span", {}, value, note)), frame);
  return { spec, figure, value, note, high, since, area, line, mark };
}

function draw(each, points, at) {
  const values = points.map((point) => point[each.spec.key]);
  const top = Math.max(LEAST[each.spec.key], ...values) * 1.08;
  const step = WIDTH / (Math.max(LEAST_SPAN, values.length) - 1);
  const x = (i) => (WIDTH - (values.length - 1 - i) * step).toFixed(1);
  const y = (value) => (HEIGHT - 1 - (value / top) * (HEIGHT - 3)).toFixed(1);
  const line = values.map((value, i) => `${x(i)} ${y(value)}`).join("L");
  each.line.setAttribute("d", `M${line}`);
  each.area.setAttribute("d", `M${x(0)} ${HEIGHT}L${line}L${WIDTH} ${HEIGHT}Z`);
  const index = at < 0 ? values.length - 1 : Math.max(0, Math.round(values.length - 1 - (WIDTH - at) / step));
  each.mark.setAttribute("d", at < 0 ? "" : `M${x(index)} 0V${HEIGHT}`);
  text(each.value, each.spec.format(values[index]));
  text(each.note, at < 0 ? (each.spec.note?.(points.at(-1)) ?? "") : clock(points[index].at));
  text(each.since, `${Math.round(Math.max(LEAST_SPAN, values.length) / 60)} min ago`);
  text(each.high, `max ${each.spec.format(Math.max(...values))}`);
}

export function update() {
  if (!drawn.length) {
    drawn = CHARTS.map(chart);
    $("charts").replaceChildren(...drawn.map((each) => each.figure));
  }
  if (live.history.length) drawn.forEach((each) => draw(each, live.history, pointed));
}
