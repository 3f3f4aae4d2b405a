// The page: what was read, what is shown of it, and what each key and button does.

import { Acts } from "./acts.js";
import { BrowserKeeper, Decider, ServerKeeper } from "./decisions.js";
import { Detail } from "./detail.js";
import { showKeys, tell } from "./dialogs.js";
import { button, byId, counted, debounced, el, figure } from "./dom.js";
import { asPlainText, Filter } from "./filter.js";
import { listenToKeys } from "./keys.js";
import { FilterPanel } from "./panel.js";
import { List } from "./list.js";
import { Ruler } from "./measure.js";
import { clearPrint, preparePrint } from "./print.js";
import { chartsOf } from "./charts.js";
import { inForce, isDecided, labelOf, Records, violationsOf } from "./records.js";

const NARROW = matchMedia("(max-width: 60rem)");

const setup = JSON.parse(byId("setup").textContent);
const isServed = setup.mode === "server";
const records = new Records(setup);
const ruler = new Ruler(setup.tables);
const filter = new Filter(records);
const keeper = isServed ? new ServerKeeper(records) : new BrowserKeeper(records, reviewer);
const decider = new Decider(records, keeper);
const acts = new Acts(records, decider, filter, { edited: (record) => detail.recheck(record) });
const act = (name, given = targets(), text = null) => acts.decide(name, given, text);
const bulkAct = (name) => acts.decideAll(name, shown);
const detail = new Detail(records, ruler, { act, close: () => openDetail(false) });
const list = new List(records, ruler, {
  chosen: (record) => {
    chosenText = null;
    detail.show(record);
    rememberSoon();
  },
  opened: (_record, { byPointer = false } = {}) => {
    if (!byPointer || NARROW.matches) openDetail(true);
  },
});
const panel = new FilterPanel(filter, () => refilter({ keepsPlace: false }));
let shown = [];
let chosenText = null;
let side = "";
let isOverview = false;
let isConnected = true;

/** Who decides; of a report, the name that was given on this machine. */
function reviewer() {
  return setup.by || remembered() || "";
}

function remembered(name = null) {
  try {
    if (name !== null) localStorage.setItem("copygen reviewer", name);
    return localStorage.getItem("copygen reviewer");
  } catch {
    return name; // storage is forbidden here
  }
}

/** What is shown, anew; the address keeps it. */
function refilter({ keepsPlace = true } = {}) {
  const found = filter.apply();
  shown = found.shown;
  panel.draw(found.facets, records.isComplete);
  if (!keepsPlace) byId("list").scrollTop = 0;
  if (side) {
    const { columns, rows } = records.groups(shown, side);
    list.show(rows, columns);
  } else list.show(shown.map((record) => [record]));
  drawShown();
  if (isOverview) drawOverview();
  rememberAddress();
}

const rememberSoon = debounced(400, () => records.isComplete && rememberAddress());

function rememberAddress() {
  const parts = filter.toAddress();
  if (side) parts.set("beside", side);
  if (isOverview) parts.set("view", "overview");
  if (list.current && records.isComplete) parts.set("at", `${list.current.k}:${list.current.id}`);
  const address = parts.toString();
  history.replaceState(null, "", address ? `#${address}` : location.pathname + location.search);
}

function drawShown() {
  const all = records.all.length;
  const words = filter.isActive
    ? `${figure(shown.length)} of ${counted(all, "record")}`
    : counted(all, "record");
  const bulk =
    setup.readOnly || !shown.length
      ? []
      : [
          button(`Approve all ${figure(shown.length)}`, () => bulkAct("approve"), {
            sign: "approved",
            class: "act act-approve",
            title: "Approve everything filtered (Shift A)",
          }),
          button("Reject all", () => bulkAct("reject"), {
            sign: "rejected",
            class: "act act-reject",
            title: "Reject everything filtered (Shift R)",
          }),
        ];
  const clear = filter.isActive
    ? [button(["Clear filters", el("kbd", {}, "x")], clearFilters, { class: "quiet" })]
    : [];
  const count = el("p", { role: "status" }, records.isComplete ? words : `${words}, reading on…`);
  byId("shown").replaceChildren(count, ...clear, el("span", { class: "gap" }), ...bulk);
  const nothing = byId("nothing");
  nothing.hidden = shown.length > 0 || !records.isComplete;
  nothing.textContent = records.failure
    ? `The records cannot be read: ${records.failure}`
    : filter.isActive
      ? "No record meets the filters."
      : "There are no records.";
}

