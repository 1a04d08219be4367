// Who sends what to whom: a trace that ends by itself, as a graph, as a sequence and as lists.

import { $, el, svg, unfolding } from "./dom.js";
import { get, live, post } from "./feed.js";
import { count, millis, short, type } from "./format.js";
import { sequence } from "./sequence.js";
import * as tree from "./tree.js";

const SECONDS = 10;
const FAMILY = 4; // siblings beyond that are one node
const MOST_NODES = 16;
const MOST_TRACES = 12;
const WIDE = 132;
const HIGH = 26;
const GAP = 96;
let seen = "";
let said = "";
let pending = false;
let followed = ""; // a distributed trace

const cut = (name) => (name.length > 18 ? `${name.slice(0, 17)}…` : name);
const parent = (path) => path.slice(0, path.lastIndexOf("/"));

// Many of one family become one: /shop/customers/*.
function fold(edges) {
  const families = new Map();
  for (const path of new Set(edges.flatMap((edge) => [edge.from, edge.to]))) {
    if (parent(path)) families.set(parent(path), [...(families.get(parent(path)) ?? []), path]);
  }
  const senders = new Set(edges.map((edge) => edge.from));
  const name = (path) => {
    const family = families.get(parent(path)) ?? [];
    const leaves = family.filter((each) => !senders.has(each));
    return path && !senders.has(path) && leaves.length > FAMILY ? `${parent(path)}/*` : path;
  };
  const links = new Map();
  for (const edge of edges) {
    const [from, to] = [name(edge.from), name(edge.to)];
    const link = links.get(`${from} ${to}`) ?? { from, to, about: 0, types: new Set() };
    link.about += edge.about;
    link.types.add(type(edge.type));
    links.set(`${from} ${to}`, link);
  }
  return [...links.values()];
}

// Columns: whoever only sends is on the left; an edge that closes a circle runs back.
function columns(nodes, links) {
  const forward = [];
  const state = new Map();
  const visit = (node) => {
    state.set(node, "open");
    for (const link of links) {
      if (link.from !== node || link.to === node || state.get(link.to) === "open") continue;
      forward.push(link);
      if (!state.has(link.to)) visit(link.to);
    }
    state.set(node, "done");
  };
  const receivers = new Set(links.filter((link) => link.from !== link.to).map((link) => link.to));
  [...nodes.filter((node) => !receivers.has(node)), ...nodes].forEach((node) => state.has(node) || visit(node));
  const depth = new Map(nodes.map((node) => [node, 0]));
  for (let i = 0; i < nodes.length; i++) {
    for (const { from, to } of forward) depth.set(to, Math.max(depth.get(to), depth.get(from) + 1));
  }
  const all = [];
  for (const node of nodes) (all[depth.get(node)] ??= []).push(node);
  return all.filter(Boolean);
}

function graph(edges) {
  let links = fold(edges);
  const weight = new Map();
  for (const { from, to, about } of links) {
    weight.set(from, (weight.get(from) ?? 0) + about);
    weight.set(to, (weight.get(to) ?? 0) + about);
  }
  const nodes = [...weight.keys()].sort((a, b) => weight.get(b) - weight.get(a)).slice(0, MOST_NODES);
  links = links.filter(({ from, to }) => nodes.includes(from) && nodes.includes(to));
  const layers = columns(nodes, links);
  const step = WIDE + GAP;
  const tallest = Math.max(...layers.map((layer) => layer.length));
  const height = tallest * 46 + 14;
  const place = new Map();
  layers.forEach((layer, x) => {
    const above = (node) => {
      const from = links.filter((link) => link.to === node && place.has(link.from)).map((link) => place.get(link.from).y);
      return from.length ? from.reduce((a, b) => a + b, 0) / from.length : 0;
    };
    layer.sort((a, b) => above(a) - above(b));
    layer.forEach((node, y) => place.set(node, { x: x * step, y: (y + 0.5) * (height / layer.length) - HIGH / 2 }));
  });
  const most = Math.max(...links.map((link) => link.about));
  const degree = (key, node) => links.filter((link) => link[key] === node && link.from !== link.to).length;
  const lines = links.filter((link) => link.from !== link.to).flatMap((link) => {
    const [a, b] = [place.get(link.from), place.get(link.to)];
    const back = b.x <= a.x;
    const [x1, y1, x2, y2] = [a.x + (back ? 0 : WIDE), a.y + HIGH / 2, b.x + (back ? WIDE : 0), b.y + HIGH / 2];
    const bend = back ? -30 : (x2 - x1) / 2;
    const line = svg("path", { d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, "stroke-width": (1 + 2.5 * Math.sqrt(link.about / most)).toFixed(1), class: "link" });
    line.append(svg("title", {}, `${[...link.types].join(", ")}: ${count(link.about)}`));
    const spread = degree("from", link.from) - degree("to", link.to);
    const t = spread > 0 ? 0.72 : spread < 0 ? 0.28 : 0.5; // where lines have parted: else the numbers are on top of each other
    const along = (a0, a1, a2, a3) => (1 - t) ** 3 * a0 + 3 * (1 - t) ** 2 * t * a1 + 3 * (1 - t) * t ** 2 * a2 + t ** 3 * a3;
    const label = svg("text", { x: along(x1, x1 + bend, x2 - bend, x2), y: along(y1, y1, y2, y2) - 4, "text-anchor": "middle", class: "weight" }, short(link.about));
    const tip = back ? 6 : -6;
    return [line, svg("path", { d: `M${x2 + tip} ${y2 - 3.5}L${x2} ${y2}L${x2 + tip} ${y2 + 3.5}`, class: "tip" }), label];
  });
  const boxes = [...place].map(([node, at]) => {
    const self = links.find((link) => link.from === node && link.to === node);
    const name = node === "" ? "outside" : node.endsWith("/*") ? node.split("/").slice(-2).join("/") : node.slice(node.lastIndexOf("/") + 1);
    return svg("g", { class: node === "" ? "outside" : "node" },
      svg("title", {}, node || "Threads that are no actors"),
      svg("rect", { x: at.x, y: at.y, width: WIDE, height: HIGH, rx: 7 }),
      svg("text", { x: at.x + WIDE / 2, y: at.y + 17, "text-anchor": "middle" }, cut(name) + (self ? " ↻" : "")));
  });
  const width = (layers.length - 1) * step + WIDE + 2;
  const picture = svg("svg", { viewBox: `-1 0 ${width} ${height}`, width, height, role: "img", "aria-label": `Graph of ${nodes.length} senders and receivers` }, ...lines, ...boxes);
  return [el("div", { class: "graph" }, picture),
    weight.size > nodes.length && el("p", { class: "quiet" }, `and ${count(weight.size - nodes.length)} with less`)];
}

