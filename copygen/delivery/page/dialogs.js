// What the page asks and explains: reasons, comments, bulk decisions, the keys.

import { button, byId, el } from "./dom.js";

/** Shows a dialog of these nodes; resolves to the value of `answer(form)`, or null when it is closed. */
function asked(title, nodes, { confirm, danger = false, answer }) {
  const dialog = byId("ask");
  return new Promise((done) => {
    const form = el(
      "form",
      { method: "dialog" },
      el("h2", { id: "ask-title" }, title),
      nodes,
      el(
        "div",
        { class: "dialog-actions" },
        button("Cancel", () => dialog.close(""), { class: "quiet" }),
        el("button", { type: "submit", class: danger ? "primary danger" : "primary", value: "yes" }, confirm),
      ),
    );
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
        form.requestSubmit(form.querySelector("[type=submit]"));
    });
    dialog.replaceChildren(form);
    dialog.setAttribute("aria-labelledby", "ask-title");
    dialog.returnValue = "";
    dialog.onclose = () => done(dialog.returnValue === "yes" ? answer(form) : null);
    dialog.showModal();
    form.querySelector("textarea, input")?.focus();
  });
}

/** Asks for words; `suggestions` fill them in by a press. */
export function askWords(title, { label, confirm, value = "", suggestions = [], danger = false, hint = "" }) {
  const area = el("textarea", { id: "ask-words", rows: 3, value, dir: "auto" });
  const nodes = [
    el("label", { htmlFor: "ask-words" }, label),
    area,
    suggestions.length
      ? el(
          "div",
          { class: "suggestions", role: "group", "aria-label": "Used before" },
          suggestions.map((words) =>
            el(
              "button",
              {
                type: "button",
                class: "quiet",
                onclick: () => {
                  area.value = words;
                  area.focus();
                },
              },
              words,
            ),
          ),
        )
      : null,
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
      ["?", "these keys"],
    ],
  ],
];

export function showKeys() {
  const dialog = byId("keys");
  dialog.replaceChildren(
    el(
      "form",
      { method: "dialog" },
      el("h2", { id: "keys-title" }, "Keys"),
      el(
        "div",
        { class: "keys" },
        KEYS.map(([title, keys]) =>
          el(
            "section",
            {},
            el("h3", {}, title),
            el(
              "dl",
              {},
              keys.flatMap(([key, words]) => [
                el(
                  "dt",
                  {},
                  key.split(" ").map((one) => (one === "…" ? " … " : el("kbd", {}, one))),
                ),
                el("dd", {}, words),
              ]),
            ),
          ),
        ),
      ),
      el("div", { class: "dialog-actions" }, el("button", { class: "primary" }, "Close")),
    ),
  );
  dialog.showModal();
}

/** One line that goes away by itself, with a button where there is something to do. */
export function tell(words, { action = null, act = null, stays = false } = {}) {
  const box = byId("toast");
  const line = el(
    "div",
    { class: "toast-line" },
    el("span", {}, words),
    action
      ? el(
          "button",
          {
            type: "button",
            class: "quiet",
            onclick: () => {
              line.remove();
              act();
            },
          },
          action,
        )
      : null,
    stays ? el("button", { type: "button", class: "quiet", onclick: () => line.remove() }, "Dismiss") : null,
  );
  box.replaceChildren(...[...box.children].filter((child) => child.dataset.stays).slice(-3), line);
  if (stays) line.dataset.stays = "yes";
  else setTimeout(() => line.remove(), 6000);
}
