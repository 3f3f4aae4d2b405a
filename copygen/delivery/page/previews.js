// A text as the place shows it: with what is cut off there, and where.

import { button, el, figure } from "./dom.js";
import { segmentsOf } from "./measure.js";
import { directionOf, graphemesOf, spoken, written } from "./text.js";

const RESULT_TITLE_PX = 580;
const RESULT_SNIPPET_PX = 920;
const AD_HEADLINES = 3;
const CAPTION_FOLD = 125;

/** Kinds of previews by channel; the first for which there is a text is shown first. */
const PLACES = [
  {
    name: "Search result",
    channels: ["seo"],
    names: ["seo_title", "meta_title", "meta_description", "title_tag"],
    draw: searchResult,
  },
  {
    name: "Search ad",
    channels: ["google_ads", "microsoft_ads", "performance_max"],
    names: ["headline", "headlines", "long_headline", "path"],
    draw: searchAd,
  },
  { name: "Feed ad", channels: ["meta", "linkedin", "tiktok"], names: ["primary_text"], draw: feedAd },
  { name: "Instagram", channels: ["instagram", "threads"], names: ["caption", "instagram"], draw: caption },
  { name: "SMS", channels: ["sms", "whatsapp", "line"], names: ["sms", "message"], draw: textMessage },
  { name: "Push", channels: ["push"], names: ["push_title", "push_body", "push"], draw: pushMessage },
  { name: "Inbox", channels: ["email"], names: ["subject", "preheader", "subject_line"], draw: inbox },
  { name: "Post", channels: ["x"], names: ["post", "tweet"], draw: post280 },
  {
    name: "Store",
    channels: ["app_store", "google_play"],
    names: ["subtitle", "short_description"],
    draw: storePage,
  },
  {
    name: "Product page",
    channels: ["amazon", "shopify", "google_merchant", "marketplaces", "youtube"],
    names: ["title", "product_title", "description", "bullets", "bullet"],
    draw: productPage,
  },
];

/**
 * The previews for a record: `[name, draw]`. `texts` are `{field, channel, limit, recommended, text}`
 * as they stand in the editor.
 */
export function previewsOf(texts, around) {
  return PLACES.map((place) => {
    const own = texts.filter((one) =>
      one.channel
        ? place.channels.includes(one.channel.split(".")[0])
        : place.names.includes((one.field ?? "").toLowerCase()),
    );
    return own.length ? [place.name, () => place.draw(own, around)] : null;
  }).filter(Boolean);
}

/** The texts whose field, or whose field of the channel, has one of these names. */
function named(texts, ...names) {
  return texts
    .filter(
      (one) =>
        names.includes((one.channel ?? "").split(".")[1]) ||
        names.includes((one.field ?? "").toLowerCase().replace(/s$/, "")),
    )
    .map((one) => one.text);
}

function said(tag, className, text, around) {
  return el(tag, { class: className, ...spoken(text, around.language) }, written(text));
}

