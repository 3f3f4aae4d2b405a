// On paper there is no list to scroll: all that is filtered is drawn, up to a limit that is told.

import { byId, el, figure } from "./dom.js";
import { STATE_WORDS } from "./marks.js";
import { inForce, labelOf, recordState, stateOf } from "./records.js";
import { spoken, written } from "./text.js";

const MOST_PRINTED = 2000;

/** Draws what is filtered, and in the overview its charts before it. */
export function preparePrint(shown, records, ruler, words, charts) {
  const printed = shown.slice(0, MOST_PRINTED);
  const left = shown.length - printed.length;
  byId("print").replaceChildren(
    el("h1", {}, records.setup.title),
    el(
      "p",
      {},
      `${figure(shown.length)} of ${figure(records.all.length)} records${words ? `: ${words}` : ""}.` +
        (left ? ` ${figure(left)} of them are not printed: filter them, or export a table.` : ""),
    ),
    el("div", { class: "charts" }, charts),
    ...printed.map((record) =>
      el(
        "article",
        {},
        el(
          "h2",
          { dir: "auto" },
          record.id,
          el("small", {}, ` ${STATE_WORDS[recordState(record)]} · ${record.st}`),
        ),
        record.err ? el("p", {}, record.err.message) : "",
        el(
          "table",
          {},
          record.texts.map((text) => {
            const shownText = inForce(text);
            const spec = records.spec(record, text);
            const length = ruler.measure(shownText, spec?.unit ?? "graphemes");
            return el(
              "tr",
              {},
              el("th", { scope: "row" }, labelOf(text)),
              el(
                "td",
                { class: "copy", ...spoken(shownText, record.lang) },
                written(shownText),
                text.why ? el("small", {}, ` – ${text.why}`) : null,
              ),
              el("td", {}, `${figure(length)}${spec?.limit ? `/${figure(spec.limit)}` : ""}`),
              el("td", {}, STATE_WORDS[stateOf(text)]),
            );
          }),
        ),
      ),
    ),
  );
}

export function clearPrint() {
  byId("print").replaceChildren();
}
