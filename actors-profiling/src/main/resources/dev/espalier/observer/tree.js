// The tree. Only the rows that can be seen are in the document, however many actors there are.

import { $, el, text } from "./dom.js";
import { live, nodes, STATES, troubles } from "./feed.js";
import { count, percent, short } from "./format.js";

const HEIGHT = 28;
const SMALL_FAMILY = 40; // larger ones begin folded
const FLOOD = 1000; // so many that wait are worth a colour

const box = $("tree");
const space = $("rows");
const pool = [];
const folds = new Map(); // path -> whether it is open, where somebody has said so
let all = null; // true or false after "unfold everything"
let visible = [];
let matches = null;
let structure = -1;
let anew = 0;
let current = null;
let onSelect = () => {};

const said = (node) => (folds.size ? folds.get(path(node)) : undefined);
const isOpen = (node) => matches ? matches.has(node) : node.kids.length > 0 && (said(node) ?? all ?? node.kids.length <= SMALL_FAMILY);

export function setOpen(node, open) {
  folds.set(path(node), open);
  flatten();
}

function flatten() {
  structure = live.structure;
  visible = [];
  const open = live.root ? [live.root] : [];
  while (open.length) {
    const node = open.pop();
    if (matches && !matches.has(node)) continue;
    visible.push(node);
    if (isOpen(node)) for (let i = node.kids.length - 1; i >= 0; i--) open.push(node.kids[i]);
  }
  space.style.height = `${visible.length * HEIGHT}px`;
  paint();
}

export function find(words) {
  const wanted = words.trim().toLowerCase();
  matches = null;
  if (wanted) {
    matches = new Set();
    let hits = 0;
    for (const node of nodes.values()) {
      if (!(wanted.includes("/") ? path(node) : node.name).toLowerCase().includes(wanted)) continue;
      hits++;
      for (let at = node; at && !matches.has(at); at = at.parent) matches.add(at);
    }
    text($("found"), hits ? `${count(hits)} found` : "none found");
  } else {
    text($("found"), "");
  }
  flatten();
}

export function path(node) {
  const parts = [];
  for (let at = node; at; at = at.parent) parts.unshift(at.name);
  return `/${parts.join("/")}`;
}

export const byPath = (wanted) => {
  let at = live.root;
  const [, root, ...rest] = wanted.split("/");
  if (at?.name !== root) return null;
  for (const part of rest) at = at?.kids.find((kid) => kid.name === part);
  return at ?? null;
};

function row() {
  const cells = {
    fold: el("span", { class: "fold" }),
    dot: el("span", { class: "dot" }),
    name: el("span", { class: "name" }),
    family: el("span", { class: "family" }),
    trouble: el("span", { class: "trouble" }),
    queue: el("span", { class: "number" }),
    rate: el("span", { class: "number" }),
    busy: el("span", { class: "number wide" }),
    failed: el("span", { class: "number" }),
    handled: el("span", { class: "number wide" }),
  };
  const element = el("div", { role: "treeitem", class: "row" },
    el("span", { class: "actor" }, cells.fold, cells.dot, cells.name, cells.family, cells.trouble),
    cells.queue, cells.rate, cells.busy, cells.failed, cells.handled);
  space.append(element);
  return { element, cells };
}

function number(cell, value, format, kind) {
  text(cell, value > 0 ? format(value) : "–");
  cell.className = `${cell.classList.contains("wide") ? "number wide" : "number"}${value > 0 ? kind : " none"}`;
}

function fill({ element, cells }, node, at) {
  const parent = node.kids.length > 0;
  const open = parent && isOpen(node);
  const shown = parent && !open ? node.sum : node;
  element.hidden = false;
  element.id = `row-${node.id}`;
  element.className = `row${node === current ? " current" : ""}${parent && !open ? " sum" : ""}`;
  element.style.transform = `translateY(${at * HEIGHT}px)`;
  element.style.setProperty("--depth", Math.min(node.depth, 12));
  const family = node.parent?.kids ?? [node]; // most of which is not in the document
  element.setAttribute("aria-level", node.depth + 1);
  element.setAttribute("aria-setsize", family.length);
  element.setAttribute("aria-posinset", family.indexOf(node) + 1);
  element.setAttribute("aria-selected", node === current);
  if (parent) element.setAttribute("aria-expanded", open);
  else element.removeAttribute("aria-expanded");
  cells.fold.className = `fold${parent ? (open ? " open" : " closed") : ""}`;
  cells.dot.className = `dot ${STATES[node.state]}${node.restarts ? " restarted" : ""}`;
  cells.dot.title = STATES[node.state] + (node.restarts ? `, ${node.restarts} restarts` : "");
  text(cells.name, node.name);
  text(cells.family, parent && !open ? count(node.sum.actors - 1) : "");
  text(cells.trouble, parent && !open ? (node.sum.trouble ? `${count(node.sum.trouble)} in trouble` : "") : (troubles(node.trouble)[0] ?? ""));
  cells.trouble.title = troubles(node.trouble).join(", ");
  number(cells.queue, shown.queue, short, shown.queue >= FLOOD ? " warn" : "");
  number(cells.rate, shown.rate, short, "");
  number(cells.busy, shown === node ? node.busy : -1, percent, node.busy >= 90 ? " warn" : "");
  number(cells.failed, shown.failed, short, " bad");
  number(cells.handled, shown.handled, short, "");
}