function hostOf(around) {
  const address = Object.values(around.item).find((value) => /^https?:\/\//.test(String(value)));
  try {
    return new URL(address).hostname;
  } catch {
    return "www.example.com";
  }
}

function siteLine(around, path) {
  const host = hostOf(around);
  return el(
    "div",
    { class: "site" },
    el("span", { class: "site-sign", "aria-hidden": "true" }, host.replace(/^www\./, "")[0].toUpperCase()),
    el(
      "span",
      { class: "site-names" },
      el("span", {}, host.replace(/^www\./, "")),
      el("span", { class: "site-path", dir: "auto" }, `https://${host}${path}`),
    ),
  );
}

function searchResult(texts, around) {
  const titles = named(texts, "title", "seo_title", "meta_title", "title_tag");
  const snippets = named(texts, "description", "meta_description");
  const title = titles[0] ?? String(around.item.name ?? around.item.title ?? around.id);
  const snippet = snippets[0] ?? "";
  const { ruler } = around;
  return [
    el(
      "div",
      { class: "place place-result" },
      siteLine(around, " › …"),
      said("p", "result-title", ruler.fitting(title, 20, RESULT_TITLE_PX), around),
      snippet ? said("p", "result-snippet", ruler.fitting(snippet, 14, RESULT_SNIPPET_PX), around) : null,
    ),
    note(
      titles[0] === undefined ? null : `Title ${figure(ruler.pixels(title, 20))} of ${RESULT_TITLE_PX} px`,
      snippet ? `description ${figure(ruler.pixels(snippet, 14))} of ${RESULT_SNIPPET_PX} px` : null,
    ),
  ];
}

function searchAd(texts, around) {
  const headlines = named(texts, "headline", "long_headline");
  const descriptions = named(texts, "description");
  const paths = named(texts, "path");
  const start = around.turn * AD_HEADLINES;
  const picked = headlines.length
    ? Array.from(
        { length: Math.min(AD_HEADLINES, headlines.length) },
        (_, at) => headlines[(start + at) % headlines.length],
      )
    : [];
  const lines = descriptions.length
    ? Array.from(
        { length: Math.min(2, descriptions.length) },
        (_, at) => descriptions[(around.turn + at) % descriptions.length],
      )
    : [];
  return [
    el(
      "div",
      { class: "place place-ad" },
      el("p", { class: "sponsored" }, "Sponsored"),
      siteLine(around, paths.length ? `/${paths.slice(0, 2).join("/")}` : ""),
      el(
        "p",
        { class: "result-title", dir: directionOf(picked[0] ?? "") },
        picked.flatMap((text, at) => [at ? " | " : null, said("bdi", "", text, around)]),
      ),
      el(
        "p",
        { class: "result-snippet", dir: directionOf(lines[0] ?? "") },
        lines.flatMap((text, at) => [at ? " " : null, said("bdi", "", text, around)]),
      ),
    ),
    headlines.length > AD_HEADLINES
      ? button("Another combination", around.another, { class: "quiet" })
      : note("Shown in any order"),
  ];
}

function folded(text, most, around, className) {
  const clusters = graphemesOf(text);
  const lines = text.split("\n");
  const byLines = lines.length > 2 ? graphemesOf(lines.slice(0, 2).join("\n")).length : clusters.length;
  const fold = Math.min(most, byLines);
  if (fold >= clusters.length) return [said("p", className, text, around), note("Shown whole")];
  const kept = clusters.slice(0, fold).join("").trimEnd();
  return [
    el(
      "p",
      { class: className, ...spoken(text, around.language) },
      written(kept),
      el("span", { class: "more-mark" }, "… more"),
      el("span", { class: "below-fold" }, written(clusters.slice(fold).join("").trimStart())),
    ),
    note(`Folded after ${figure(graphemesOf(kept).length)} of ${figure(clusters.length)} characters`),
  ];
}

function picture() {
  return el("div", { class: "picture", "aria-hidden": "true" });
}

function caption(texts, around) {
  const { text, recommended } = texts[0];
  const [shown, below] = folded(text, recommended ?? CAPTION_FOLD, around, "caption");
  const account = "yourbrand";
  shown.prepend(el("b", {}, `${account} `));
  return [
    el(
      "div",
      { class: "place place-post" },
      el("div", { class: "account" }, el("span", { class: "avatar", "aria-hidden": "true" }), account),
      picture(),
      shown,
    ),
    below,
  ];
}

/** Whose post it is, and what stands below the name. */
function accountOf(below) {
  return el(
    "div",
    { class: "account" },
    el("span", { class: "avatar", "aria-hidden": "true" }),
    el("span", {}, "Your brand", el("small", {}, below)),
  );
}

function feedAd(texts, around) {
  const [primary] = named(texts, "primary_text", "ad_intro", "post", "caption", "ad_text");
  const [headline] = named(texts, "headline", "ad_headline");
  const [description] = named(texts, "description");
  const fold = texts.find((one) => one.text === primary)?.recommended ?? CAPTION_FOLD;
  const [shown, below] = primary === undefined ? [null, null] : folded(primary, fold, around, "caption");
  return [
    el(
      "div",
      { class: "place place-post" },
      accountOf("Sponsored"),
      shown,
      picture(),
      el(
        "div",
        { class: "offer" },
        el(
          "div",
          {},
          el("small", {}, hostOf(around)),
          headline === undefined ? null : said("b", "", headline, around),
          description === undefined ? null : said("span", "", description, around),
        ),
        el("span", { class: "offer-button" }, "Learn more"),
      ),
    ),
    below,
  ];
}

function textMessage(texts, around) {
  return texts.flatMap(({ text }) => {
    const sent = segmentsOf(text.normalize("NFC"));
    const bubble = el(
      "p",
      { class: "bubble", ...spoken(text, around.language) },
      sent.parts.map((part, at) =>
        el("span", { class: `segment segment-${at % 3}`, title: `Segment ${at + 1}` }, written(part)),
      ),
    );
    return [
      el("div", { class: "place place-phone" }, bubble),
      note(
        `${figure(sent.parts.length)} ${sent.parts.length === 1 ? "segment" : "segments"} in ${sent.alphabet}, ${figure(sent.left)} left in the last`,
      ),
    ];
  });
}

function pushMessage(texts, around) {
  const [title] = named(texts, "title", "push_title", "web_title");
  const [body] = named(texts, "body", "push_body", "web_body", "push");
  return [
    el(
      "div",
      { class: "place place-phone" },
      el(
        "div",
        { class: "notice" },
        el("span", { class: "avatar", "aria-hidden": "true" }),
        el(
          "div",
          { class: "notice-texts" },
          el("small", {}, "Your app · now"),
          title === undefined ? null : said("b", "one-line", title, around),
          body === undefined ? null : said("p", "four-lines", body, around),
        ),
      ),
    ),
    note("Phones cut off at different places"),
  ];
}

function inbox(texts, around) {
  const [subject] = named(texts, "subject", "subject_line");
  const [preheader] = named(texts, "preheader");
  return [
    el(
      "div",
      { class: "place place-mail" },
      el("b", {}, "Your brand"),
      el(
        "p",
        { class: "one-line" },
        subject === undefined ? null : said("b", "", subject, around),
        preheader === undefined ? null : [" – ", said("span", "dim", preheader, around)],
      ),
      el("small", {}, "09:41"),
    ),
  ];
}

function post280(texts, around) {
  return texts.map(({ text, limit }) =>
    el(
      "div",
      { class: "place place-post" },
      accountOf("@yourbrand"),
      said("p", "caption", text, around),
      note(`${figure(around.ruler.measure(text, "x"))} of ${figure(limit ?? 280)}`),
    ),
  );
}

function storePage(texts, around) {
  const [name] = named(texts, "name", "title");
  const [subtitle] = named(texts, "subtitle", "short_description");
  const rest = texts.filter((one) => one.text !== name && one.text !== subtitle).map((one) => one.text);
  return [
    el(
      "div",
      { class: "place place-store" },
      el(
        "div",
        { class: "account" },
        el("span", { class: "avatar is-app", "aria-hidden": "true" }),
        el(
          "span",
          {},
          said("b", "", name ?? "Your app", around),
          subtitle === undefined ? null : said("small", "", subtitle, around),
        ),
        el("span", { class: "offer-button" }, "Get"),
      ),
      rest.map((text) => said("p", "caption", text, around)),
    ),
  ];
}

function productPage(texts, around) {
  const [title] = named(
    texts,
    "title",
    "short_title",
    "product_title",
    "shopee_title",
    "lazada_title",
    "etsy_title",
    "seo_title",
  );
  const bullets = named(texts, "bullet", "bullets");
  const rest = texts.map((one) => one.text).filter((text) => text !== title && !bullets.includes(text));
  return [
    el(
      "div",
      { class: "place place-product" },
      picture(),
      el(
        "div",
        {},
        title === undefined ? null : said("b", "product-title", title, around),
        bullets.length
          ? el(
              "ul",
              {},
              bullets.map((text) => said("li", "", text, around)),
            )
          : null,
        rest.map((text) => said("p", "caption", withoutMarkup(text), around)),
      ),
    ),
  ];
}

const ENTITIES = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  times: "×",
  ndash: "–",
  mdash: "—",
  hellip: "…",
};

/** What is read of a description in HTML: its paragraphs and list items, a line each. */
function withoutMarkup(text) {
  if (!/<\/?[a-z][^<>]*>/i.test(text)) return text;
  return text
    .replace(/\s+/g, " ")
    .replace(/<li\b[^<>]*>/gi, "\n• ")
    .replace(/<(?:br|\/?(?:p|ul|ol|div|h[1-6]|tr))\b[^<>]*>/gi, "\n")
    .replace(/<\/?[a-z][^<>]*>/gi, "")
    .replace(/&(\w+);/g, (entity, name) => ENTITIES[name] ?? entity)
    .replace(/&#(\d{1,6});/g, (_, code) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replace(/ *\n[ \n]*/g, "\n")
    .trim();
}

function note(...parts) {
  const words = parts.filter(Boolean).join(", ");
  return words ? el("p", { class: "place-note" }, words) : null;
}
