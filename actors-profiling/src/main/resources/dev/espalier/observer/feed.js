// What the server sends, and the tree that it adds up to.
//
// The token stands behind the # of the address, which browsers keep to themselves; it is taken out of sight.

const KEY = "espalier.token";
if (location.hash.length > 1) {
  sessionStorage.setItem(KEY, location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}
addEventListener("hashchange", () => location.reload()); // another link into the same tab: only what is behind the # differs
const token = sessionStorage.getItem(KEY);
const headers = { Authorization: `Bearer ${token}` };

export const STATES = ["starting", "running", "stopping", "stopped"];
const TROUBLES = ["stuck", "behind", "starving", "hog", "pinned", "restarting"]; // by their bits

export const troubles = (bits) => TROUBLES.filter((each, i) => bits & (1 << i));

export async function get(path) {
  const answer = await fetch(`api/${path}`, { headers });
  if (!answer.ok) throw Object.assign(new Error((await answer.json()).error), { status: answer.status });
  return answer.json();
}

// What is to be saved, and under which name.
export async function file(path) {
  const answer = await fetch(`api/${path}`, { headers });
  if (!answer.ok) throw new Error((await answer.json()).error);
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
  return { blob: await answer.blob(), name: name?.[1] ?? "profile" };
}

export async function post(path) {
  const answer = await fetch(`api/${path}`, { method: "POST", headers });
  if (!answer.ok) throw new Error((await answer.json()).error);
}

export const nodes = new Map();
export const live = { root: null, system: null, history: [], ended: [], structure: 0, anew: 0 };

function figures(node, row, at) {
  [node.state, node.queue, node.handled, node.rate, node.failed, node.restarts, node.busy, node.dropped, node.trouble] = row.slice(at, at + 9);
}

function add(row) {
  const [id, parent, name] = row;
  const above = nodes.get(parent);
  const node = { id, name, parent: above, kids: [], depth: above ? above.depth + 1 : 0, sum: {} };
  figures(node, row, 3);
  nodes.set(id, node);
  if (above) above.kids.push(node);
  else live.root = node;
}

function remove(ids) {
  const families = new Set();
  for (const id of ids) {
    const node = nodes.get(id);
    if (!node) continue;
    nodes.delete(id);
    node.gone = true;
    if (node.parent) families.add(node.parent);
  }
  for (const parent of families) parent.kids = parent.kids.filter((kid) => !kid.gone);
}

// The sums of every branch; a child has a higher number than its parent, and the map is in their order.
function sum() {
  const all = [...nodes.values()];
  for (const node of all) node.sum = { actors: 1, queue: node.queue, rate: node.rate, failed: node.failed, handled: node.handled, trouble: node.trouble ? 1 : 0 };
  for (let i = all.length - 1; i >= 0; i--) {
    const above = all[i].parent?.sum;
    if (above) for (const key in above) above[key] += all[i].sum[key];
  }
}

function take(kind, data) {
  if (kind === "tree") {
    for (const node of nodes.values()) node.gone = true; // numbers may mean others now: of another process, or after a pause
    nodes.clear();
    live.anew++;
    live.history = data.history;
    live.ended = data.ended;
  } else {
    remove(data.gone);
    for (const row of data.changed) {
      const node = nodes.get(row[0]);
      if (node) figures(node, row, 1);
    }
    live.history.push(data.system.vitals.now);
    if (live.history.length > 300) live.history.shift();
    live.ended.push(...data.ended);
  }
  data.added.forEach(add);
  if (kind === "tree" || data.added.length || data.gone.length) live.structure++;
  live.system = data.system;
  sum();
}

async function stream(onFrame) {
  const answer = await fetch("api/events", { headers });
  if (!answer.ok) throw Object.assign(new Error((await answer.json()).error), { status: answer.status });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    if (!value.includes("\n")) continue;
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const found = /^event: (\w+)\ndata: (.*)$/s.exec(event);
      if (found) {
        take(found[1], JSON.parse(found[2]));
        onFrame();
      }
    }
  }
}

// Follows the server for ever. onLost is told why there is nothing new: null if it works again.
export async function follow(onFrame, onLost) {
  if (!token) {
    onLost("This page needs the whole link, with the token behind the #. The log of the observed process has it.");
    return;
  }
  for (let pause = 1000; ; pause = Math.min(pause * 2, 10_000)) {
    try {
      await stream(() => {
        pause = 1000;
        onLost(null);
        onFrame();
      });
    } catch (error) {
      if (error.status === 403 || error.status === 401) {
        onLost(error.message);
        return;
      }
      if (error.status) onLost(error.message);
    }
    if (live.system?.state === "stopped") {
      onLost("The system has stopped. This is the last picture of it.");
      return;
    }
    if (live.system) onLost("The connection is lost. Trying again …");
    await new Promise((resume) => setTimeout(resume, pause));
  }
}
