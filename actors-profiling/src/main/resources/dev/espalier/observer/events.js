// Failures, incidents and dead letters, newest first.

import { $, el, unfolding } from "./dom.js";
import { get, live } from "./feed.js";
import { clock, count, type } from "./format.js";

let seen = "";

export function failure(each) {
  const cause = each.cause.replace(/^[\w.$]+\.(\w+)/, "$1");
  return el("details", { "data-key": `${each.at}${each.path}` },
    el("summary", {},
      el("time", { datetime: new Date(each.at).toISOString() }, clock(each.at)),
      el("span", { class: "what" }, el("b", {}, each.path), el("span", { class: "cause" }, cause)),
      el("span", { class: `decision ${each.decision}` }, each.decision)),
    each.message && el("p", {}, "over ", el("code", {}, each.message)),
    el("pre", {}, each.stack.join("\n")));
}

function incident(each, onPath) {
  return el("div", { class: "line" }, el("time", {}, clock(each.at)),
    el("span", { class: "what" }, el("button", { class: "link path", title: each.path, onclick: () => onPath(each.path) }, each.path), el("span", { class: "cause" }, each.text)),
    el("span", { class: "decision trouble" }, each.kind));
}

// `onPath` is called when somebody chooses an actor.
export async function updateFailures(onPath) {
  const now = `${live.system.failures} ${live.system.incidents}`;
  if (now === seen) return;
  const { failures, incidents } = await get("failures");
  seen = now; // only now: what was not answered is asked for again
  unfolding($("failures"), [
    el("h2", {}, "Failures"),
    failures.length ? el("div", { class: "events" }, failures.map(failure)) : el("p", { class: "empty" }, "Nothing has failed."),
    incidents.length > 0 && el("h2", {}, "Incidents"),
    incidents.length > 0 && el("div", { class: "events" }, incidents.map((each) => incident(each, onPath))),
  ].filter(Boolean));
}

export async function updateLetters() {
  const { count: sum, reasons, last } = await get("dead-letters");
  const terms = Object.entries(reasons).map(([reason, n]) => el("span", { class: `term${n ? "" : " none"}` }, el("b", {}, count(n)), reason));
  $("letters").replaceChildren(
    el("h2", {}, "Dead letters"),
    el("div", { class: "ledger" }, el("span", { class: "term" }, el("b", {}, count(sum)), "in all"), el("span", { class: "sign" }, "="), terms),
    last.length ? el("div", { class: "events" }, last.map((each) => el("div", { class: "line" },
      el("time", {}, clock(each.at)),
      el("span", { class: "what" }, el("b", {}, each.path), el("span", { class: "cause" }, type(each.type))),
      el("span", { class: "decision" }, each.reason)))) : el("p", { class: "empty" }, "Every message has found its actor."));
}
