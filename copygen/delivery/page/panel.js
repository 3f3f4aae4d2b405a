// The filters at the side: each value with the number of records that it would leave.

import { button, byId, el, figure } from "./dom.js";
import { STATE_WORDS } from "./marks.js";

const MOST_VALUES = 8;

export class FilterPanel {
  /** `changed()` hears when another choice was made. */
  constructor(filter, changed) {
    this.filter = filter;
    this.changed = changed;
    this.node = byId("filters");
    this.whole = new Set();
  }

  draw(facets, isComplete) {
    const focused = document.activeElement?.dataset?.facet
      ? [document.activeElement.dataset.facet, document.activeElement.value]
      : null;
    const useful = facets.filter(
      (facet) =>
        facet.values.length > 1 || facet.chosen.size || (facet.name === "rule" && facet.values.length),
    );
    this.node.replaceChildren(
      el("h2", {}, "Filters"),
      ...useful.map((facet) => this.#facet(facet)),
      ...(isComplete ? [] : [el("p", { class: "note" }, "Reading on…")]),
    );
    if (focused)
      [...this.node.querySelectorAll("[data-facet]")]
        .find((one) => one.dataset.facet === focused[0] && one.value === focused[1])
        ?.focus();
  }

  #facet(facet) {
    const isWhole = this.whole.has(facet.name);
    const first = isWhole
      ? facet.values
      : facet.values.filter(([value], at) => at < MOST_VALUES || facet.chosen.has(value));
    const left = facet.values.length - first.length;
    return el(
      "fieldset",
      { class: "facet" },
      el("legend", {}, facet.title),
      first.map(([value, count]) => this.#value(facet, value, count)),
      left > 0
        ? button(
            `${figure(left)} more`,
            () => {
              this.whole.add(facet.name);
              this.changed();
            },
            { class: "quiet" },
          )
        : null,
    );
  }

  #value(facet, value, count) {
    const box = el("input", {
      type: "checkbox",
      value,
      checked: facet.chosen.has(value),
      "data-facet": facet.name,
      onchange: () => {
        this.filter.toggle(facet.name, value);
        this.changed();
      },
    });
    const words = facet.name === "state" ? STATE_WORDS[value] : value || "–";
    return el(
      "label",
      { class: `value${facet.name === "state" ? ` state-${value}` : ""}` },
      box,
      el("span", { class: "value-name", dir: "auto" }, words),
      el("span", { class: "value-count" }, figure(count)),
    );
  }
}
