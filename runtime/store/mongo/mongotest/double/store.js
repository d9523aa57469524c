// The documents, with their past: a read at a moment sees what was committed
// by then. Writers lock single documents; the first one wins.
import bson from './bson.js';
import { keyOf } from './order.js';
import { compile, pins, valueAt } from './match.js';
import { Wait, badValue, duplicateKey, refused, tooSlow, writeConflict } from './fault.js';

/** How long, in ms, the past is kept for readers of old snapshots. */
const KEEP = 6000;
/** Reads of these collections must name a tenant and an entity. */
const GUARDED = new Set(['rows', 'trash']);

/** One document's versions, oldest first. doc null is a deletion. */
class Entry {
  constructor(id, bucket) {
    this.id = id;
    this.bucket = bucket;
    this.versions = [];
    this.lock = null; // the transaction that has written it
    this.keys = new Map(); // index → Set of keys under which it is found
  }
  at(ts) {
    for (let i = this.versions.length - 1; i >= 0; i--) {
      if (this.versions[i].ts <= ts) return this.versions[i].doc;
    }
    return null;
  }
  get latest() {
    return this.versions.length === 0 ? null : this.versions[this.versions.length - 1].doc;
  }
}

class Index {
  constructor(spec) {
    this.name = spec.name;
    this.raw = spec;
    this.paths = Object.keys(spec.key);
    this.unique = !!spec.unique;
    this.partial = spec.partialFilterExpression ? compile(spec.partialFilterExpression) : null;
    this.flag = flagOf(spec.partialFilterExpression);
    this.entries = new Map(); // key → Set of entries; for a flag: one set
  }
  /** Whether the double keeps a map for it: slots and the like are only declared. */
  get kept() {
    return this.unique || this.flag !== null;
  }
  keyFor(doc) {
    if (this.partial && !this.partial(doc)) return null;
    return this.flag !== null ? '' : this.paths.map((p) => keyOf(valueAt(doc, p))).join('\u0001');
  }
}

// A partial filter of the form {field: true} marks a small set of documents.
function flagOf(filter) {
  const fields = Object.entries(filter ?? {});
  return fields.length === 1 && fields[0][1] === true ? fields[0][0] : null;
}

class Collection {
  constructor(ns) {
    this.ns = ns;
    this.name = ns.slice(ns.indexOf('.') + 1);
    this.entries = new Map();
    this.buckets = new Map(); // tenant → entity → Set of entries
    this.indexes = [];
  }
  entryFor(id, doc) {
    const key = keyOf(id);
    let e = this.entries.get(key);
    if (!e) {
      e = new Entry(id, this.bucketOf(keyOf(doc.t), keyOf(doc.e)));
      this.entries.set(key, e);
      e.bucket.add(e);
    }
    return e;
  }
  bucketOf(t, e) {
    let ofTenant = this.buckets.get(t);
    if (!ofTenant) this.buckets.set(t, (ofTenant = new Map()));
    let bucket = ofTenant.get(e);
    if (!bucket) ofTenant.set(e, (bucket = new Set()));
    return bucket;
  }
  register(entry, doc) {
    for (const ix of this.indexes) {
      const key = ix.kept ? ix.keyFor(doc) : null;
      if (key === null) continue;
      let found = ix.entries.get(key);
      if (!found) ix.entries.set(key, (found = new Set()));
      found.add(entry);
      let keys = entry.keys.get(ix);
      if (!keys) entry.keys.set(ix, (keys = new Set()));
      keys.add(key);
    }
  }
  /** Drops what no reader can see any more. */
  prune(entry, horizon) {
    let first = 0;
    while (first + 1 < entry.versions.length && entry.versions[first + 1].ts <= horizon) first++;
    if (first > 0) entry.versions.splice(0, first);
    if (entry.lock) return false;
    const gone = entry.versions.length === 0 || (entry.versions.length === 1 && entry.latest === null && entry.versions[0].ts <= horizon);
    if (gone) {
      this.entries.delete(keyOf(entry.id));
      entry.bucket.delete(entry);
    }
    if (gone || entry.versions.length === 1) this.reindex(entry, gone);
    return gone || entry.versions.length <= 1;
  }
  reindex(entry, gone) {
    for (const [ix, keys] of entry.keys) {
      const keep = gone || entry.latest === null ? null : ix.keyFor(entry.latest.o);
      for (const key of keys) {
        if (key === keep) continue;
        keys.delete(key);
        const found = ix.entries.get(key);
        found?.delete(entry);
        if (found?.size === 0) ix.entries.delete(key);
      }
    }
  }
}