const who = (path, top) => (path === "" ? "outside" : path === top ? path.slice(parent(top).length + 1) : path.startsWith(`${top}/`) ? path.slice(top.length + 1) : path);

function lists({ edges, hops, subtree }) {
  const rows = [...edges].sort((a, b) => b.about - a.about).slice(0, 30);
  return [
    el("table", { class: "flows" },
      el("thead", {}, el("tr", {}, ["From", "To", "Message", "Number", "Waited"].map((word) => el("th", { scope: "col" }, word)))),
      el("tbody", {}, rows.map((edge) => el("tr", {},
        el("th", { scope: "row", title: edge.from }, who(edge.from, subtree)),
        el("th", { title: edge.to }, who(edge.to, subtree)),
        el("th", { title: edge.type }, type(edge.type)),
        el("td", {}, short(edge.about)), el("td", {}, millis(edge.waited)))))),
    ...after(hops),
    el("h3", {}, "The last first"),
    el("div", { class: "events" }, [...hops].reverse().slice(0, 60).map((hop) => el("div", { class: "line hop" },
      el("time", {}, `+${(hop.after / 1000).toFixed(3)} s`),
      el("span", { class: "what" }, el("span", {}, who(hop.from, subtree), el("span", { class: "sign" }, " → "), who(hop.to, subtree))),
      el("span", { class: "decision" }, type(hop.type))))),
  ];
}

// The messages of one distributed trace, or the last ones of all.
function after(hops) {
  const traces = new Map();
  for (const hop of hops) if (hop.trace) traces.set(hop.trace, (traces.get(hop.trace) ?? 0) + 1);
  if (!traces.has(followed)) followed = "";
  const longest = [...traces].sort((a, b) => b[1] - a[1]).slice(0, MOST_TRACES);
  const choose = el("select", { "aria-label": "Which messages", onchange: (event) => {
    followed = event.target.value;
    seen = "";
    update().catch(() => {});
  } }, el("option", { value: "" }, "the last messages"),
  longest.map(([id, n]) => el("option", { value: id, selected: id === followed }, `trace ${id.slice(0, 8)}…: ${n}`)));
  const chosen = followed ? hops.filter((hop) => hop.trace === followed) : hops;
  return [el("div", { class: "heading after" }, el("h3", {}, "One after the other"), traces.size > 0 && el("div", { class: "actions inline" }, choose)), ...sequence(chosen, followed !== "")];
}

async function trace(path) {
  try {
    await post(`flow?path=${encodeURIComponent(path)}&seconds=${SECONDS}`);
    said = "";
  } catch (error) {
    said = error.message;
  }
  seen = "";
  update().catch(() => {});
}

export async function update() {
  if (pending || !live.root) return;
  pending = true;
  try {
    const flow = await get("flow");
    const chosen = tree.chosen();
    const now = JSON.stringify([flow, chosen, said]);
    if (now === seen) return;
    seen = now;
    const state = flow.running ? `Looking at ${flow.subtree}, ${Math.ceil(flow.left)} s to go` : flow.subtree && `Seen at ${flow.subtree}`;
    const notes = [state, flow.every > 1 && `one of ${flow.every} messages`, flow.skipped > 0 && `${count(flow.skipped)} left out`, !flow.whole && "not all actors"];
    unfolding($("flow"), [
      el("div", { class: "heading" }, el("h2", {}, "Who sends what to whom"),
        el("div", { class: "actions inline" }, el("button", { disabled: flow.running, onclick: () => trace(chosen) }, `Look for ${SECONDS} s`))),
      el("p", { class: "quiet" }, "Messages to ", el("b", {}, chosen), " and all below it. Choose another actor in the tree."),
      said && el("p", { class: "bad", role: "status" }, said),
      flow.subtree && el("h3", {}, notes.filter(Boolean).join("  ·  ")),
      ...(flow.edges.length ? [...graph(flow.edges), ...lists(flow)]
        : [el("p", { class: "empty" }, flow.running ? "No message yet." : flow.subtree ? "There was no message." : "Who sends how much to whom shows here once you have looked.")]),
    ].filter(Boolean));
  } finally {
    pending = false;
  }
}
