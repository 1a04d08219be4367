// Draws a flame graph, the whole at the top and below each frame what it has called: for the observer's page and for
// files, into which it is copied. A frame is [name, weight, weight before, called...].

const HEIGHT = 20;
const LEAST = 1.5; // pixels

const share = (n, of) => (of === 0 ? 0 : n / of);
// What fits into a box: the actor's own name, the class and the method.
const label = (name) => (name.startsWith("/") ? name.slice(name.lastIndexOf("/") + 1) : name.startsWith("(") ? name : name.split(".").slice(-2).join("."));
const percent = (part) => `${(100 * part).toFixed(part < 0.01 ? 2 : 1)} %`;

export function amount(unit, n) {
  if (unit === "bytes") return n < 1048576 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 1048576).toFixed(1)} MiB`;
  return n < 1e9 ? `${(n / 1e6).toFixed(1)} ms` : `${(n / 1e9).toFixed(2)} s`;
}

// graph: the element to draw in; says: the one that tells of a frame.
export function flames(graph, says) {
  let data = ["all", 0, 0];
  let unit = "nanoseconds";
  let compared = false;
  let words = "";
  let way = [data]; // from the whole to the frame that fills the width
  let boxes = [];
  let drawn = 0; // for this width
  graph.classList.add("flames");

  function color(node, depth) {
    if (compared) {
      const grown = share(node[1], data[1]) - share(node[2], data[2]);
      const strength = Math.min(1, Math.abs(grown) * 5);
      return `hsl(${grown > 0 ? 0 : 220} ${Math.round(80 * strength)}% ${Math.round(88 - 25 * strength)}%)`;
    }
    if (depth > 0 && node[0].startsWith("/")) return "hsl(110 24% 74%)";
    if (depth === 0 || node[0].startsWith("(")) return "hsl(60 8% 80%)";
    let hash = 0;
    for (const c of node[0].slice(0, node[0].lastIndexOf("."))) hash = (hash * 31 + c.codePointAt(0)) % 360;
    return `hsl(${24 + (hash % 30)} 62% ${72 + (hash % 9)}%)`;
  }

  function describe(node) {
    const now = `${node[0]}: ${amount(unit, node[1])}, ${percent(share(node[1], data[1]))}`;
    return compared ? `${now}; before ${amount(unit, node[2])}, ${percent(share(node[2], data[2]))}` : now;
  }

  function place({ node, depth, left, width }, above) {
    const element = document.createElement("button");
    const entry = { node, depth, above, element };
    element.type = "button";
    element.textContent = label(node[0]);
    element.dataset.name = node[0];
    element.title = describe(node);
    element.tabIndex = -1;
    element.style.left = `${left}px`;
    element.style.width = `${Math.max(1, width - 1)}px`;
    element.style.top = `${depth * HEIGHT}px`;
    element.style.background = color(node, depth);
    element.classList.toggle("found", words !== "" && node[0].toLowerCase().includes(words));
    element.addEventListener("mouseenter", () => (says.textContent = describe(node)));
    element.addEventListener("focus", () => (says.textContent = describe(node)));
    element.addEventListener("click", () => zoom(entry));
    boxes.push(entry);
    return entry;
  }

  function draw() {
    boxes = [];
    const width = graph.clientWidth;
    drawn = width;
    let above = null;
    way.forEach((node, depth) => (above = place({ node, depth, left: 0, width }, above)));
    const open = [{ entry: above, left: 0, width }];
    while (open.length) {
      const { entry, left, width: size } = open.pop();
      let at = left;
      for (const node of entry.node.slice(3)) {
        const part = size * share(node[1], entry.node[1]);
        if (part >= LEAST) {
          const below = place({ node, depth: entry.depth + 1, left: at, width: part }, entry);
          open.push({ entry: below, left: at, width: part });
        }
        at += part;
      }
    }
    graph.replaceChildren(...boxes.map((each) => each.element));
    graph.style.height = `${(Math.max(...boxes.map((each) => each.depth)) + 1) * HEIGHT}px`;
    boxes[way.length - 1].element.tabIndex = 0; // the keyboard comes in there
  }

  function zoom(entry) {
    way = [];
    for (let at = entry; at; at = at.above) way.unshift(at.node);
    draw();
    boxes[way.length - 1].element.focus({ preventScroll: true });
  }

  // Up to the caller, down to what was called, left and right among those of one depth.
  function move(key) {
    const at = boxes.find((each) => each.element === document.activeElement);
    if (!at) return false;
    const row = boxes.filter((each) => each.depth === at.depth).sort((a, b) => parseFloat(a.element.style.left) - parseFloat(b.element.style.left));
    const to = {
      ArrowUp: () => at.above,
      ArrowDown: () => boxes.find((each) => each.above === at),
      ArrowLeft: () => row[row.indexOf(at) - 1],
      ArrowRight: () => row[row.indexOf(at) + 1],
    }[key];
    if (!to) return false;
    to()?.element.focus();
    return true;
  }

  graph.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") zoom({ node: data, above: null });
    else if (!move(event.key)) return;
    event.preventDefault();
  });
  new ResizeObserver(() => graph.clientWidth !== drawn && draw()).observe(graph);

  return {
    // Shows other data, at the frame that was looked at if it is still there.
    show(fresh, of, isCompared) {
      const names = way.slice(1).map((node) => node[0]);
      [data, unit, compared] = [fresh, of, isCompared];
      way = [data];
      for (const name of names) {
        const next = way.at(-1).slice(3).find((node) => node[0] === name);
        if (!next) break;
        way.push(next);
      }
      const focused = boxes.find((each) => each.element === document.activeElement);
      draw();
      if (focused) (boxes.find((each) => each.node[0] === focused.node[0] && each.depth === focused.depth) ?? boxes[0]).element.focus({ preventScroll: true });
    },
    find(text) {
      words = text.trim().toLowerCase();
      draw();
    },
    all: () => zoom({ node: data, above: null }),
  };
}