export class Store {
  constructor() {
    this.collections = new Map();
    this.ts = 1;
    this.moments = [{ time: Date.now(), ts: 1 }]; // when was which timestamp
    this.readers = new Set(); // open transactions
    this.dirty = new Map(); // entry → collection: has a past to prune
    this.log = [];
    this.logStart = 0;
    this.waiters = new Set();
    setInterval(() => this.sweep(), 500).unref();
  }

  collection(ns) {
    let c = this.collections.get(ns);
    if (!c) this.collections.set(ns, (c = new Collection(ns)));
    return c;
  }

  drop(ns) {
    this.collections.delete(ns);
  }

  createIndex(ns, spec) {
    const c = this.collection(ns);
    const same = c.indexes.find((i) => i.name === spec.name);
    if (same) {
      if (JSON.stringify(Object.entries(same.raw.key)) !== JSON.stringify(Object.entries(spec.key))) throw badValue(`index ${spec.name} exists with another key`);
      return;
    }
    if (c.indexes.length >= 63) throw badValue('too many indexes');
    const ix = new Index(spec);
    c.indexes.push(ix);
    for (const e of c.entries.values()) for (const v of e.versions) if (v.doc) c.register(e, v.doc.o);
  }

  /** The document of an entry as a reader sees it: {o, raw} or null. */
  see(entry, view) {
    const own = view.txn?.writes.get(entry);
    return own ? own.doc : entry.at(view.ts);
  }

  /** All entries that can match a filter, by the best map there is. */
  candidates(c, filter) {
    const pinned = pins(filter);
    if (GUARDED.has(c.name)) {
      for (const p of ['t', 'e']) if (pinned.get(p)?.length !== 1) throw refused(`a query on ${c.name} that does not name ${p}`);
    }
    if (pinned.has('_id')) return pinned.get('_id').map((id) => c.entries.get(keyOf(id))).filter(Boolean);
    for (const ix of c.indexes) {
      if (ix.flag !== null && pinned.get(ix.flag)?.[0] === true) return [...(ix.entries.get('') ?? [])];
    }
    for (const ix of c.indexes) {
      if (ix.unique && !ix.partial && ix.paths.every((p) => pinned.has(p))) return byIndex(ix, pinned);
    }
    if (!pinned.has('t')) return [...c.entries.values()];
    return pinned.get('t').flatMap((t) => {
      const ofTenant = c.buckets.get(keyOf(t)) ?? new Map();
      if (!pinned.has('e')) return [...ofTenant.values()].flatMap((b) => [...b]);
      return pinned.get('e').flatMap((e) => [...(ofTenant.get(keyOf(e)) ?? [])]);
    });
  }

  /** The matching entries with their documents. view: {ts, txn, deadline, limit}. */
  find(ns, filter, view) {
    const c = this.collection(ns);
    const test = compile(filter);
    const out = [];
    let n = 0;
    for (const entry of this.candidates(c, filter)) {
      if (++n % 256 === 0 && Date.now() > view.deadline) throw tooSlow();
      const doc = this.see(entry, view);
      if (doc && test(doc.o)) {
        out.push({ entry, doc });
        if (out.length === view.limit) break;
      }
    }
    return out;
  }

