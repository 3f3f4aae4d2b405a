// The list: only the rows on the screen exist. A row is a record, or, side by side, several.

import { byId, el, setVariables } from "./dom.js";
import { lengthMark, stateBadge } from "./marks.js";
import { breaksRule, inForce, labelOf, recordState, stateOf } from "./records.js";
import { spoken, written } from "./text.js";

const MARGIN_ROWS = 6;
const MOST_PIXELS = 15_000_000; // engines cap the height of an element; beyond, positions are scaled
const LINE_PX = 24;
const HEAD_PX = 46;
const MOST_LINES = 5;
const MOST_LINES_OF_ONE = 3;
const LETTER_PX = 8;
const RECORDS_LOOKED_AT = 300;

export class List {
  /** `ruler` measures; `chosen(record)` hears where the cursor went, `opened(record)` what was opened. */
  constructor(records, ruler, { chosen, opened }) {
    this.records = records;
    this.ruler = ruler;
    this.chosen = chosen;
    this.opened = opened;
    this.grid = byId("grid");
    this.scroller = byId("list");
    this.headings = byId("columns");
    this.rows = [];
    this.columns = null;
    this.row = 0;
    this.column = 0;
    this.#drawn = new Map();
    this.scroller.addEventListener("scroll", () => this.#schedule(), { passive: true });
    new ResizeObserver(() => this.#schedule()).observe(this.scroller);
    this.grid.addEventListener("click", (event) => this.#click(event));
    this.grid.addEventListener("dblclick", () => this.current && this.opened(this.current));
  }
  #drawn;
  #isScheduled = false;
  #ratio = 1;

  get current() {
    return this.rows[this.row]?.[this.column] ?? null;
  }

  /** Shows other records: `rows` of one or, with names of columns, of several or null. */
  show(rows, columns = null) {
    const kept = this.current;
    this.rows = rows;
    this.columns = columns;
    this.#fit();
    const at = kept === null ? -1 : rows.findIndex((row) => row.includes(kept));
    this.row = at >= 0 ? at : Math.min(this.row, Math.max(rows.length - 1, 0));
    this.column = at >= 0 ? rows[at].indexOf(kept) : this.#nearest(0);
    this.#headings();
    this.redraw();
    this.chosen(this.current);
  }

  #fit() {
    const some = this.records.all.slice(0, RECORDS_LOOKED_AT);
    const texts = Math.max(1, ...some.map((record) => record.texts.length));
    this.isSingle = texts === 1;
    this.lines = this.isSingle ? this.#linesOfOne(some) : Math.min(MOST_LINES, texts);
    this.height = HEAD_PX + this.lines * LINE_PX;
    const pixels = this.rows.length * this.height;
    this.#ratio = Math.max(1, pixels / MOST_PIXELS);
    setVariables(this.grid, {
      "--row-height": `${this.height}px`,
      "--lines": this.lines,
      "--grid-height": `${pixels / this.#ratio}px`,
      "--columns": this.columns?.length ?? 1,
    });
    this.grid.classList.toggle("is-beside", this.columns !== null);
    this.grid.setAttribute("aria-rowcount", this.rows.length);
    this.grid.setAttribute("aria-colcount", this.columns?.length ?? 1);
  }

  /** How many lines one text alone gets: what most of them take in this window. */
  #linesOfOne(some) {
    const lengths = some.map((record) => this.ruler.measure(record.texts[0]?.m.slice(0, 400) ?? "", "width"));
    const usual = lengths.sort((a, b) => a - b)[Math.floor(lengths.length * 0.8)] ?? 0;
    const columns = this.columns?.length ?? 1;
    const room = Math.max(160, this.scroller.clientWidth / columns - 100) / LETTER_PX;
    return Math.max(1, Math.min(MOST_LINES_OF_ONE, Math.ceil((usual * 1.05) / room)));
  }

  #headings() {
    this.headings.hidden = this.columns === null;
    this.headings.replaceChildren(
      ...(this.columns ?? []).map((name) => el("div", { dir: "auto" }, name || "–")),
    );
    setVariables(this.headings, { "--columns": this.columns?.length ?? 1 });
  }

