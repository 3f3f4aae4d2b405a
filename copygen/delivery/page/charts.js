// Charts of what is shown: drawn in the colours of the text, with their figures as a table.

import { el, figure, svg } from "./dom.js";
import { inForce, labelOf, recordState, STATES, violationsOf } from "./records.js";

const WIDTH = 440;
const BAR = 18;
const GAP = 10;
const LABEL = 150;
const BINS = 24;
const MOST_BARS = 12;
const MOST_LENGTHS = 4000; // of a field: to find the characters of long texts takes a millisecond each

/** All charts of these records. */
export function chartsOf(shown, records, ruler) {
  return [
    decisionsChart(shown),
    acceptanceChart("Accepted by cell", shown, (record) => cellName(record, records)),
    acceptanceChart("Accepted by model", shown, (record) => record.model),
    acceptanceChart("Accepted by file", shown, (record) => records.fileName(record)),
    rulesChart(shown),
    latencyChart(shown),
    costChart(shown, records),
    ...lengthCharts(shown, records, ruler),
  ].filter(Boolean);
}

function cellName(record, records) {
  return [...records.axes].map((axis) => String(record.item[axis] ?? "–")).join(", ") || record.lang || null;
}

function chart(title, drawing, rows, headings) {
  const id = `chart-${title.replace(/\W+/g, "-").toLowerCase()}`;
  return el(
    "figure",
    { class: "chart" },
    el("figcaption", { id }, title),
    drawing,
    el(
      "details",
      {},
      el("summary", {}, "Figures"),
      el(
        "table",
        { "aria-labelledby": id },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            headings.map((name) => el("th", { scope: "col" }, name)),
          ),
        ),
        el(
          "tbody",
          {},
          rows.map((row) =>
            el(
              "tr",
              {},
              row.map((cell, at) =>
                at ? el("td", {}, cell) : el("th", { scope: "row", dir: "auto" }, cell),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Horizontal bars of `{label, parts: [[class, amount]], words}`. */
function bars(title, lines) {
  const most = Math.max(
    ...lines.map((line) => line.parts.reduce((sum, [, amount]) => sum + amount, 0)),
    1e-9,
  );
  const height = lines.length * (BAR + GAP) + GAP;
  const room = WIDTH - LABEL - 70;
  const nodes = lines.flatMap((line, at) => {
    const y = GAP + at * (BAR + GAP);
    let x = LABEL;
    const rects = line.parts
      .filter(([, amount]) => amount > 0)
      .map(([kind, amount]) => {
        const width = Math.max(1, (amount / most) * room);
        const rect = svg("rect", { class: `bar bar-${kind}`, x, y, width, height: BAR, rx: 2 });
        x += width;
        return rect;
      });
    return [
      svg(
        "text",
        { class: "bar-label", x: LABEL - 8, y: y + BAR - 5, "text-anchor": "end" },
        shortened(line.label),
      ),
      ...rects,
      svg("text", { class: "bar-figure", x: x + 6, y: y + BAR - 5 }, line.words),
    ];
  });
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": title }, nodes);
}

function shortened(label) {
  return label.length > 20 ? `${label.slice(0, 19)}…` : label;
}

function decisionsChart(shown) {
  const counts = new Map();
  for (const record of shown) counts.set(recordState(record), (counts.get(recordState(record)) ?? 0) + 1);
  const lines = STATES.filter((state) => counts.has(state)).map((state) => ({
    label: state,
    parts: [[state, counts.get(state)]],
    words: figure(counts.get(state)),
  }));
  return lines.length
    ? chart(
        "Records by decision",
        bars("Records by decision", lines),
        lines.map((line) => [line.label, line.words]),
        ["Decision", "Records"],
      )
    : null;
}

function grouped(shown, nameOf) {
  const groups = new Map();
  for (const record of shown) {
    const name = nameOf(record);
    if (name === null || name === undefined) continue;
    const group = groups.get(name) ?? [];
    group.push(record);
    groups.set(name, group);
  }
  return [...groups].sort((a, b) => b[1].length - a[1].length).slice(0, MOST_BARS);
}

function acceptanceChart(title, shown, nameOf) {
  const groups = grouped(shown, nameOf);
  if (groups.length < 2) return null;
  const rows = groups.map(([name, records]) => {
    const ok = records.filter((record) => record.st === "ok").length;
    return { label: name, ok, all: records.length, share: `${Math.round((100 * ok) / records.length)} %` };
  });
  const lines = rows.map(({ label, ok, all, share }) => ({
    label,
    parts: [
      ["ok", ok / all],
      ["not", 1 - ok / all],
    ],
    words: share,
  }));
  return chart(
    title,
    bars(title, lines),
    rows.map((row) => [row.label, figure(row.ok), figure(row.all), row.share]),
    ["", "Accepted", "Of", "Share"],
  );
}

function rulesChart(shown) {
  const counts = new Map();
  for (const record of shown)
    for (const one of violationsOf(record)) {
      const both = counts.get(one.r) ?? { error: 0, warning: 0 };
      both[one.sev] += 1;
      counts.set(one.r, both);
    }
  if (!counts.size) return null;
  const sortedRules = [...counts]
    .sort((a, b) => b[1].error + b[1].warning - a[1].error - a[1].warning)
    .slice(0, MOST_BARS);
  const lines = sortedRules.map(([rule, both]) => ({
    label: rule,
    parts: [
      ["rejected", both.error],
      ["stale", both.warning],
    ],
    words: figure(both.error + both.warning),
  }));
  return chart(
    "Violations by rule",
    bars("Violations by rule", lines),
    sortedRules.map(([rule, both]) => [rule, figure(both.error), figure(both.warning)]),
    ["Rule", "Errors", "Warnings"],
  );
}

/** Vertical bars over a range; `limit` is drawn as a line. */
function histogram(title, values, unit, limit = null) {
  const top = Math.max(
    ...values.slice(0, 1),
    values.reduce((most, value) => Math.max(most, value), 0),
    limit ?? 0,
    1,
  );
  const width = niceStep(top / BINS);
  const bins = new Array(Math.floor(top / width) + 1).fill(0);
  for (const value of values) bins[Math.floor(value / width)] += 1;
  const most = Math.max(...bins);
  const [left, bottom, high] = [8, 132, 112];
  const step = (WIDTH - 2 * left) / bins.length;
  const place = (value) => left + (value / width) * step;
  const nodes = bins.map((count, at) =>
    svg("rect", {
      class: `bar ${limit !== null && at * width > limit ? "bar-rejected" : "bar-plain"}`,
      x: left + at * step + 0.5,
      width: Math.max(0.5, step - 1),
      y: bottom - (count / most) * high,
      height: (count / most) * high,
      rx: 1,
    }),
  );
  nodes.push(svg("line", { class: "axis", x1: left, x2: WIDTH - left, y1: bottom, y2: bottom }));
  for (const value of [0, Math.round(top / 2 / width) * width, Math.floor(top / width) * width])
    nodes.push(
      svg(
        "text",
        { class: "bar-label", x: place(value), y: bottom + 16, "text-anchor": value ? "middle" : "start" },
        figure(value),
      ),
    );
  if (limit !== null) {
    const x = place(limit) + (Number.isInteger(width) ? step / width : 0);
    nodes.push(
      svg("line", { class: "limit", x1: x, x2: x, y1: 8, y2: bottom }),
      svg("text", { class: "bar-figure", x: x - 5, y: 16, "text-anchor": "end" }, `limit ${figure(limit)}`),
    );
  }
  const rows = bins
    .map((count, at) => [`${figure(at * width)} to ${figure((at + 1) * width)} ${unit}`, figure(count)])
    .filter(([, count]) => count !== "0");
  return chart(
    title,
    svg("svg", { viewBox: `0 0 ${WIDTH} 156`, role: "img", "aria-label": title }, nodes),
    rows,
    ["Range", "Count"],
  );
}

function niceStep(step) {
  const power = 10 ** Math.floor(Math.log10(Math.max(step, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= step);
}

function latencyChart(shown) {
  const times = shown.map((record) => record.ms).filter((ms) => typeof ms === "number");
  return times.length > 1 ? histogram("Latency", times, "ms") : null;
}

function costChart(shown, records) {
  const priced = shown.filter((record) => typeof record.cost === "number");
  const byCell = grouped(priced, (record) => cellName(record, records));
  const groups = byCell.length > 1 ? byCell : grouped(priced, (record) => record.model);
  if (!groups.length) return null;
  const rows = groups.map(([name, own]) => [name, own.reduce((sum, record) => sum + record.cost, 0)]);
  if (rows.every(([, sum]) => sum === 0)) return null;
  const title = byCell.length > 1 ? "Cost by cell" : "Cost by model";
  const words = (sum) => `$${sum < 0.1 ? sum.toPrecision(2) : sum.toFixed(2)}`;
  return chart(
    title,
    bars(
      title,
      rows.map(([label, sum]) => ({ label, parts: [["plain", sum]], words: words(sum) })),
    ),
    rows.map(([name, sum]) => [name, words(sum)]),
    ["", "US dollars"],
  );
}

function lengthCharts(shown, records, ruler) {
  const fields = new Map();
  for (const record of shown)
    for (const text of record.texts) {
      const spec = records.spec(record, text);
      const unit = spec?.unit ?? "graphemes";
      const key = JSON.stringify([text.f ?? "text", unit, spec?.limit ?? null]);
      const field = fields.get(key) ?? {
        name: labelOf({ f: text.f }),
        unit,
        noun: spec?.noun ?? "characters",
        limit: spec?.limit ?? null,
        lengths: [],
      };
      if (field.lengths.length < MOST_LENGTHS) field.lengths.push(ruler.measure(inForce(text), unit));
      fields.set(key, field);
    }
  return [...fields.values()].map((field) => {
    const some = field.lengths.length < MOST_LENGTHS ? "" : `, the first ${figure(MOST_LENGTHS)}`;
    return histogram(`Length of ${field.name}${some}`, field.lengths, field.noun, field.limit);
  });
}
