// D1: statements in as one JSON text, rows out as one buffer. The layout is read by d1/rows.rs.

const encoder = new TextEncoder();
let buffer = new Uint8Array(64 * 1024);
let view = new DataView(buffer.buffer);
let at = 0;

const NULL = 0;
const INTEGER = 1;
const REAL = 2;
const TEXT = 3;

/** Runs one read statement by the cheapest path: no row objects, no meta. Bytes, or the text of what went wrong. */
export async function read(db, json) {
  try {
    const [[sql, params]] = JSON.parse(json);
    return pack([{ results: await prepare(db, sql, params).raw() }]);
  } catch (error) {
    return reason(error);
  }
}

/** Runs statements as one transaction and one round trip. Bytes, or the text of what went wrong. */
export async function batch(db, json) {
  try {
    return pack(await db.batch(JSON.parse(json).map(([sql, params]) => prepare(db, sql, params))));
  } catch (error) {
    return reason(error);
  }
}

function prepare(db, sql, params) {
  const statement = db.prepare(sql);
  return params.length === 0 ? statement : statement.bind(...params);
}

/** SQLite's own words: D1 wraps them, sometimes twice. */
function reason(error) {
  return String(error?.cause?.message ?? error?.message ?? error);
}

/** Count of sets, then each set: count of rows, how many it changed, its rows. Used at once: the buffer is shared. */
function pack(sets) {
  at = 0;
  putCount(sets.length);
  for (const { results, meta } of sets) {
    putCount(results.length);
    putNumber(meta?.changes ?? 0);
    for (const row of results) {
      // `batch` gives objects (a column name that stands twice is lost: the reader counts), `raw` gives arrays.
      const cells = Array.isArray(row) ? row : Object.values(row);
      putCount(cells.length);
      for (const cell of cells) putCell(cell);
    }
  }
  return buffer.slice(0, at);
}

function putCell(cell) {
  if (typeof cell === "string") {
    need(5 + 3 * cell.length);
    buffer[at] = TEXT;
    const { written } = encoder.encodeInto(cell, buffer.subarray(at + 5));
    view.setUint32(at + 1, written, true);
    at += 5 + written;
  } else if (typeof cell === "number") {
    if (!Number.isInteger(cell)) putTag(REAL);
    else if (Number.isSafeInteger(cell)) putTag(INTEGER);
    else throw new Error(`an integer beyond 2^53 was read: ${cell} may not be what is stored`);
    putNumber(cell);
  } else if (cell === null) putTag(NULL);
  else throw new Error("a blob was read: blobs are kept as text");
}

function putTag(tag) {
  need(1);
  buffer[at++] = tag;
}

function putCount(n) {
  need(4);
  view.setUint32(at, n, true);
  at += 4;
}

function putNumber(n) {
  need(8);
  view.setFloat64(at, n, true);
  at += 8;
}

function need(bytes) {
  if (at + bytes <= buffer.length) return;
  const grown = new Uint8Array(Math.max(buffer.length * 2, at + bytes));
  grown.set(buffer.subarray(0, at));
  buffer = grown;
  view = new DataView(buffer.buffer);
}
