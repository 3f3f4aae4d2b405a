// A text on the screen: invisible characters as chips, violations underlined at their place.

import { el } from "./dom.js";

const clusters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The characters of a text as people see them. */
export function graphemesOf(text) {
  return Array.from(clusters.segment(text), (part) => part.segment);
}

const NAMES = {
  0x00: "NUL",
  0x07: "BEL",
  0x08: "BS",
  0x0b: "VT",
  0x0c: "FF",
  0x0d: "CR",
  0x1b: "ESC",
  0x7f: "DEL",
  0x85: "NEL",
  0xa0: "NBSP",
  0xad: "SHY",
  0x34f: "CGJ",
  0x61c: "ALM",
  0x115f: "HCF",
  0x1160: "HJF",
  0x180e: "MVS",
  0x200b: "ZWSP",
  0x200c: "ZWNJ",
  0x200d: "ZWJ",
  0x200e: "LRM",
  0x200f: "RLM",
  0x2028: "LS",
  0x2029: "PS",
  0x202a: "LRE",
  0x202b: "RLE",
  0x202c: "PDF",
  0x202d: "LRO",
  0x202e: "RLO",
  0x202f: "NNBSP",
  0x2060: "WJ",
  0x2066: "LRI",
  0x2067: "RLI",
  0x2068: "FSI",
  0x2069: "PDI",
  0x3164: "HF",
  0xfeff: "BOM",
  0xfffd: "?",
};

// Controls, blanks that look like none, marks of direction, joiners, variation selectors, tags and
// halves of a surrogate pair. Line breaks and tabs are not invisible: they move what follows.
const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00a0\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffd\u{e0000}-\u{e0fff}\p{Cs}]/u;
const JOINED =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Malayalam}\p{Script=Kannada}\p{Script=Telugu}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Oriya}\p{Script=Sinhala}\p{M}]/u;
const PICTURE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\u20e3\u{e0020}-\u{e007f}]/u;

/** What an invisible character is called on its chip; null where it does its usual work. */
export function chipName(char, before, after) {
  if (!INVISIBLE.test(char)) return null;
  const code = char.codePointAt(0);
  if (code === 0x200d && PICTURE.test(before) && PICTURE.test(after)) return null; // an emoji family
  if ((code === 0x200c || code === 0x200d) && JOINED.test(before) && JOINED.test(after)) return null;
  if (code === 0xfe0f && /[\p{Emoji}]/u.test(before)) return null;
  if (code >= 0xe0020 && code <= 0xe007f && PICTURE.test(before)) return null; // a flag of a region
  if (code >= 0xfe00 && code <= 0xfe0f) return `VS${code - 0xfe00 + 1}`;
  if (code >= 0xe0100 && code <= 0xe01ef) return `VS${code - 0xe0100 + 17}`;
  return NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * The text as nodes. `marks` are violations with `a` and `b`, offsets in code points.
 * Nothing of the text is dropped, and nothing of it can turn its surroundings around.
 */
export function written(text, marks = []) {
  const chars = Array.from(text);
  const spots = marks.filter((mark) => mark.a !== undefined && mark.b > mark.a);
  const edges = new Set(spots.flatMap((mark) => [mark.a, mark.b]));
  const fragment = document.createDocumentFragment();
  let run = "";
  let into = fragment;
  const flush = () => {
    if (run) into.append(run);
    run = "";
  };
  chars.forEach((char, at) => {
    if (edges.has(at)) {
      flush();
      into = fragment;
      const here = spots.filter((mark) => mark.a <= at && at < mark.b);
      if (here.length) {
        const worst = here.some((mark) => mark.sev === "error") ? "error" : "warning";
        into = el("mark", { class: worst, title: here.map((mark) => mark.msg).join("\n") });
        fragment.append(into);
      }
    }
    const name = chipName(char, chars[at - 1] ?? "", chars[at + 1] ?? "");
    if (name === null) {
      run += char;
      return;
    }
    flush();
    into.append(chip(name, char));
  });
  flush();
  return fragment;
}

function chip(name, char) {
  const code = `U+${char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  return el("span", { class: "chip-invisible", dir: "ltr", title: `${code} (${name}), invisible` }, name);
}

/** The invisible characters of a text by name, for a field of text that cannot show them. */
export function invisibleIn(text) {
  const chars = Array.from(text);
  const found = new Map();
  chars.forEach((char, at) => {
    const name = chipName(char, chars[at - 1] ?? "", chars[at + 1] ?? "");
    if (name !== null) found.set(name, (found.get(name) ?? 0) + 1);
  });
  return found;
}

const BY_LETTERS = [
  [/[\u3040-\u30ff]/u, "ja"],
  [/\p{Script=Hangul}/u, "ko"],
  [/\p{Script=Thai}/u, "th"],
  [/\p{Script=Arabic}/u, "ar"],
  [/\p{Script=Hebrew}/u, "he"],
  [/\p{Script=Han}/u, "zh"],
  [/\p{Script=Devanagari}/u, "hi"],
  [/\p{Script=Cyrillic}/u, "ru"],
];

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** The direction of what begins with this text; `dir=auto` looks into no element of its own direction. */
export function directionOf(text) {
  return RIGHT_TO_LEFT.test(/\p{L}/u.exec(text)?.[0] ?? "") ? "rtl" : "ltr";
}

/** Attributes of an element that holds `text`: its own direction, and the glyphs of its language. */
export function spoken(text, language) {
  const lang = language ?? BY_LETTERS.find(([letters]) => letters.test(text))?.[1];
  return { dir: "auto", lang: lang ?? null };
}
