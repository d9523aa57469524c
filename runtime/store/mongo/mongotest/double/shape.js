// What is done to documents: update, projection and sort.
import { compare } from './order.js';
import { valueAt } from './match.js';
import { badValue, refused } from './fault.js';

function setAt(doc, path, value) {
  const parts = path.split('.');
  const last = parts.pop();
  let o = doc;
  for (const p of parts) {
    if (o[p] === undefined || o[p] === null) o[p] = {};
    o = o[p];
  }
  o[last] = value;
}

function unsetAt(doc, path) {
  const parts = path.split('.');
  const last = parts.pop();
  let o = doc;
  for (const p of parts) {
    o = o[p];
    if (o === undefined || o === null) return;
  }
  delete o[last];
}

const add = (a, b) => (typeof a === 'bigint' || typeof b === 'bigint' ? BigInt(a) + BigInt(b) : a + b);

const modifiers = {
  $set: (doc, path, v) => setAt(doc, path, v),
  $unset: (doc, path) => unsetAt(doc, path),
  $inc: (doc, path, v) => setAt(doc, path, add(valueAt(doc, path) ?? 0, v)),
  $setOnInsert: (doc, path, v, inserting) => inserting && setAt(doc, path, v),
};

/** The document after an update; the given one is left alone. */
export function update(doc, u, inserting) {
  if (Array.isArray(u)) throw refused('updates by pipeline');
  const ops = Object.keys(u).filter((k) => k[0] === '$');
  if (ops.length === 0) return { _id: doc._id, ...u };
  if (ops.length !== Object.keys(u).length) throw badValue('modifiers and fields in one update');
  const out = structuredCloneOf(doc);
  for (const op of ops) {
    const apply = modifiers[op];
    if (!apply) throw refused(`update operator ${op}`);
    for (const [path, v] of Object.entries(u[op])) apply(out, path, v, inserting);
  }
  return out;
}

// Copies plain objects; values that bson made are never changed and are shared.
function structuredCloneOf(v) {
  if (v === null || typeof v !== 'object' || v._bsontype || v instanceof Date) return v;
  if (Array.isArray(v)) return v.map(structuredCloneOf);
  const out = {};
  for (const k of Object.keys(v)) out[k] = structuredCloneOf(v[k]);
  return out;
}

/** A function that keeps the named paths. Only inclusion is spoken. */
export function projector(spec) {
  const paths = [];
  for (const [path, v] of Object.entries(spec)) {
    if (path === '_id' && !v) continue;
    if (!v || typeof v === 'object' || typeof v === 'string') throw refused(`projection of ${path}`);
    paths.push(path);
  }
  const withId = spec._id === undefined || !!spec._id;
  return (doc) => {
    const out = withId && doc._id !== undefined ? { _id: doc._id } : {};
    for (const p of paths) {
      const v = valueAt(doc, p);
      if (v !== undefined) setAt(out, p, v);
    }
    return out;
  };
}

/** A comparison of documents by a sort specification. */
export function sorter(spec) {
  const keys = Object.entries(spec).map(([path, dir]) => {
    if (Number(dir) !== 1 && Number(dir) !== -1) throw refused(`sort direction of ${path}`);
    return { path, dir: Number(dir) };
  });
  return (a, b) => {
    for (const { path, dir } of keys) {
      const x = valueAt(a, path);
      const y = valueAt(b, path);
      if (Array.isArray(x) || Array.isArray(y)) throw refused(`sort by the array ${path}`);
      const c = compare(x, y);
      if (c !== 0) return c * dir;
    }
    return 0;
  };
}
