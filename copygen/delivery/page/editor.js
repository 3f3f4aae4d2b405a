// The field a text is edited in: measured, compared and checked as somebody types.

import { button, el, figure } from "./dom.js";
import { drawnDifference } from "./diff.js";
import { lengthBar, lengthMark, violationList } from "./marks.js";
import { inForce, labelOf, placeOf } from "./records.js";
import { invisibleIn, spoken } from "./text.js";

const LETTERS_A_LINE = 52;
const MOST_LINES_SHOWN = 14;
const NOT_CHECKED = "Lengths are measured here; the rules are checked when the decisions are imported.";

export class Editor {
  /** `changed`, `save` and `cancel` hear of this editor; `isChecked`: a server says what is wrong. */
  constructor(record, text, { spec, ruler, isChecked, changed, save, cancel }) {
    this.record = record;
    this.text = text;
    this.spec = spec;
    this.ruler = ruler;
    this.isChecked = isChecked;
    this.changed = changed;
    this.found = null;
    this.#bar = el("div", { class: "bar-live" });
    this.#change = el("div", { class: "was" });
    this.#notes = el("div", { class: "found", id: `found-${placeOf(text)}`, "aria-live": "polite" });
    this.area = this.#field(save, cancel);
    this.node = el(
      "div",
      { class: "editing" },
      this.area,
      this.#bar,
      this.#change,
      this.#notes,
      this.#buttons(save, cancel),
    );
    this.#follow();
  }
  #bar;
  #change;
  #notes;

  get value() {
    return this.area.value;
  }

  /** Takes in what the server found wrong. */
  tell(found) {
    this.found = found;
    this.#drawNotes();
  }

  focus() {
    this.area.focus();
  }

  #field(save, cancel) {
    const value = inForce(this.text);
    const lines = Math.ceil(value.length / LETTERS_A_LINE) + value.split("\n").length - 1;
    const onkeydown = (event) => {
      const isSaving = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      if (!isSaving && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      (isSaving ? save : cancel)();
    };
    return el("textarea", {
      class: "editor",
      value,
      rows: Math.min(MOST_LINES_SHOWN, Math.max(2, lines)),
      "data-place": placeOf(this.text),
      "aria-label": `${labelOf(this.text)}, text`,
      "aria-describedby": `found-${placeOf(this.text)}`,
      spellcheck: "true",
      ...spoken(value, this.record.lang),
      oninput: () => this.#input(),
      onkeydown,
    });
  }

  #buttons(save, cancel) {
    const back = () => {
      this.area.value = this.text.m;
      this.#input();
      this.focus();
    };
    return el(
      "div",
      { class: "actions" },
      button(["Save", el("kbd", {}, "Ctrl ⏎")], save, { class: "act primary" }),
      button(["Cancel", el("kbd", {}, "Esc")], cancel, { class: "act quiet" }),
      this.text.t === undefined ? null : button("The model’s text", back, { class: "act quiet" }),
    );
  }

  #input() {
    this.#follow();
    this.changed();
  }

  #follow() {
    const { ruler, spec, text, value } = this;
    const sms =
      spec?.unit === "sms_segments" ? `${figure(ruler.measure(value, "utf16"))} UTF-16 units` : null;
    const marks = [
      lengthBar(ruler, spec, value),
      lengthMark(ruler, spec, value),
      sms && el("span", { class: "length" }, sms),
    ];
    this.#bar.replaceChildren(...marks.filter(Boolean));
    const words = el("small", {}, "Changed from the model’s text");
    const change =
      value === text.m ? [] : [words, drawnDifference(text.m, value, spoken(value, this.record.lang))];
    this.#change.replaceChildren(...change);
    this.#drawNotes();
  }

  #drawNotes() {
    const hidden = [...invisibleIn(this.value)].map(([name, count]) => `${name} × ${count}`);
    const notes = hidden.length ? [`Invisible characters: ${hidden.join(", ")}`] : [];
    if (!this.isChecked) notes.push(NOT_CHECKED);
    this.#notes.replaceChildren(
      ...notes.map((words) => el("p", { class: "note" }, words)),
      ...violationList(this.found),
    );
  }
}
