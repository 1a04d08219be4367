// One actor.

import { $, el, unfolding } from "./dom.js";
import { get, live, post } from "./feed.js";
import { count, millis, percent, short, type } from "./format.js";
import { failure } from "./events.js";
import { entry } from "./log.js";
import { path } from "./tree.js";

let shown = null; // its number, and where it is: the number may mean another one later
let where = "";
let choosing = false;
let said = "";
let pending = false;
let armed = "";
const SURE = 4000;

const equation = (ledger) => [
  ["received", ledger.accepted], ["=", null], ["handled", ledger.processed], ["+", null], ["queued", ledger.queued],
  ["+", null], ["dead", ledger.deadLettered], ["+", null], ["dropped", ledger.dropped],
].map(([word, value]) => value === null ? el("span", { class: "sign" }, word)
  : el("span", { class: `term${value ? "" : " none"}` }, el("b", {}, value < 1e7 ? count(value) : short(value)), word));

function messages(rows) {
  if (!rows.length) return el("p", { class: "quiet" }, "It has had no message yet.");
  const timed = rows.some((row) => row.timed);
  const head = ["Message", "Calls", "Failed", ...(timed ? ["Mean", "p50", "p99", "Max"] : [])];
  return el("table", {},
    el("thead", {}, el("tr", {}, head.map((word) => el("th", { scope: "col" }, word)))),
    el("tbody", {}, rows.map((row) => el("tr", {},
      el("th", { scope: "row", title: row.type }, type(row.type)),
      el("td", {}, short(row.calls)),
      el("td", { class: row.failed ? "bad" : "none" }, row.failed ? count(row.failed) : "–"),
      timed && [row.calls ? row.cumulative / row.calls : 0, row.p50, row.p99, row.max].map((ms) => el("td", {}, millis(ms)))))));
}

// Its class, and its text if it has one that cannot change.
function message(waiting) {
  const space = waiting.indexOf(" ");
  return el("li", { title: waiting }, space < 0 ? type(waiting) : [type(waiting.slice(0, space)), " ", el("code", {}, waiting.slice(space + 1))]);
}

function histogram(times) {
  const all = new Map(times);
  const most = Math.max(...all.values());
  const sum = [...all.values()].reduce((a, b) => a + b, 0);
  const bars = [];
  for (let from = times[0][0]; from <= times.at(-1)[0]; from *= 2) {
    const n = all.get(from) ?? 0;
    const bar = el("i", { title: `${count(n)} took ${millis(from / 1e6)} to ${millis(from / 5e5)}` });
    bar.style.height = `${n ? Math.max(2, (n / most) * 56) : 0}px`;
    bars.push(el("span", {}, bar));
  }
  return el("div", { class: "histogram", role: "img", "aria-label": `Times of ${count(sum)} messages` },
    el("div", { class: "bars" }, bars),
    el("div", { class: "scale" }, el("span", {}, millis(times[0][0] / 1e6)), el("span", {}, millis(times.at(-1)[0] / 5e5))));
}

// What ends an actor wants a second click.
function act(node, what, words) {
  return async () => {
    if ((what === "stop" || what === "cancel") && armed !== what) {
      armed = what;
      setTimeout(() => {
        armed = "";
        update();
      }, SURE);
      update();
      return;
    }
    armed = "";
    try {
      await post(`actor/${what}?id=${node}${words ?? ""}`);
      said = `Done: ${what}.`;
    } catch (error) {
      said = error.message;
    }
    update();
  };
}

function actions(actor) {
  if (!live.system.actions) return null;
  return el("div", { class: "actions" },
    el("button", { title: "It handles what is queued, its children end, it ends", onclick: act(actor.id, "stop") }, armed === "stop" ? "Really stop?" : "Stop"),
    el("button", { title: "It ends at once; what is queued becomes dead letters", onclick: act(actor.id, "cancel") }, armed === "cancel" ? "Really cancel?" : "Cancel"),
    live.root?.id !== actor.id && el("button", { title: "A fresh behavior; the mailbox is kept", onclick: act(actor.id, "restart") }, "Restart"),
    el("label", {}, "Level ", el("select", {
      onpointerdown: () => (choosing = true),
      onkeydown: () => (choosing = true),
      onblur: () => (choosing = false),
      onchange: (event) => {
        choosing = false;
        act(actor.id, "level", `&level=${event.target.value}`)();
      } },
      [...new Set(["off", "counters", "1:16", "full", actor.level])].map((level) => el("option", { selected: level === actor.level }, level)))),
    el("span", { class: "quiet", role: "status" }, said));
}

