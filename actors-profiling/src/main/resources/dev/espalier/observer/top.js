// The actors that have the most of something.

import { $, choice, el } from "./dom.js";
import { get } from "./feed.js";
import { count, millis, nanos, percent, short } from "./format.js";

const MOST = 14;
const EVERY = 3000; // processor time while it is recorded

let by = "queue";
let window = 10;
let pending = false;
let cpu = { key: "", at: 0, rows: [], all: 0 };

// Those that a small screen shows, whatever is compared.
const NARROW = ["queue", "rate", "failures"];
const COLUMNS = [
  ["queue", "Queue", "Messages that wait now", (row) => (row.queued ? short(row.queued) : "–")],
  ["wait", "Wait", "How long a message that comes now would wait, if the actor goes on as in this window", (row) => (row.wait < 0 ? "∞" : row.wait ? millis(row.wait) : "–")],
  ["rate", "Msg/s", "Messages handled in a second", (row) => (row.rate ? short(row.rate) : "–")],
  ["time", "Busy", "Share of the time spent handling messages", (row) => (row.busy < 0.05 ? "–" : percent(row.busy))],
  ["failures", "Failed", "Messages that it has failed over", (row) => (row.failed ? count(row.failed) : "–")],
  ["restarts", "Restarts", "Since it was spawned", (row) => (row.restarts ? count(row.restarts) : "–")],
];
const NOTHING = {
  queue: "No messages wait.",
  wait: "No messages wait.",
  rate: "No messages are handled.",
  time: "Nothing is timed: the level is counters. An actor's page can change that if the observer is open for it.",
  failures: "Nothing has failed.",
  restarts: "Nothing was restarted.",
  cpu: "Processor time is sampled: record a profile under Profile, and it shows here.",
};

function draw(columns, rows, onPath) {
  const kind = (key) => (key === by ? "chosen" : columns === COLUMNS && !NARROW.includes(key) ? "wide" : null);
  const head = columns.map(([key, label, title]) => el("th", { scope: "col", title, class: kind(key) }, label));
  const body = rows.map((row) => el("tr", {},
    el("th", { scope: "row" }, el("button", { class: "link path", title: row.path, onclick: () => onPath(row.path) }, row.path)),
    columns.map(([key, , , show]) => el("td", { class: kind(key) }, show(row)))));
  const focused = document.activeElement?.title;
  $("top").replaceChildren(
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Actor"), head)),
    el("tbody", {}, rows.length ? body : el("tr", {}, el("td", { class: "empty", colspan: columns.length + 1 }, NOTHING[by]))));
  if (focused) [...$("top").querySelectorAll("button")].find((each) => each.title === focused)?.focus();
}

// By the profile that is recorded, or the last one.
async function processor(onPath) {
  const profile = await get("profile");
  const key = `${profile.state} ${profile.number}`;
  const due = key !== cpu.key || (profile.state === "recording" && Date.now() - cpu.at > EVERY);
  if (due && profile.state !== "reading") {
    const { sums, all } = profile.number > 0 ? await get("profile/flames?kind=cpu&by=path") : { sums: [], all: 0 };
    const rows = sums.filter(([path]) => path.startsWith("/")).slice(0, MOST).map(([path, time]) => ({ path, time }));
    cpu = { key, at: Date.now(), rows, all };
  }
  if (by !== "cpu") return;
  draw([
    ["share", "Share", "Of the processor time of the process", (row) => percent((100 * row.time) / cpu.all)],
    ["cpu", "Time", "Processor time in the profile, by samples", (row) => nanos(row.time)],
  ], cpu.rows, onPath);
}

export async function update(onPath) {
  if (pending) return;
  pending = true;
  try {
    if (by === "cpu") {
      await processor(onPath);
      return;
    }
    const answer = await get(`top?by=${by}&window=${window}&n=${MOST}`);
    if (answer.by === by) draw(COLUMNS, answer.rows, onPath);
  } finally {
    pending = false;
  }
}

export function start(refresh) {
  const kinds = [["queue", "queue"], ["wait", "wait"], ["rate", "rate"], ["time", "busy"], ["cpu", "processor"], ["failures", "failures"], ["restarts", "restarts"]];
  choice($("top-by"), kinds, by, (value) => {
    by = value;
    $("top-window").hidden = by === "cpu"; // the window is that of the profile
    refresh();
  });
  choice($("top-window"), [[1, "1 s"], [10, "10 s"], [60, "1 min"]], window, (value) => {
    window = value;
    refresh();
  });
}
