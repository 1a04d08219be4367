// Puts the views together: what is in front, keys, light and dark.

import * as charts from "./charts.js";
import * as detail from "./detail.js";
import { $, el, text } from "./dom.js";
import * as events from "./events.js";
import { follow, live } from "./feed.js";
import { bytes, count, short } from "./format.js";
import * as flow from "./flow.js";
import * as log from "./log.js";
import * as profile from "./profile.js";
import * as stop from "./stop.js";
import * as top from "./top.js";
import * as tree from "./tree.js";

const small = matchMedia("(max-width: 860px)");
const VIEWS = ["tree", "overview", "actor", "flow", "profile", "log", "failures", "letters", "stop"];
const panel = (view) => $(view === "tree" ? "tree-panel" : view);
let front = small.matches ? "tree" : "overview";
let state = "running";

function show(view) {
  front = view === "tree" && !small.matches ? "overview" : view;
  for (const each of VIEWS) {
    const selected = each === front;
    $(`tab-${each}`).setAttribute("aria-selected", selected);
    $(`tab-${each}`).tabIndex = selected ? 0 : -1;
    panel(each).classList.toggle("front", selected);
  }
  refresh();
  if (front === "tree") tree.paint();
}

const openPath = (path) => {
  const node = tree.byPath(path);
  if (!node) return;
  tree.reveal(node);
  show("actor");
};

function refresh() {
  if (!live.system) return;
  if (front === "overview") {
    charts.update();
    top.update(openPath).catch(ignore);
  } else if (front === "actor") detail.update();
  else if (front === "flow") flow.update().catch(ignore);
  else if (front === "profile") profile.update(openPath).catch(ignore);
  else if (front === "log") log.update(openPath).catch(ignore);
  else if (front === "failures") events.updateFailures(openPath).catch(ignore);
  else if (front === "letters") events.updateLetters().catch(ignore);
  else if (front === "stop") stop.update();
}

// The stream says what is wrong with the connection.
const ignore = () => {};

const vitals = new Map();
function vital(name, value, kind) {
  if (!vitals.has(name)) {
    const dd = el("dd", {});
    $("vitals").append(el("div", {}, el("dt", {}, name), dd));
    vitals.set(name, dd);
  }
  text(vitals.get(name), value);
  vitals.get(name).className = kind ?? "";
}

function badge(view, n) {
  text($(`tab-${view}`).querySelector(".count"), n ? short(n) : "");
}

function frame() {
  const { system } = live;
  document.title = `${system.name} – Espalier`;
  text($("system"), system.name);
  text($("state"), system.state);
  $("state").className = `chip ${system.state}`;
  const { ledger, now } = system.vitals;
  vital("actors", count(system.actors));
  vital("msg/s", short(now.throughput));
  vital("queued", short(ledger.queued));
  vital("heap", bytes(now.heap));
  vital("failures", short(system.failures), system.failures ? "bad" : "");
  badge("failures", system.failures);
  badge("letters", system.deadLetters);
  if (system.state !== state && state === "running") show("stop");
  state = system.state;
  tree.update();
  refresh();
  document.body.dataset.ready = "";
}

function notice(why) {
  $("notice").hidden = !why;
  text($("notice"), why ?? "");
  document.body.classList.toggle("lost", Boolean(why) && live.system?.state !== "stopped");
}

// Light and dark: as the machine has it, until somebody chooses.
const dark = matchMedia("(prefers-color-scheme: dark)");
function theme(chosen) {
  const now = chosen ?? localStorage.getItem("espalier.theme") ?? (dark.matches ? "dark" : "light");
  document.documentElement.dataset.theme = now;
  $("theme").textContent = now === "dark" ? "☀" : "☾";
}
function switchTheme() {
  const other = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem("espalier.theme", other);
  theme(other);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|SELECT/.test(event.target.tagName) || $("help").open) return;
  const view = VIEWS.slice(1)["12345678".indexOf(event.key)];
  if (view) show(view);
  else if (event.key === "/") {
    event.preventDefault();
    if (small.matches) show("tree");
    $("search").focus();
  } else if (event.key === "?") $("help").showModal();
  else if (event.key === "t") switchTheme();
});
$("tabs").addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const shown = VIEWS.filter((view) => $(`tab-${view}`).offsetParent);
  const next = shown[(shown.indexOf(front) + by + shown.length) % shown.length];
  show(next);
  $(`tab-${next}`).focus();
});
VIEWS.forEach((view) => $(`tab-${view}`).addEventListener("click", () => show(view)));
$("theme").addEventListener("click", switchTheme);
$("help-open").addEventListener("click", () => $("help").showModal());
dark.addEventListener("change", () => theme());
small.addEventListener("change", () => show(front));

theme();
tree.start((node, quiet) => {
  detail.show(node);
  if (!quiet || front === "actor") show("actor");
});
top.start(refresh);
show(front);
follow(frame, notice);
