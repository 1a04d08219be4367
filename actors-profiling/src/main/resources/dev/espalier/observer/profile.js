// A profile: it begins, ends by itself or by hand, and shows where the time went, as flames or as a table.

import { $, choice, el, text } from "./dom.js";
import { file, get, live, post } from "./feed.js";
import { amount, flames } from "./flames.js";
import { type } from "./format.js";
import { table } from "./table.js";
import * as tree from "./tree.js";

const VIEWS = [["flames", "flame graph"], ["table", "table"]];
const KINDS = [["cpu", "processor"], ["wall", "wall clock"], ["allocation", "allocation"], ["lock", "locks"], ["pinned", "pinned"]];
const SHAPES = [["path", "by path"], ["code", "by class"], ["subtree", "of the chosen actor"]];
const SECONDS = [[10, "10 s"], [60, "1 min"], [300, "5 min"]];
const FILES = [["html", "HTML"], ["speedscope", "speedscope"], ["collapsed", "collapsed"], ["pprof", "pprof"]];
const EVERY = 3000; // a graph of a profile that goes on
const ROWS = 12;

let view = "flames";
let kind = "cpu";
let shape = "path";
let seconds = 10;
let compared = false;
let pending = false;
let late = false; // something else is wanted since the last request began
let seen = "";
let seenAt = 0;
let graph = null;
let figures = null;
let parts = null;
let open = null;

const choices = () => view === "table" ? figures.choices() : `kind=${kind}&by=${shape}&compared=${Number(compared)}&path=${encodeURIComponent(shape === "subtree" ? tree.chosen() : "")}`;
const again = () => {
  seen = "";
  late = pending;
  update().catch(() => {});
};

async function act(what) {
  try {
    await post(what);
    text(parts.said, "");
  } catch (error) {
    text(parts.said, error.message);
  }
  again();
}

async function save(format) {
  try {
    const { blob, name } = await file(`profile/file?${choices()}&format=${format}`);
    const link = el("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    text(parts.said, "");
  } catch (error) {
    text(parts.said, error.message);
  }
}

function build() {
  const group = (label) => el("div", { class: "choice", role: "group", "aria-label": label });
  parts = {
    begin: el("button", { onclick: () => act(`profile?seconds=${seconds}&path=${encodeURIComponent(tree.chosen())}`) }),
    stop: el("button", { onclick: () => act("profile/stop") }, "Stop"),
    state: el("p", { class: "quiet" }),
    said: el("p", { class: "bad", role: "status" }),
    empty: el("p", { class: "empty" }),
    shown: el("div", {}),
    flames: el("div", {}),
    compare: el("input", { type: "checkbox", onchange: (event) => {
      compared = event.target.checked;
      again();
    } }),
    says: el("p", { class: "says", role: "status" }),
    sums: el("table", { class: "sums" }),
  };
  const area = el("div", { role: "group", "aria-label": "Flame graph; arrows move, Enter shows a frame at full width, Escape shows all" });
  const find = el("input", { type: "search", placeholder: "Find a frame", "aria-label": "Find a frame", autocomplete: "off", spellcheck: "false", oninput: (event) => graph.find(event.target.value) });
  const [long, views, kinds, shapes] = [group("How long"), group("Shown as"), group("Weighed by"), group("Shown")];
  choice(views, VIEWS, view, (value) => {
    view = value;
    again();
  });
  choice(long, SECONDS, seconds, (value) => {
    seconds = value;
    again();
  });
  choice(kinds, KINDS, kind, (value) => {
    kind = value;
    again();
  });
  choice(shapes, SHAPES, shape, (value) => {
    shape = value;
    again();
  });
  figures = table(again, (path) => open?.(path));
  parts.shown.append(el("div", { class: "heading" }, views), parts.flames, figures.whole);
  parts.flames.append(
    el("div", { class: "heading" }, kinds, shapes),
    el("div", { class: "heading" }, find, el("label", { class: "quiet" }, parts.compare, " compared to the one before")),
    parts.says, area, parts.sums,
    el("div", { class: "actions files" }, el("span", { class: "quiet" }, "Save as"), FILES.map(([format, label]) => el("button", { onclick: () => save(format) }, label))));
  $("profile").replaceChildren(
    el("div", { class: "heading" }, el("h2", {}, "Profile"), long, el("div", { class: "actions inline" }, parts.begin, parts.stop)),
    parts.state, parts.said, parts.shown, parts.empty);
  graph = flames(area, parts.says);
}

function tell(profile) {
  const chosen = tree.chosen();
  const goesOn = profile.state === "recording";
  text(parts.begin, goesOn ? "Recording" : `Record ${SECONDS.find(([value]) => value === seconds)[1]}`);
  parts.begin.disabled = profile.state !== "none" && profile.state !== "done";
  parts.stop.hidden = !goesOn;
  text(parts.state, goesOn ? `Recording, ${Math.ceil(profile.left)} s to go; by the clock on the wall: ${profile.wall}`
    : profile.state === "reading" ? "Reading what was recorded …"
    : `Processor time, allocations and locks of all actors; by the clock on the wall of ${chosen} and those below it. Choose another actor in the tree.`);
  parts.compare.disabled = !profile.before;
  parts.compare.parentElement.hidden = !profile.before;
}

function sums(answer) {
  const name = (each) => (answer.by === "code" && !each.startsWith("(") ? type(each) : each);
  parts.sums.replaceChildren(
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, answer.by === "code" ? "Class" : "Actor"), el("th", { scope: "col" }, "Share"), el("th", { scope: "col" }, answer.unit === "bytes" ? "Memory" : "Time"))),
    el("tbody", {}, answer.sums.slice(0, ROWS).map(([each, weight]) => el("tr", {},
      el("th", { scope: "row", title: each }, name(each)),
      el("td", {}, `${((100 * weight) / Math.max(1, answer.all)).toFixed(1)} %`),
      el("td", {}, amount(answer.unit, weight))))));
}

async function show() {
  const answer = await get(`profile/flames?${choices()}`);
  graph.show(answer.frames, answer.unit, answer.compared);
  sums(answer);
  return answer.total;
}

// `onPath` is called when somebody chooses an actor in the table.
export async function update(onPath) {
  open = onPath ?? open;
  if (!graph) build();
  if (pending || !live.root) return;
  pending = true;
  try {
    const profile = await get("profile");
    tell(profile);
    const there = profile.state !== "none" && profile.number > 0;
    const now = `${profile.state} ${profile.number} ${view} ${choices()}`;
    const due = profile.state === "recording" && Date.now() - seenAt > EVERY;
    if (there && profile.state !== "reading" && (now !== seen || due)) {
      const total = view === "table" ? await figures.show() : await show();
      if (!late) seen = now;
      seenAt = Date.now();
      parts.shown.hidden = false;
      parts.flames.hidden = view === "table";
      figures.whole.hidden = view !== "table";
      parts.empty.hidden = total !== 0;
      text(parts.empty, profile.state === "recording" ? "Nothing was seen yet." : "Nothing was seen.");
    } else if (!there) {
      parts.shown.hidden = true;
      parts.empty.hidden = false;
      text(parts.empty, "Where the time goes shows here once you have recorded.");
    }
  } finally {
    pending = false;
    if (late) again();
  }
}
