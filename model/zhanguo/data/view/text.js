// Places in a report's text. Offsets in the data are code points; JavaScript counts UTF-16 units.

// What is invisible or turns the writing direction is shown by its number, and its effect stays inside its own piece.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;

/** For each code point of a text where it begins in UTF-16, and the end; null where both count the same. */
function utf16Offsets(text) {
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return null;
  const offsets = [0];
  for (const point of text) offsets.push(offsets.at(-1) + point.length);
  return offsets;
}

/** A report's text, cut by code points. */
class FullText {
  constructor(text) {
    this.text = text;
    this.offsets = utf16Offsets(text);
    this.length = this.offsets ? this.offsets.length - 1 : text.length;
  }

  unit(place) {
    return this.offsets ? this.offsets[place] : place;
  }

  slice(start, end) {
    return this.text.slice(this.unit(start), this.unit(end));
  }

  /** Places at which pieces must part, besides those of the data: around each control character. */
  *edges() {
    let place = 0;
    for (const point of CONTROL.test(this.text) ? this.text : "") {
      if (CONTROL.test(point)) yield* [place, place + 1];
      place += 1;
    }
  }
}

/** What spans, records and facts quote of a text that is not in the file; slice gives null for what none of them quotes. */
class QuotedText {
  constructor(report) {
    this.length = report.chars;
    this.points = new Map();
    for (const span of report.spans) this.put(span.start, span.end, span.text);
    for (const item of [report.facts, ...report.records]) {
      for (const [role, [start, end]] of Object.entries(item.evidence)) {
        if (typeof item[role] === "string" && role !== "date" && role !== "period") this.put(start, end, item[role]);
      }
    }
  }

  put(start, end, text) {
    const points = [...text];
    if (points.length === end - start) points.forEach((point, place) => this.points.set(start + place, point));
  }

  slice(start, end) {
    let text = "";
    for (let place = start; place < end; place += 1) {
      if (!this.points.has(place)) return null;
      text += this.points.get(place);
    }
    return text;
  }

  *edges() {
    for (const place of this.points.keys()) {
      if (!this.points.has(place - 1)) yield place;
      if (!this.points.has(place + 1)) yield place + 1;
    }
  }
}

const textOf = (report) => (report.text === undefined ? new QuotedText(report) : new FullText(report.text));

/** All places that the data names: of spans, of records' evidence, of facts. */
function* places(report) {
  for (const span of report.spans) yield [span.start, span.end];
  for (const item of [report.facts, ...report.records]) yield* Object.values(item.evidence);
}

/** The text in pieces that no place cuts: {start, end, spans}, spans from the shortest to the longest. */
function cut(report, text) {
  const edges = new Set([0, text.length, ...text.edges()]);
  for (const [start, end] of places(report)) edges.add(start).add(end);
  const sorted = [...edges].filter((edge) => edge <= text.length).sort((a, b) => a - b);
  const pieces = sorted.slice(0, -1).map((start, number) => ({ start, end: sorted[number + 1], spans: [] }));
  for (const span of report.spans) for (const piece of within(pieces, span.start, span.end)) piece.spans.push(span);
  for (const piece of pieces) piece.spans.sort((a, b) => a.end - a.start - (b.end - b.start));
  return pieces;
}

/** The pieces from start to end. */
function within(pieces, start, end) {
  return pieces.slice(firstFrom(pieces, start), firstFrom(pieces, end));
}

/** The number of the first piece that begins at a place or behind it. */
function firstFrom(pieces, place) {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle].start < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

const overlaps = ([start, end], piece) => start < piece.end && piece.start < end;

/** The numbers of the records that a piece supports; where it is evidence of none, those whose sentence it stands in. */
function supported(records, piece) {
  const numbers = (roles) =>
    records.flatMap((record, number) => (roles(record).some((place) => overlaps(place, piece)) ? [number] : []));
  const direct = numbers(({ evidence: { sentence, ...others } }) => Object.values(others));
  return direct.length ? direct : numbers(({ evidence: { sentence } }) => (sentence ? [sentence] : []));
}
