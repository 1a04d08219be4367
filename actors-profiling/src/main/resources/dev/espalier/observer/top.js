// The actors that have the most of something.

import { $, choice, el } from "./dom.js";
import { get } from "./feed.js";
import { count, percent, short } from "./format.js";

let by = "queue";
let window = 10;
let pending = false;

const COLUMNS = [
  ["queue", "Queue", (row) => (row.queued ? short(row.queued) : "–")],
  ["rate", "Msg/s", (row) => (row.rate ? short(row.rate) : "–")],
  ["time", "Busy", (row) => (row.busy < 0.05 ? "–" : percent(row.busy))],
  ["failures", "Failed", (row) => (row.failed ? count(row.failed) : "–")],
  ["restarts", "Restarts", (row) => (row.restarts ? count(row.restarts) : "–")],
];
const NOTHING = {
  queue: "No messages wait.",
  rate: "No messages are handled.",
  time: "Nothing is timed: the level is counters. An actor's page can change that if the observer is open for it.",
  failures: "Nothing has failed.",
  restarts: "Nothing was restarted.",
};

export async function update(onPath) {
  if (pending) return;
  pending = true;
  try {
    const { rows } = await get(`top?by=${by}&window=${window}&n=14`);
    const head = COLUMNS.map(([key, label]) => el("th", { scope: "col", class: key === by ? "chosen" : null }, label));
    const body = rows.map((row) => el("tr", {},
      el("th", { scope: "row" }, el("button", { class: "link path", title: row.path, onclick: () => onPath(row.path) }, row.path)),
      COLUMNS.map(([key, , show]) => el("td", { class: key === by ? "chosen" : null }, show(row)))));
    const focused = document.activeElement?.title;
    $("top").replaceChildren(
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Actor"), head)),
      el("tbody", {}, rows.length ? body : el("tr", {}, el("td", { class: "empty", colspan: "6" }, NOTHING[by]))));
    if (focused) [...$("top").querySelectorAll("button")].find((each) => each.title === focused)?.focus();
  } finally {
    pending = false;
  }
}

export function start(refresh) {
  choice($("top-by"), [["queue", "queue"], ["rate", "rate"], ["time", "busy"], ["failures", "failures"], ["restarts", "restarts"]], by, (value) => {
    by = value;
    refresh();
  });
  choice($("top-window"), [[1, "1 s"], [10, "10 s"], [60, "1 min"]], window, (value) => {
    window = value;
    refresh();
  });
}
