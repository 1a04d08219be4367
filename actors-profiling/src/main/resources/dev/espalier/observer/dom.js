// Makes elements. Text only ever becomes a text node, so what actors are called cannot be markup.

export const $ = (id) => document.getElementById(id);

export function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

export function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Changes the text only if it differs: no needless layout.
export function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

// A group of buttons of which one is chosen.
export function choice(group, options, chosen, onChoose) {
  const buttons = options.map(([value, label]) =>
    el("button", { "aria-pressed": String(value === chosen), onclick: () => {
      buttons.forEach((each, i) => each.setAttribute("aria-pressed", String(options[i][0] === value)));
      onChoose(value);
    } }, label));
  group.replaceChildren(...buttons);
}

// A list of things that unfold; those that were open stay so when it is made anew, and the keyboard stays where it was.
export function unfolding(list, items) {
  const keys = () => [...list.querySelectorAll("button, summary, select")];
  const focused = keys().indexOf(document.activeElement);
  const open = new Set([...list.querySelectorAll("details[open]")].map((each) => each.dataset.key));
  list.replaceChildren(...items);
  for (const each of list.querySelectorAll("details")) each.open = open.has(each.dataset.key);
  if (focused >= 0) keys()[focused]?.focus({ preventScroll: true });
}
