// Messages one after the other as a sequence diagram: a line down for each actor, an arrow for each message.

import { el, svg } from "./dom.js";
import { millis, type } from "./format.js";

const MOST_ACTORS = 6;
const MOST_ROWS = 32;
const TIME = 62;
const STEP = 26;
const HEAD = 34;
const WIDE = 92;
const cut = (name, most) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);
const kind = (name) => type(name).split(".").at(-1);
const last = (path) => (path === "" ? "outside" : path.slice(path.lastIndexOf("/") + 1));

// Those with the most messages, in the order in which they come first.
function actors(hops) {
  const weight = new Map();
  for (const { from, to } of hops) {
    for (const each of [from, to]) weight.set(each, (weight.get(each) ?? 0) + 1);
  }
  const most = [...weight.keys()].sort((a, b) => weight.get(b) - weight.get(a)).slice(0, MOST_ACTORS);
  return { shown: [...weight.keys()].filter((each) => most.includes(each)), all: weight.size };
}

// The same message several times in a row is one arrow.
function merged(hops) {
  const rows = [];
  for (const hop of hops) {
    const before = rows.at(-1);
    if (before && before.from === hop.from && before.to === hop.to && before.type === hop.type) {
      before.times++;
      before.waited = Math.max(before.waited, hop.waited);
    } else rows.push({ ...hop, times: 1 });
  }
  return rows;
}

function arrow(hop, y, at) {
  const [x1, x2] = [at(hop.from), at(hop.to)];
  const times = hop.times > 1 ? ` ×${hop.times}` : "";
  const title = svg("title", {}, `${hop.from || "outside"} → ${hop.to}: ${hop.type}${times}, waited ${millis(hop.waited)}`);
  if (x1 === x2) {
    return svg("g", { class: "hop" }, title,
      svg("path", { d: `M${x1} ${y - 4}h18v8h-15` }), svg("path", { d: `M${x1 + 7} ${y + 0.5}l-4.5 3.5l4.5 3.5` }),
      svg("text", { x: x1 + 24, y: y + 3.5 }, cut(kind(hop.type), 12) + times));
  }
  const tip = x2 > x1 ? -6 : 6;
  const room = Math.floor((Math.abs(x2 - x1) - 12) / 6.2);
  return svg("g", { class: "hop" }, title,
    svg("path", { d: `M${x1} ${y}H${x2}` }), svg("path", { d: `M${x2 + tip} ${y - 3.5}L${x2} ${y}L${x2 + tip} ${y + 3.5}` }),
    svg("text", { x: (x1 + x2) / 2, y: y - 4, "text-anchor": "middle" }, cut(kind(hop.type), room - times.length) + times));
}

// Of messages in the order of time; if there are too many, the first ones or the last ones.
export function sequence(hops, fromStart) {
  const every = merged(hops);
  const some = fromStart ? every.slice(0, MOST_ROWS) : every.slice(-MOST_ROWS);
  const { shown, all } = actors(some);
  const rows = some.filter(({ from, to }) => shown.includes(from) && shown.includes(to));
  const at = (path) => TIME + WIDE / 2 + shown.indexOf(path) * WIDE;
  const height = HEAD + rows.length * STEP + 8;
  const width = TIME + shown.length * WIDE + 20;
  const lines = shown.flatMap((path) => [
    svg("line", { x1: at(path), x2: at(path), y1: HEAD - 8, y2: height, class: "life" }),
    svg("g", { class: path === "" ? "outside" : "node" }, svg("title", {}, path || "Threads that are no actors"),
      svg("rect", { x: at(path) - WIDE / 2 + 5, y: 2, width: WIDE - 10, height: 24, rx: 7 }),
      svg("text", { x: at(path), y: 18, "text-anchor": "middle" }, cut(last(path), 12)))]);
  const arrows = rows.flatMap((hop, i) => {
    const y = HEAD + (i + 0.6) * STEP;
    return [svg("text", { x: 0, y: y + 3.5, class: "at" }, `+${(hop.after / 1000).toFixed(3)} s`), arrow(hop, y, at)];
  });
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `Sequence of ${rows.length} arrows between ${shown.length} actors` }, ...lines, ...arrows);
  const left = [all > shown.length && `${all - shown.length} actors with less`, rows.length < some.length && `${some.length - rows.length} arrows of theirs`, every.length > some.length && `${every.length - some.length} ${fromStart ? "later" : "earlier"} ones`].filter(Boolean);
  return [el("div", { class: "graph sequence", role: "region", tabindex: "0", "aria-label": "Sequence" }, picture),
    left.length > 0 && el("p", { class: "quiet" }, `without ${left.join(", ")}`)];
}