const LINES = 12;

function page(actor, log) {
  const parts = actor.path.split("/");
  const now = [actor.activity === "live" ? "" : actor.activity];
  if (actor.current) now.push(`in hand: ${type(actor.current)}${actor.age ? ` for ${millis(actor.age)}` : ""}`);
  return [
    el("div", { class: "title" },
      el("h2", { title: actor.path }, el("span", { class: "quiet" }, `${parts.slice(0, -1).join("/")}/`), parts.at(-1)),
      el("span", { class: `chip ${actor.state}` }, actor.state)),
    el("p", { class: "quiet" }, [actor.code && type(actor.code), actor.incarnation > 1 && `incarnation ${actor.incarnation}`,
      actor.children && `${count(actor.children)} children`, actor.mostQueued > 1 && `at most ${count(actor.mostQueued)} queued`, `level ${actor.level}`].filter(Boolean).join("  ·  ")),
    now.some(Boolean) && el("p", {}, now.filter(Boolean).join("  ·  ")),
    ...actor.troubles.map((each) => el("p", { class: "warn" }, `${each.kind}: ${each.text}`)),
    actions(actor),
    el("div", { class: "ledger", "aria-label": "Ledger" }, equation(actor.ledger)),
    el("h3", {}, "Messages"),
    messages(actor.messages),
    actor.waiting.length > 0 && [el("h3", {}, actor.ledger.queued > actor.waiting.length ? `Waiting, the first ${actor.waiting.length}` : "Waiting"), el("ol", { class: "waiting" }, actor.waiting.map(message))],
    actor.times.length > 0 && [el("h3", {}, "Times of handling"), histogram(actor.times)],
    actor.stack.length > 0 && [el("h3", {}, `Thread, ${actor.thread.replace("_", " ")}`),
      el("details", { "data-key": "stack" }, el("summary", {}, el("code", {}, actor.stack.find((frame) => !frame.startsWith("java.")) ?? actor.stack[0])),
        el("pre", {}, actor.stack.join("\n")))],
    log.length > 0 && [el("h3", {}, "Log, here and below"), el("div", { class: "entries" }, log.map((line) => entry(line)))],
    actor.failures.length > 0 && [el("h3", {}, "Failures"), el("div", { class: "events" }, actor.failures.map(failure))],
  ];
}

// Somebody copies a stack.
const isSelecting = () => !getSelection().isCollapsed && $("actor").contains(getSelection().anchorNode);

function ended() {
  if (!$("actor").querySelector(".ended")) {
    $("actor").prepend(el("p", { class: "ended" }, "This actor has ended; below is the last that was seen of it."));
  }
}

export async function update() {
  if (!shown) {
    $("actor").replaceChildren(el("p", { class: "empty" }, "Choose an actor in the tree."));
    return;
  }
  if (pending || choosing || isSelecting()) return;
  pending = true;
  const asked = shown;
  try {
    const actor = await get(`actor?id=${asked}`);
    const log = actor.path ? await get(`log?path=${encodeURIComponent(actor.path)}&n=${LINES}`) : null;
    if (asked !== shown) return;
    if (actor.ledger && actor.path === where) unfolding($("actor"), page(actor, log.lines).flat(2).filter(Boolean));
    else ended();
  } catch (error) {
    if (error.status === 404) ended(); // else the stream says what is wrong with the connection
  } finally {
    pending = false;
    if (asked !== shown) update();
  }
}

export function show(node) {
  if (shown === node.id && where === path(node)) return;
  shown = node.id;
  where = path(node);
  choosing = false;
  said = "";
  armed = "";
  getSelection().removeAllRanges();
  update();
}