  /** Draws anew what is on the screen; of `records` only, where given. */
  redraw(records = null) {
    if (records === null) {
      for (const node of this.#drawn.values()) node.remove();
      this.#drawn.clear();
    } else {
      const changed = new Set(records);
      for (const [at, node] of this.#drawn) {
        if (!this.rows[at]?.some((record) => changed.has(record))) continue;
        node.remove();
        this.#drawn.delete(at);
      }
    }
    this.#draw();
  }

  #schedule() {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.#draw();
    });
  }

  #draw() {
    const top = this.scroller.scrollTop * this.#ratio;
    const first = Math.max(0, Math.floor(top / this.height) - MARGIN_ROWS); // the margin covers the headings
    const last = Math.min(
      this.rows.length,
      Math.ceil((top + this.scroller.clientHeight) / this.height) + MARGIN_ROWS,
    );
    for (const [at, node] of this.#drawn) {
      if (at >= first && at < last) continue;
      node.remove();
      this.#drawn.delete(at);
    }
    const shift = top - this.scroller.scrollTop; // of scaled positions
    for (let at = first; at < last; at += 1) {
      let node = this.#drawn.get(at);
      if (node === undefined) {
        node = this.#rowNode(at);
        this.#drawn.set(at, node);
        const next = [...this.#drawn.keys()].filter((other) => other > at).sort((a, b) => a - b)[0];
        this.grid.insertBefore(node, next === undefined ? null : this.#drawn.get(next));
      }
      setVariables(node, { "--top": `${at * this.height - shift}px` });
    }
    this.#markCursor();
  }

  #rowNode(at) {
    const cells = this.rows[at].map((record, column) =>
      record === null
        ? el("div", { role: "gridcell", class: "cell is-empty", "aria-colindex": column + 1 }, "–")
        : this.#cellNode(record, at, column),
    );
    return el("div", { role: "row", class: "row", "aria-rowindex": at + 1 }, cells);
  }

  #cellNode(record, at, column) {
    const state = recordState(record);
    return el(
      "div",
      {
        role: "gridcell",
        class: `cell is-${state}`,
        id: `cell-${at}-${column}`,
        "aria-colindex": column + 1,
        "aria-selected": "false",
        "data-row": at,
        "data-column": column,
      },
      el(
        "div",
        { class: "cell-head" },
        this.columns ? el("span", { class: "unseen" }, `${this.columns[column]}: `) : null,
        stateBadge(state),
        el("span", { class: "cell-id", dir: "auto" }, record.id),
        this.#warnings(record),
        el("span", { class: "cell-facts" }, sideFacts(record)),
      ),
      this.#lines(record),
    );
  }

  #warnings(record) {
    if (record.st !== "ok") return el("span", { class: `status status-${record.st}` }, record.st);
    const found =
      (record.v?.length ?? 0) + record.texts.reduce((sum, text) => sum + (text.v?.length ?? 0), 0);
    return found
      ? el("span", { class: "status status-warned" }, found === 1 ? "1 warning" : `${found} warnings`)
      : null;
  }

  #lines(record) {
    if (!record.texts.length) return el("p", { class: "no-text" }, record.err?.message ?? "no text");
    const beyond = record.texts.length - this.lines;
    const count = beyond > 0 && !this.isSingle ? this.lines - 1 : this.lines;
    const lines = record.texts.slice(0, count).map((text) => this.#line(record, text));
    if (beyond > 0) lines.push(el("p", { class: "more" }, `${beyond + 1} more`));
    return lines;
  }

  #line(record, text) {
    const shown = inForce(text);
    const state = stateOf(text);
    const marks = state === "draft" || text.t === undefined ? text.v : [];
    return el(
      "div",
      { class: `line is-${state}${this.isSingle ? " is-single" : ""}` },
      this.isSingle ? null : el("span", { class: "line-label" }, labelOf(text)),
      el(
        "span",
        { class: "line-text", ...spoken(shown, record.lang) },
        written(beginningOf(shown, this.isSingle ? 600 : 240), marks ?? []),
      ),
      lengthMark(this.ruler, this.records.spec(record, text), shown),
    );
  }

  #markCursor() {
    for (const cell of this.grid.querySelectorAll("[aria-selected=true]"))
      cell.setAttribute("aria-selected", "false");
    const cell = byId(`cell-${this.row}-${this.column}`);
    cell?.setAttribute("aria-selected", "true");
    if (cell) this.grid.setAttribute("aria-activedescendant", cell.id);
    else this.grid.removeAttribute("aria-activedescendant");
  }

  #click(event) {
    const cell = event.target.closest("[data-row]");
    if (!cell) return;
    this.go(Number(cell.dataset.row), Number(cell.dataset.column));
    this.opened(this.current, { byPointer: true });
  }

  /** Moves the cursor to a row and column, as far as there are any, and shows them. */
  go(row, column = this.column) {
    if (!this.rows.length) return;
    this.row = Math.max(0, Math.min(row, this.rows.length - 1));
    this.column = this.#nearest(Math.max(0, Math.min(column, (this.columns?.length ?? 1) - 1)));
    this.#reveal();
    this.#draw();
    this.chosen(this.current);
  }

  /** A column of this row with a record in it. */
  #nearest(column) {
    const row = this.rows[this.row] ?? [];
    for (let away = 0; away < row.length; away += 1) {
      if (row[column - away]) return column - away;
      if (row[column + away]) return column + away;
    }
    return column;
  }

  #reveal() {
    const top = this.row * this.height;
    const seen = this.scroller.scrollTop * this.#ratio;
    const room = this.scroller.clientHeight - this.headings.offsetHeight;
    if (top < seen) this.scroller.scrollTop = top / this.#ratio;
    else if (top + this.height > seen + room)
      this.scroller.scrollTop = (top + this.height - room) / this.#ratio;
    byId(`cell-${this.row}-${this.column}`)?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }

  step(rows) {
    this.go(this.row + rows);
  }
  side(columns) {
    const row = this.rows[this.row] ?? [];
    for (let at = this.column + columns; at >= 0 && at < row.length; at += columns)
      if (row[at]) {
        this.go(this.row, at);
        return;
      }
  }
  page(direction) {
    this.step(direction * Math.max(1, Math.floor(this.scroller.clientHeight / this.height) - 1));
  }

  /** To the next record that meets the condition, from the top again where there is none below. */
  find(condition) {
    const { length } = this.rows;
    for (let step = 1; step <= length; step += 1) {
      const at = (this.row + step) % length;
      const column = this.rows[at].findIndex((record) => record !== null && condition(record));
      if (column >= 0) {
        this.go(at, column);
        return true;
      }
    }
    return false;
  }
}

/** The first `most` units of a text, without half of a character at the end. */
function beginningOf(text, most) {
  return text.length > most ? text.slice(0, most).replace(/[\ud800-\udbff]$/, "") : text;
}

function sideFacts(record) {
  const facts = [record.lang, record.model].filter(Boolean);
  if (breaksRule(record) && record.st === "ok") facts.unshift("breaks a rule");
  return facts.join(" · ");
}
