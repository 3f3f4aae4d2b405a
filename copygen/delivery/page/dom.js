// The page is built of elements and text, never of HTML: what a model wrote stays text.

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "htmlFor", "open", "tabIndex"]);

/** An element with attributes, properties, listeners (`onclick`) and children. */
export function el(tag, given = {}, ...children) {
  return furnished(document.createElement(tag), given, children);
}

/** The same in SVG. */
export function svg(tag, given = {}, ...children) {
  return furnished(document.createElementNS("http://www.w3.org/2000/svg", tag), given, children);
}

function furnished(node, given, children) {
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "vars") setVariables(node, value);
    else if (PROPERTIES.has(name)) node[name] = value;
    else node.setAttribute(name === "class" ? "class" : name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Custom properties of CSS; style attributes are refused by the page's policy. */
export function setVariables(node, variables) {
  for (const [name, value] of Object.entries(variables)) node.style.setProperty(name, value);
}

export function byId(id) {
  return document.getElementById(id);
}

const PATHS = {
  draft: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11",
  approved: "M3 8.5l3.2 3.2L13 4.8",
  edited: "M3 13l.8-3.2L10.6 3a1.4 1.4 0 0 1 2 0l.4.4a1.4 1.4 0 0 1 0 2L6.2 12.2zM9.4 4.2l2.4 2.4",
  rejected: "M4 4l8 8M12 4l-8 8",
  locked: "M4 7.5h8v6H4zM5.5 7.5V5.2a2.5 2.5 0 0 1 5 0v2.3",
  stale: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M8 5v3.2l2.2 1.4",
  orphan: "M5 5.2a3 3 0 1 1 4.3 2.9c-.9.5-1.3 1-1.3 2M8 12.4v.6",
  comment: "M2.5 3.5h11v7.5H7.5L4.5 13.5V11h-2z",
  undo: "M6 3.5L2.8 6.6L6 9.7M3 6.6h6.2a3.5 3.5 0 0 1 0 7H7",
  redo: "M10 3.5l3.2 3.1L10 9.7M13 6.6H6.8a3.5 3.5 0 0 0 0 7H9",
  chart: "M2.5 13.5h11M4.5 13V8.5M8 13V4M11.5 13V6.5",
  filter: "M2.5 4h11M4.8 8h6.4M6.8 12h2.4",
  help: "M5.4 5.8a2.6 2.6 0 1 1 3.8 2.3c-.8.5-1.2 1-1.2 1.8M8 12.3v.5",
  save: "M8 2.5v7.5M4.8 7L8 10.2L11.2 7M3 13.5h10",
  back: "M10 3.5L5.5 8l4.5 4.5",
  warn: "M8 2.5l6 10.8H2zM8 6.4v3.2M8 11.3v.4",
};

/** A drawn sign; the words stand beside it, so it says nothing to screen readers. */
export function icon(name) {
  return svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] ?? PATHS.draft }),
  );
}

/** A button that says `words`, after the sign of that name. */
export function button(words, press, { sign = null, ...given } = {}) {
  return el("button", { type: "button", onclick: press, ...given }, sign === null ? null : icon(sign), words);
}

/** Calls `act` once, `ms` after the last of several calls. */
export function debounced(ms, act) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), ms);
  };
}

/** What several parts of the page want to hear of: `on(act)`, then `tell(...)`. */
export class Signal {
  #listeners = [];
  on(act) {
    this.#listeners.push(act);
  }
  tell(...given) {
    for (const act of this.#listeners) act(...given);
  }
}

const plain = new Intl.NumberFormat("en");

export function counted(number, one, many = `${one}s`) {
  return `${plain.format(number)} ${number === 1 ? one : many}`;
}

export function figure(number) {
  return plain.format(number);
}
