// The order in which the system would stop, and the stop as it happens.

import { $, el } from "./dom.js";
import { live, nodes } from "./feed.js";
import { count, millis } from "./format.js";
import { path } from "./tree.js";

const MOST = 200;
let seen = "";

function planned() {
  const tops = [...(live.root?.kids ?? [])].reverse();
  return [
    el("h2", {}, "Order of the stop"),
    el("p", { class: "quiet" }, "What was started last stops first, each with all below it; nothing is cut off before its time."),
    el("ol", { class: "order" }, tops.map((node) => el("li", {}, el("b", {}, node.name),
      node.kids.length > 0 && el("span", { class: "quiet" }, `${count(node.sum.actors - 1)} below it first`)))),
  ];
}

function ended(each) {
  return el("div", { class: "line" },
    el("span", { class: "took" }, millis(each.took)),
    el("span", { class: "what" }, el("b", {}, each.path),
      el("span", { class: "cause" }, [each.drained && `${count(each.drained)} drained`, each.left && `${count(each.left)} left over`, each.cause].filter(Boolean).join("  ·  "))),
    el("span", { class: `decision ${each.how}` }, each.how),
    each.stack && el("pre", {}, each.stack.join("\n")));
}

function progress() {
  const done = live.ended.length;
  const left = live.system.state === "stopped" ? 0 : nodes.size;
  const hows = new Map();
  live.ended.forEach(({ how }) => hows.set(how, (hows.get(how) ?? 0) + 1));
  const waiting = [...nodes.values()].filter((node) => node.state === 2 && node.kids.length === 0).slice(0, 20);
  const bar = el("progress", { max: done + left, value: done, "aria-label": "Actors that have ended" });
  return [
    el("h2", {}, left ? "Stopping" : "Stopped"),
    bar,
    el("div", { class: "ledger" },
      el("span", { class: "term" }, el("b", {}, count(done)), "ended"),
      [...hows].map(([how, n]) => el("span", { class: `term ${how}` }, el("b", {}, count(n)), how)),
      left > 0 && el("span", { class: "term" }, el("b", {}, count(left)), "to come")),
    left > 0 && waiting.length > 0 && [el("h3", {}, "Waiting for"), el("div", { class: "events" }, waiting.map((node) =>
      el("div", { class: "line" }, el("span", { class: "what" }, el("b", {}, path(node)),
        el("span", { class: "cause" }, node.queue ? `${count(node.queue)} messages left` : ""))))) ],
    done > 0 && el("h3", {}, "Ended, the last first"),
    el("div", { class: "events" }, live.ended.slice(-MOST).reverse().map(ended)),
    done > MOST && el("p", { class: "quiet" }, `and ${count(done - MOST)} before`),
  ].flat();
}

export function update() {
  const now = `${live.structure} ${live.ended.length} ${live.system.state}`;
  if (now === seen && live.system.state === "running") return;
  seen = now;
  $("stop").replaceChildren(...(live.system.state === "running" ? planned() : progress()).filter(Boolean));
}