function drawProgress() {
  const bar = byId("progress");
  bar.max = Math.max(1, records.texts);
  bar.value = records.decided;
  byId("progress-words").textContent =
    `${figure(records.decided)} of ${counted(records.texts, "text")} decided`;
}

function drawSaving() {
  const waiting = decider.waiting.length;
  const isLost = isServed && (decider.failure || !isConnected);
  let words = waiting ? `Saving ${figure(waiting)}…` : decider.made ? "All saved" : "";
  if (setup.readOnly) words = "Read only";
  else if (isLost) words = waiting ? `${counted(waiting, "decision")} not saved` : "No connection";
  else if (!isServed) words = unsavedWords();
  const kind = isLost ? "is-bad" : keeper.unsaved ? "is-open" : "";
  byId("saving").replaceChildren(el("span", { class: kind }, words), ...savingButtons(isLost));
}

function unsavedWords() {
  if (decider.failure) return `Not kept: ${decider.failure}`;
  if (keeper.unsaved) return `${figure(keeper.unsaved)} not downloaded`;
  return decider.made ? "Downloaded" : "";
}

function savingButtons(isLost) {
  if (isLost)
    return [button("Try again", () => decider.save(), { class: "quiet", title: decider.failure ?? "" })];
  if (isServed || setup.readOnly) return [];
  const look = keeper.unsaved ? "primary" : "quiet";
  return [
    button("Decisions", download, {
      sign: "save",
      class: look,
      title: "Decisions as a file, for copygen import",
    }),
  ];
}

