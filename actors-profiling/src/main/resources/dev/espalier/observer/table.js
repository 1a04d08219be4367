// The table of a profile: who handled how many messages and how long that took, as its report has it.

import { choice, el, text } from "./dom.js";
import { get } from "./feed.js";
import { count, nanos, type } from "./format.js";

const KINDS = [["path", "by actor"], ["code", "by class"], ["message", "by message"], ["handler", "by class and message"]];
const NAMES = { path: "Actor", code: "Class", message: "Message", handler: "Class (message)" };
const number = (n) => (n ? count(n) : "–");
const COLUMNS = [
  ["calls", "Calls", "Messages that were handled", number],
  ["failed", "Failed", "Messages that the actor failed over", number],
  ["own", "Own", "How long handling took, without the waiting for replies to asks", nanos],
  ["own_per_call", "per call", "Own time of one message on average", nanos],
  ["cumulative", "Cumulative", "How long handling took in all", nanos],
  ["per_call", "per call", "Cumulative time of one message on average", nanos],
  ["p50", "p50", "Half of the messages took at most that", nanos],
  ["p99", "p99", "99 of 100 messages took at most that", nanos],
  ["wait_p50", "Wait p50", "Half of the messages were at most that long in the mailbox", nanos],
  ["wait_p99", "Wait p99", "99 of 100 messages were at most that long in the mailbox", nanos],
  ["cpu", "CPU", "Processor time, by samples", nanos],
];

const SPARE = "own_per_call"; // the first to go where there is little room

let by = "path";
let sort = "own";

const simple = (name) => {
  const open = name.indexOf("(");
  if (by === "path" || open === 0) return name;
  return by === "handler" && open > 0 ? `${type(name.slice(0, open))} (${name.endsWith("types)") ? name.slice(open + 1, -1) : type(name.slice(open + 1, -1))})` : type(name);
};

// What tells actors apart is at the end: if there is too little room, the beginning is cut.
function ends(path) {
  const at = path.lastIndexOf("/");
  return [el("span", {}, path.slice(0, at)), el("span", {}, path.slice(at))];
}

// `again` is called when something else is to be shown; `onPath` when an actor is chosen.
export function table(again, onPath) {
  const kinds = el("div", { class: "choice", role: "group", "aria-label": "A row is" });
  choice(kinds, KINDS, by, (value) => {
    by = value;
    again();
  });
  const first = el("th", { scope: "col" });
  const heads = new Map();
  const head = (key, label, title, name) => {
    const button = el("button", { title, onclick: () => {
      sort = key;
      again();
    } }, label);
    const cell = name ? first : el("th", { scope: "col", class: key === SPARE ? "spare" : null });
    cell.replaceChildren(button);
    heads.set(key, cell);
    return cell;
  };
  const body = el("tbody");
  const said = el("p", { class: "quiet", role: "status" });
  const figures = el("table", { class: "figures" },
    el("thead", {}, el("tr", {}, head("name", "Actor", "By name", true), COLUMNS.map(([key, label, title]) => head(key, label, title, false)))), body);
  const whole = el("div", { class: "report" }, el("div", { class: "heading" }, kinds), said,
    el("div", { class: "wideTable", role: "region", tabindex: "0", "aria-label": "Table of the profile; a column's name sorts by it" }, figures));

  function row([name, ...values]) {
    const actor = by === "path" && !name.endsWith("/*");
    return el("tr", {},
      el("th", { scope: "row", title: name }, actor ? el("button", { class: "link path", title: name, onclick: () => onPath(name) }, ...ends(name)) : simple(name)),
      COLUMNS.map(([key, , , show], i) => {
        const kind = key === "failed" && values[i] ? "bad" : key === sort ? "chosen" : "";
        return el("td", { class: key === SPARE ? `${kind} spare` : kind }, show(values[i]));
      }));
  }

  return {
    whole,
    choices: () => `by=${by}&sort=${sort}`,
    async show() {
      const answer = await get(`profile/table?by=${by}&sort=${sort}`);
      const focused = body.contains(document.activeElement) && document.activeElement.title;
      if (answer.by !== by || answer.sort !== sort) return null; // something else is wanted meanwhile
      text(first.firstChild, NAMES[by]);
      for (const [key, cell] of heads) {
        if (key === sort) cell.setAttribute("aria-sort", key === "name" ? "ascending" : "descending");
        else cell.removeAttribute("aria-sort");
      }
      body.replaceChildren(...answer.rows.map(row));
      if (focused) [...body.querySelectorAll("button")].find((each) => each.title === focused)?.focus({ preventScroll: true });
      const more = answer.all - answer.rows.length;
      text(said, `${count(answer.calls)} messages in ${nanos(answer.took)}${answer.level.startsWith("1:") ? `, one of ${answer.level.slice(2)} timed` : ""}${more > 0 ? `; ${count(more)} more rows` : ""}`);
      return answer.all;
    },
  };
}