  insert(ns, o, raw, view) {
    const c = this.collection(ns);
    const old = c.entries.get(keyOf(o._id));
    if (old) {
      this.mayWrite(old, view);
      if (this.see(old, view)) throw duplicateKey(ns, '_id_');
    }
    this.put(c, c.entryFor(o._id, o), { o, raw }, 'insert', view);
  }

  replace(ns, entry, o, view) {
    if (keyOf(o._id) !== keyOf(entry.id)) throw new ImmutableId();
    this.mayWrite(entry, view);
    this.put(this.collection(ns), entry, { o, raw: bson.serialize(o) }, 'update', view);
  }

  remove(ns, entry, view) {
    this.mayWrite(entry, view);
    this.put(this.collection(ns), entry, null, 'delete', view);
  }

  mayWrite(entry, { txn, ts }) {
    if (entry.lock && entry.lock !== txn) {
      if (txn) throw writeConflict(true);
      throw new Wait(entry.lock);
    }
    const last = entry.versions[entry.versions.length - 1];
    if (txn && last && last.ts > ts) throw writeConflict(true);
  }

  put(c, entry, doc, op, view) {
    if (doc) {
      this.checkUnique(c, entry, doc.o, view);
      c.register(entry, doc.o);
    }
    this.dirty.set(entry, c);
    if (!view.txn) return this.apply(c, [{ entry, doc, op }]);
    entry.lock = view.txn;
    view.txn.write(entry, { c, entry, doc, op });
  }

  checkUnique(c, entry, o, view) {
    for (const ix of c.indexes) {
      const key = ix.unique ? ix.keyFor(o) : null;
      if (key === null) continue;
      for (const other of ix.entries.get(key) ?? []) {
        if (other === entry) continue;
        const holds = (doc) => doc && ix.keyFor(doc.o) === key;
        if (other.lock && other.lock !== view.txn && holds(other.lock.writes.get(other).doc)) {
          if (view.txn) throw writeConflict(true);
          throw new Wait(other.lock);
        }
        if (holds(this.see(other, view))) throw duplicateKey(c.ns, ix.name);
        if (!other.lock && view.txn && holds(other.latest)) throw writeConflict(true);
      }
    }
  }

  /** Makes writes visible, all at one moment. */
  apply(c0, writes) {
    const ts = ++this.ts;
    const now = Date.now();
    if (now - this.moments[this.moments.length - 1].time > 100) this.moments.push({ time: now, ts });
    for (const { c = c0, entry, doc, op } of writes) {
      entry.versions.push({ ts, doc });
      entry.lock = null;
      this.log.push({ ns: c.ns, op: entry.versions.length === 1 && op === 'update' ? 'insert' : op, id: entry.id, doc });
    }
    for (const wake of this.waiters) wake();
    this.waiters.clear();
  }

  release(txn) {
    for (const [entry, w] of txn.writes) if (entry.lock === txn) {
      entry.lock = null;
      this.dirty.set(entry, w.c);
    }
  }

  horizon() {
    const old = Date.now() - KEEP;
    while (this.moments.length > 1 && this.moments[1].time < old) this.moments.shift();
    let h = this.moments[0].ts;
    for (const r of this.readers) h = Math.min(h, r.ts);
    return h;
  }

  sweep() {
    const h = this.horizon();
    for (const [entry, c] of this.dirty) if (c.prune(entry, h)) this.dirty.delete(entry);
    if (this.log.length > 50_000) {
      this.logStart += 25_000;
      this.log.splice(0, 25_000);
    }
  }
}

function byIndex(ix, pinned) {
  let keys = [''];
  ix.paths.forEach((p, i) => {
    keys = keys.flatMap((k) => pinned.get(p).map((v) => (i === 0 ? '' : `${k}\u0001`) + keyOf(v)));
  });
  const out = new Set();
  for (const k of keys) for (const e of ix.entries.get(k) ?? []) out.add(e);
  return [...out];
}

class ImmutableId extends Error {
  constructor() {
    super('the _id of a document cannot be changed');
    this.code = 66;
    this.codeName = 'ImmutableField';
  }
}