/** The decisions as files, one for each results file; read back by `copygen import`. */
async function download() {
  await decider.save();
  let files = 0;
  for (const [file, { name }] of setup.files.entries()) {
    const lines = keeper.lines(file);
    if (!lines.length) continue;
    const address = URL.createObjectURL(new Blob(lines, { type: "application/x-ndjson" }));
    el("a", { href: address, download: `${name.replace(/\.jsonl$/, "")}.decisions.jsonl` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    files += 1;
  }
  if (!files) {
    tell("Nothing is decided yet.");
    return;
  }
  await keeper.downloaded();
  drawSaving();
  tell(`Read it back with: copygen import DECISIONS ${setup.files[0].name}`, { stays: true });
}

/** The texts a key is about: the chosen one, or all of the record under the cursor. */
function targets() {
  const record = list.current;
  if (!record) return [];
  const texts = chosenText === null ? record.texts : record.texts.slice(chosenText, chosenText + 1);
  return texts.map((text) => ({ record, text }));
}

function clearFilters() {
  filter.clear();
  byId("search").value = "";
  refilter({ keepsPlace: false });
}

function openDetail(isOpen) {
  document.body.classList.toggle("has-detail-open", isOpen);
  if (isOpen) byId("detail").focus();
  else byId("grid").focus();
}

function showOverview(isWanted) {
  isOverview = isWanted;
  byId("overview").hidden = !isWanted;
  document.body.classList.toggle("is-overview", isWanted);
  byId("overview-button").setAttribute("aria-pressed", String(isWanted));
  if (isWanted) drawOverview();
  else list.redraw();
  rememberAddress();
}

function drawOverview() {
  byId("overview").replaceChildren(
    el("h2", {}, "Overview"),
    el(
      "p",
      { class: "note" },
      filter.isActive ? `Of what is filtered: ${filter.inWords()}.` : "Of all records.",
    ),
    el("div", { class: "charts" }, chartsOf(shown, records, ruler)),
  );
}

function chooseText(number) {
  const { current } = list;
  if (!current) return;
  chosenText = number > 0 && number <= current.texts.length ? number - 1 : null;
  byId("detail")
    .querySelectorAll("[data-card]")
    .forEach((card, at) => card.classList.toggle("is-chosen", at === chosenText));
  byId("live").textContent =
    chosenText === null ? "All texts of the record" : labelOf(current.texts[chosenText]);
}

function beside(name) {
  side = name;
  byId("beside").value = name;
  document.body.classList.toggle("is-beside", name !== "");
  refilter();
}

/** Side by side by the next thing that records differ in; then off. */
function turnSides() {
  const names = ["", ...records.sides().map(([name]) => name)];
  if (names.length === 1) {
    tell("There is nothing to put side by side: one record for each row.");
    return;
  }
  beside(names[(names.indexOf(side) + 1) % names.length]);
}

const ON_KEYS = {
  j: () => list.step(1),
  k: () => list.step(-1),
  ArrowDown: () => list.step(1),
  ArrowUp: () => list.step(-1),
  ArrowLeft: () => list.side(-1),
  ArrowRight: () => list.side(1),
  PageDown: () => list.page(1),
  PageUp: () => list.page(-1),
  Home: () => list.go(0),
  End: () => list.go(list.rows.length - 1),
  n: () =>
    list.find((record) => record.texts.some((text) => !isDecided(text))) ||
    tell("Everything filtered is decided."),
  w: () => list.find((record) => violationsOf(record).length > 0) || tell("Nothing filtered has a warning."),
  a: () => act("approve"),
  r: () => act("reject"),
  l: () => act("lock"),
  d: () => act("draft"),
  c: () => act("comment"),
  A: () => bulkAct("approve"),
  R: () => bulkAct("reject"),
  D: () => bulkAct("draft"),
  e: () => editCurrent(),
  Enter: () => editCurrent(),
  u: () => acts.undo(),
  U: () => acts.redo(),
  "/": () => byId("search").focus(),
  f: () => toggleFilters(),
  x: clearFilters,
  s: turnSides,
  o: () => showOverview(!isOverview),
  p: () => print(),
  "?": showKeys,
  y: () => copyText(),
};

function editCurrent() {
  if (!list.current || setup.readOnly) return;
  if (isOverview) showOverview(false);
  openDetail(true);
  detail.edit(list.current.texts[chosenText ?? 0]);
}

async function copyText() {
  const { current } = list;
  if (!current) return;
  await navigator.clipboard?.writeText(
    chosenText === null ? asPlainText(current) : inForce(current.texts[chosenText]),
  );
  tell("Copied.");
}

function toggleFilters() {
  const isOpen = document.body.classList.toggle(NARROW.matches ? "has-filters-open" : "has-filters-closed");
  if (NARROW.matches ? isOpen : !isOpen) byId("filters").querySelector("input, button")?.focus();
}

function onEscape(target) {
  if (target === byId("search")) {
    byId("grid").focus();
    return;
  }
  if (document.body.classList.contains("has-filters-open"))
    document.body.classList.remove("has-filters-open");
  openDetail(false);
}

function tools() {
  const tool = (id, sign, words, press) =>
    button("", press, { sign, id, class: "tool", title: words, "aria-label": words });
  const buttons = [
    tool("filters-button", "filter", "Filters (f)", toggleFilters),
    setup.readOnly ? null : tool("undo-button", "undo", "Undo (u)", () => acts.undo()),
    setup.readOnly ? null : tool("redo-button", "redo", "Redo (Shift U)", () => acts.redo()),
    tool("overview-button", "chart", "Overview (o)", () => showOverview(!isOverview)),
    tool("keys-button", "help", "Keys (?)", showKeys),
  ];
  byId("tools").replaceChildren(...buttons.filter(Boolean));
  byId("overview-button").setAttribute("aria-pressed", "false");
  if (!isServed && !setup.by) {
    const name = el("input", {
      class: "by",
      placeholder: "Your name",
      "aria-label": "Your name, kept with your decisions",
      value: reviewer(),
      autocomplete: "name",
      maxlength: 80,
      oninput: (event) => remembered(event.target.value.trim()),
    });
    byId("tools").prepend(name);
  }
}

function drawUndo() {
  if (setup.readOnly) return;
  byId("undo-button").disabled = !decider.canUndo;
  byId("redo-button").disabled = !decider.canRedo;
}

function drawSides() {
  const sides = records.sides();
  byId("beside-label").hidden = sides.length === 0;
  byId("beside").replaceChildren(
    el("option", { value: "" }, "one by one"),
    ...sides.map(([value, words]) => el("option", { value }, words)),
  );
  byId("beside").value = side;
}

/** After a reload: the same filters, the same record. */
function comeBack(parts) {
  drawSides();
  byId("search").value = filter.query;
  const wanted = parts.get("beside");
  if (wanted && records.sides().some(([name]) => name === wanted)) beside(wanted);
  else refilter();
  const [, file, id] = /^(\d+):(.*)$/s.exec(parts.get("at") ?? "") ?? [];
  const record = file === undefined ? undefined : records.find(Number(file), id);
  const row = record ? list.rows.findIndex((one) => one.includes(record)) : -1;
  if (row >= 0) list.go(row, list.rows[row].indexOf(record));
  if (parts.get("view") === "overview") showOverview(true);
}

async function begin() {
  document.title = `${setup.title} – copygen`;
  byId("title").textContent = setup.title;
  byId("subtitle").textContent = setup.subtitle ?? "";
  tools();
  const parts = new URLSearchParams(location.hash.slice(1));
  filter.fromAddress(parts);
  const onUndo = { undo: () => acts.undo(), redo: () => acts.redo() };
  listenToKeys(ON_KEYS, { digit: chooseText, escape: onEscape, ...onUndo });
  byId("search").addEventListener(
    "input",
    debounced(120, (event) => {
      filter.query = event.target.value.trim();
      refilter({ keepsPlace: false });
    }),
  );
  byId("beside").addEventListener("change", (event) => beside(event.target.value));
  addEventListener("beforeprint", () => {
    preparePrint(shown, records, ruler, filter.inWords(), isOverview ? chartsOf(shown, records, ruler) : []);
  });
  addEventListener("afterprint", clearPrint);
  addEventListener("beforeunload", (event) => {
    if (detail.isEditing || decider.waiting.length || keeper.unsaved) event.preventDefault();
  });
  addEventListener("hashchange", () => {
    const given = new URLSearchParams(location.hash.slice(1));
    filter.fromAddress(given);
    comeBack(given);
  });
  decider.changed.on(drawChanged);
  decider.saving.on(drawSaving);
  const drawn = throttledWhileReading();
  records.grown.on(drawn);
  drawUndo();
  await records.load();
  if (!isServed) await keeper.recall(decider);
  comeBack(parts);
  drawProgress();
  drawSaving();
  if (isServed)
    keeper.listen(decider, (state) => {
      isConnected = state;
      drawSaving();
    });
  if (records.failure)
    tell(`Not all records could be read: ${records.failure}. Load the page again.`, { stays: true });
  if (setup.left)
    tell(
      `${figure(setup.left)} more records are not shown: choose some with --status, --where or --sample.`,
      { stays: true },
    );
  performance.mark("all records");
  document.documentElement.dataset.ready = "yes";
  if (document.activeElement === document.body) byId("grid").focus();
}

const changedRecords = new Set();

/** Draws what was decided, once for everything that comes in one turn: news come by the thousand. */
function drawChanged(changed) {
  if (!changedRecords.size)
    setTimeout(() => {
      list.redraw(changedRecords);
      if (changedRecords.has(detail.record)) detail.draw();
      changedRecords.clear();
      drawProgress();
      drawUndo();
      recount();
    });
  for (const record of changed) changedRecords.add(record);
}

/** Counts of the filters follow the decisions; the rows stay until the filter is chosen anew. */
const recount = debounced(150, () => panel.draw(filter.apply().facets, records.isComplete));

/** While records come in, the first piece is drawn at once and then a few times a second. */
function throttledWhileReading() {
  let last = -Infinity;
  return () => {
    if (records.isComplete || performance.now() - last < 400 + records.all.length / 100) return;
    refilter();
    drawProgress();
    if (last < 0) performance.mark("first rows");
    last = performance.now();
  };
}

void begin();
