// The log while it is written: the newest line is the last one, and stays in sight unless somebody scrolls up.

import { $, choice, el, text } from "./dom.js";
import { get } from "./feed.js";
import { clock, count } from "./format.js";

const MOST = 1000;
const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
let lines = [];
let last = 0;
let least = 0;
let words = "";
let paused = false;
let pending = false;
let missed = 0;

export function entry(line, onPath) {
  const [first, ...more] = line.text.split("\n");
  const logger = line.logger.slice(line.logger.lastIndexOf(".") + 1);
  return el("div", { class: `entry ${line.level.toLowerCase()}` },
    el("time", {}, clock(line.at)),
    el("span", { class: "level" }, line.level),
    el("span", { class: "what" },
      el("span", { class: "source", title: line.logger },
        line.actor && onPath ? el("button", { class: "link", onclick: () => onPath(line.actor) }, line.actor) : line.actor,
        line.actor && " ", logger),
      more.length
        ? el("details", { "data-key": line.number }, el("summary", { class: "text" }, first), el("pre", {}, more.join("\n")))
        : el("span", { class: "text" }, first)));
}

const wanted = (line) => LEVELS.indexOf(line.level) >= least
  && (!words || `${line.actor} ${line.logger} ${line.text}`.toLowerCase().includes(words));

let open = () => {};
const list = el("div", { class: "entries", role: "log", "aria-label": "Log" });
const said = el("p", { class: "empty" });
const note = el("p", { class: "quiet" });
const pause = el("button", { "aria-pressed": "false", onclick: () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  text(pause, paused ? "paused" : "pause");
  if (!paused) update(open).catch(() => {});
} }, "pause");

function explain(available) {
  const nothing = !lines.length
    ? available ? "Nothing has been logged since you opened this." : "The log is not shown: actors-logging is not there, or does not write it."
    : "No line matches.";
  text(said, list.childElementCount ? "" : nothing);
  said.hidden = list.childElementCount > 0;
  text(note, missed ? `${count(missed)} lines came too fast to be shown.` : "");
  note.hidden = !missed;
}

function renew() {
  list.replaceChildren(...lines.filter(wanted).map((line) => entry(line, open)));
  explain(true);
}

function build() {
  const level = el("div", { class: "choice", role: "group", "aria-label": "From this level on" });
  choice(level, [[0, "all"], [2, "info"], [3, "warn"], [4, "error"]], least, (value) => {
    least = value;
    renew();
  });
  const filter = el("input", { type: "search", placeholder: "Filter", "aria-label": "Filter the log", autocomplete: "off", spellcheck: "false", oninput: (event) => {
    words = event.target.value.trim().toLowerCase();
    renew();
  } });
  $("log").replaceChildren(
    el("div", { class: "heading sticky" }, el("h2", {}, "Log"), level, filter, el("div", { class: "choice" }, pause)), note, list, said);
}

export async function update(onPath) {
  open = onPath;
  if (!list.isConnected) build();
  if (paused || pending) return;
  pending = true;
  try {
    const answer = await get(`log?after=${last}&n=${MOST}`);
    if (answer.last < last) { // another process: all its lines are new
      lines = [];
      list.replaceChildren();
      last = 0;
      return;
    }
    last = answer.last;
    missed += answer.missed;
    const box = $("log");
    const follows = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    lines.push(...answer.lines);
    lines = lines.slice(-MOST);
    list.append(...answer.lines.filter(wanted).map((line) => entry(line, open)));
    while (list.childElementCount > MOST) list.firstElementChild.remove();
    explain(answer.available);
    if (follows) box.scrollTop = box.scrollHeight;
  } finally {
    pending = false;
  }
}