function hide(element) {
  element.hidden = true;
  element.className = "row";
  element.removeAttribute("id");
}

export function paint() {
  const first = Math.max(0, Math.floor(box.scrollTop / HEIGHT) - 4);
  const end = Math.min(visible.length, first + Math.ceil(box.clientHeight / HEIGHT) + 8);
  while (pool.length < end - first) pool.push(row());
  pool.forEach((each, i) => {
    if (first + i < end) fill(each, visible[first + i], first + i);
    else hide(each.element);
  });
}

export function update() {
  if (current?.gone) current = anew === live.anew ? null : byPath(path(current));
  if (anew !== live.anew && current) onSelect(current, true);
  anew = live.anew;
  if (structure !== live.structure) {
    if (matches) find($("search").value);
    else flatten();
  } else {
    paint();
  }
}

// The path of the chosen actor, or of all.
export const chosen = () => path(current ?? live.root);

export function reveal(node) {
  if (!node) return;
  for (let at = node.parent; at; at = at.parent) folds.set(path(at), true);
  if (matches && !matches.has(node)) matches = null;
  flatten();
  select(node, true);
}

function select(node, quiet) {
  current = node;
  const top = visible.indexOf(node) * HEIGHT;
  if (top < box.scrollTop) box.scrollTop = top;
  if (top + HEIGHT > box.scrollTop + box.clientHeight) box.scrollTop = top + HEIGHT - box.clientHeight;
  paint();
  box.setAttribute("aria-activedescendant", `row-${node.id}`);
  onSelect(node, quiet);
}

function move(by) {
  const at = visible.indexOf(current);
  const to = Math.min(visible.length - 1, Math.max(0, at + by));
  if (visible[to]) select(visible[to], true);
}

export function toggleAll() {
  all = all !== true;
  folds.clear();
  if (!all && live.root) folds.set(path(live.root), true);
  flatten();
}

const page = () => Math.max(1, Math.floor(box.clientHeight / HEIGHT) - 1);
const keys = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  PageDown: () => move(page()),
  PageUp: () => move(-page()),
  Home: () => move(-visible.length),
  End: () => move(visible.length),
  "*": toggleAll,
  Enter: () => current && onSelect(current, false),
  ArrowRight: () => {
    if (!current?.kids.length) return;
    if (isOpen(current)) move(1);
    else setOpen(current, true);
  },
  ArrowLeft: () => {
    if (current?.kids.length && isOpen(current)) setOpen(current, false);
    else if (current?.parent) select(current.parent, true);
  },
};

// onSelected(node, quiet): somebody moved to it; not quiet if it is to be brought to the front.
export function start(onSelected) {
  onSelect = onSelected;
  box.addEventListener("scroll", paint, { passive: true });
  new ResizeObserver(() => {
    box.parentElement.style.setProperty("--bar", `${box.offsetWidth - box.clientWidth}px`); // the heads of columns keep clear of the scroll bar, too
    paint();
  }).observe(box);
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  space.addEventListener("click", (event) => {
    const element = event.target.closest(".row");
    const node = element && nodes.get(Number(element.id.slice(4)));
    if (!node) return;
    if (event.target.classList.contains("fold") && node.kids.length) setOpen(node, !isOpen(node));
    else select(node, false);
  });
  space.addEventListener("dblclick", (event) => {
    const node = nodes.get(Number(event.target.closest(".row")?.id.slice(4)));
    if (node?.kids.length && !event.target.classList.contains("fold")) setOpen(node, !isOpen(node));
  });
  $("search").addEventListener("input", () => find($("search").value));
  $("search").addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      $("search").value = "";
      find("");
      box.focus();
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      box.focus();
      const first = visible.find((node) => node.name.toLowerCase().includes($("search").value.trim().toLowerCase()));
      if (first) select(first, event.key !== "Enter");
    }
  });
}
