// What the page asks and explains: reasons, comments, bulk decisions, the keys.

import { button, byId, el } from "./dom.js";

const TOLD_MS = 6000;

/**
 * Shows a dialog of these nodes; resolves to the value of `answer(form)`, or null when it is closed.
 * Each has an element of its own: "close" comes late, and must not close the next one's question.
 */
function asked(title, nodes, { confirm, danger = false, answer }) {
  return new Promise((done) => {
    const form = el("form", { method: "dialog" }, el("h2", { id: "ask-title" }, title), nodes);
    const dialog = el("dialog", { id: "ask", "aria-labelledby": "ask-title" }, form);
    const end = (value) => {
      dialog.close();
      dialog.remove();
      done(value);
    };
    const look = danger ? "primary danger" : "primary";
    const asksWords = nodes.some((node) => node.localName === "textarea"); // where Enter breaks the line
    const label = asksWords ? [confirm, el("kbd", {}, "Ctrl ⏎")] : confirm;
    const yes = button(label, null, { type: "submit", class: look });
    form.append(
      el(
        "div",
        { class: "dialog-actions" },
        button("Cancel", () => end(null), { class: "quiet" }),
        yes,
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      end(answer(form));
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(yes);
    });
    dialog.addEventListener("close", () => end(null));
    document.body.append(dialog);
    dialog.showModal();
    (form.querySelector("textarea, input") ?? yes).focus();
  });
}

/** Asks for words; `suggestions` fill them in by a press. */
export function askWords(title, { label, confirm, value = "", suggestions = [], danger = false, hint = "" }) {
  const area = el("textarea", { id: "ask-words", rows: 3, value, dir: "auto" });
  const fill = (words) => () => {
    area.value = words;
    area.focus();
  };
  const used = suggestions.map((words) => button(words, fill(words), { class: "quiet" }));
  const group = { class: "suggestions", role: "group", "aria-label": "Used before" };
  const nodes = [
    el("label", { htmlFor: "ask-words" }, label),
    area,
    used.length ? el("div", group, used) : null,
    hint ? el("p", { class: "note" }, hint) : null,
  ].filter(Boolean);
  return asked(title, nodes, { confirm, danger, answer: () => area.value.trim() });
}

/** Asks whether; resolves to the states of the boxes, or null. */
export function askWhether(title, { confirm, lines = [], boxes = [], danger = false }) {
  const nodes = [
    ...lines.map((line) => el("p", {}, line)),
    ...boxes.map(({ name, words }) =>
      el("label", { class: "box" }, el("input", { type: "checkbox", name }), words),
    ),
  ];
  return asked(title, nodes, {
    confirm,
    danger,
    answer: (form) => Object.fromEntries(boxes.map(({ name }) => [name, form.elements[name].checked])),
  });
}

export const KEYS = [
  [
    "Move",
    [
      ["j k ↓ ↑", "next and previous record"],
      ["← →", "column, side by side"],
      ["PgUp PgDn Home End", "a page; the ends"],
      ["n", "next that nobody decided"],
      ["w", "next with a warning or an error"],
    ],
  ],
  [
    "Decide",
    [
      ["a", "approve"],
      ["r", "reject, with a reason"],
      ["l", "lock: no run and no bulk changes it"],
      ["d", "back to a draft"],
      ["c", "comment"],
      ["1 … 9", "choose one text of the record; 0 all"],
    ],
  ],
  [
    "Everything filtered",
    [
      ["A", "approve"],
      ["R", "reject"],
      ["D", "back to drafts"],
    ],
  ],
  [
    "Edit",
    [
      ["e Enter", "edit the text"],
      ["Ctrl Enter", "save"],
      ["Esc", "cancel; back to the list"],
      ["u Ctrl Z", "undo"],
      ["U Ctrl Y", "redo"],
    ],
  ],
  [
    "See",
    [
      ["/", "search"],
      ["f", "filters"],
      ["x", "clear the filters"],
      ["s", "side by side"],
      ["o", "overview with charts"],
      ["p", "print what is filtered"],
      ["y", "copy the text"],
      ["?", "these keys"],
    ],
  ],
];

export function showKeys() {
  const dialog = byId("keys");
  const close = el("div", { class: "dialog-actions" }, el("button", { class: "primary" }, "Close"));
  const keys = el("div", { class: "keys" }, KEYS.map(keysOf));
  dialog.replaceChildren(
    el("form", { method: "dialog" }, el("h2", { id: "keys-title" }, "Keys"), keys, close),
  );
  dialog.showModal();
}

function keysOf([title, keys]) {
  const drawn = (key) => key.split(" ").map((one) => (one === "…" ? " … " : el("kbd", {}, one)));
  const rows = keys.flatMap(([key, words]) => [el("dt", {}, drawn(key)), el("dd", {}, words)]);
  return el("section", {}, el("h3", {}, title), el("dl", {}, rows));
}

/** One line that goes away by itself, with a button where there is something to do. */
export function tell(words, { action = null, act = null, stays = false } = {}) {
  const box = byId("toast");
  const line = el("div", { class: "toast-line" }, el("span", {}, words));
  const carryOut = () => {
    line.remove();
    act();
  };
  if (action) line.append(button(action, carryOut, { class: "quiet" }));
  if (stays) line.append(button("Dismiss", () => line.remove(), { class: "quiet" }));
  box.replaceChildren(...[...box.children].filter((child) => child.dataset.stays).slice(-3), line);
  if (stays) line.dataset.stays = "yes";
  else setTimeout(() => line.remove(), TOLD_MS);
}
