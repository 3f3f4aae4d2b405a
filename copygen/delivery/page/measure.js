// How long a text is, in the units that channels count in; the same figures as copygen's own.
// One exception: an address without https:// in a post on X is not recognised here.

import { graphemesOf } from "./text.js";

const GSM_BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const GSM_EXTENDED = new Set("\f^{}\\[~]|€");
const UNSEEN = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}\p{Cs}]/u;
const EMOJI_SEQUENCE =
  /[\u{1f1e6}-\u{1f1ff}]{2}|[#*0-9]\ufe0f?\u20e3|\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?(?:\u200d\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)*/gu;

/** Whether `code` is in sorted ranges, both ends included. */
function within(ranges, code) {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code < ranges[middle][0]) high = middle - 1;
    else if (code > ranges[middle][1]) low = middle + 1;
    else return true;
  }
  return false;
}

export class Ruler {
  /** `tables` as Python wrote them: which characters are wide, how many pixels they take. */
  constructor(tables) {
    this.tables = tables;
    this.pixelWidths = new Map();
    for (const [width, chars] of Object.entries(tables.pixels?.widths ?? {}))
      for (const char of chars) this.pixelWidths.set(char, Number(width));
  }

  /** The length of `text` in `unit`. */
  measure(text, unit) {
    const normal = text.normalize("NFC");
    switch (unit) {
      case "graphemes":
        return graphemesOf(normal).length;
      case "utf16":
        return normal.length;
      case "bytes":
        return new TextEncoder().encode(normal).length;
      case "width":
        return this.#width(normal);
      case "x":
        return this.#weighted(normal);
      case "sms_segments":
        return segmentsOf(normal).parts.length;
      case "pixels":
        return this.pixels(normal, 20);
      case "pixels_14":
        return this.pixels(normal, 14);
      default:
        return Array.from(normal).length;
    }
  }

  #width(text) {
    let width = 0;
    for (const char of text) width += this.#isWide(char.codePointAt(0)) ? 2 : 1;
    return width;
  }

  #isWide(code) {
    return code >= 0x1100 && within(this.tables.wide, code);
  }

  #weighted(text) {
    const { url, light } = this.tables.x;
    let weight = 0;
    const rest = text
      .replace(/\r\n/g, "\n")
      .replace(/https?:\/\/\S+/g, () => {
        weight += url;
        return "";
      })
      .replace(EMOJI_SEQUENCE, (emoji) => {
        if (Array.from(emoji).length === 1) return emoji;
        weight += 2;
        return "";
      });
    for (const char of rest) weight += within(light, char.codePointAt(0)) ? 1 : 2;
    return weight;
  }

  /** The estimated width of one line. */
  pixels(text, size) {
    let thousandths = 0;
    for (const cluster of graphemesOf(text)) thousandths += this.#clusterWidth(cluster);
    return Math.ceil((thousandths * size) / 1000);
  }

  #clusterWidth(cluster) {
    const { wide } = this.tables.pixels;
    const chars = Array.from(cluster);
    if (chars.length > 1 && this.#isWide(chars[0].codePointAt(0))) return wide;
    if (cluster.includes("\ufe0f") || cluster.includes("\u20e3")) return wide;
    return chars.reduce((sum, char) => sum + this.#charWidth(char), 0);
  }

  #charWidth(char) {
    const known = this.pixelWidths.get(char);
    if (known !== undefined) return known;
    const { wide, halfwidth, other, scripts } = this.tables.pixels;
    const code = char.codePointAt(0);
    if (UNSEEN.test(char)) return 0;
    if (this.#isWide(code)) return wide;
    if (within(this.tables.half, code)) return halfwidth;
    const base = Array.from(char.normalize("NFD"))[0];
    if (base !== char) return this.#charWidth(base);
    return scripts.find(([first, last]) => first <= code && code <= last)?.[2] ?? other;
  }

  /** As much of `text` as fits into so many pixels, with an ellipsis where something is cut off. */
  fitting(text, size, most) {
    if (this.pixels(text, size) <= most) return text;
    let kept = "";
    let left = most - this.pixels("…", size);
    for (const cluster of graphemesOf(text)) {
      left -= (this.#clusterWidth(cluster) * size) / 1000;
      if (left < 0) break;
      kept += cluster;
    }
    return `${kept.trimEnd()}…`;
  }
}

/** A text message as it is sent: its parts, its alphabet, and the room left in the last part. */
export function segmentsOf(text) {
  const chars = Array.from(text);
  const isGsm = chars.every((char) => GSM_BASIC.has(char) || GSM_EXTENDED.has(char));
  const cost = isGsm ? (char) => (GSM_EXTENDED.has(char) ? 2 : 1) : (char) => char.length;
  const total = chars.reduce((sum, char) => sum + cost(char), 0);
  const [single, part] = isGsm ? [160, 153] : [70, 67];
  const room = total <= single ? single : part;
  const parts = [];
  let left = 0;
  for (const char of chars) {
    if (!parts.length || cost(char) > left) {
      parts.push("");
      left = room;
    }
    parts[parts.length - 1] += char;
    left -= cost(char);
  }
  return { parts, left: parts.length ? left : single, units: total, alphabet: isGsm ? "GSM-7" : "UCS-2" };
}
