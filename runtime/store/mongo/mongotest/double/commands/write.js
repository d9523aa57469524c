// insert, update, delete and findAndModify.
import bson from '../bson.js';
import { update as updated } from '../shape.js';
import { Wait } from '../fault.js';

/** Runs one statement; outside a transaction it waits for locks to go. */
async function statement(call, run) {
  for (;;) {
    try {
      call.view.ts = call.view.txn ? call.view.txn.ts : call.server.store.ts;
      return run();
    } catch (e) {
      if (!(e instanceof Wait)) throw e;
      await e.txn.done;
    }
  }
}

/** Runs the statements of a command and gathers their errors as a server does. */
async function each(call, list, run) {
  const errors = [];
  for (let i = 0; i < list.length; i++) {
    try {
      await statement(call, () => run(list[i], i));
    } catch (e) {
      if (call.view.txn && e.code !== 11000) throw e;
      if (!e.code) throw e;
      errors.push({ index: i, code: e.code, errmsg: e.message });
      if (call.view.txn) call.failed = true;
      if (call.view.txn || call.command.ordered !== false) break;
    }
  }
  return errors.length > 0 ? { writeErrors: errors } : {};
}

export async function insert(call) {
  const { server, command: c, ns, view } = call;
  let n = 0;
  const errors = await each(call, c.documents, (doc, i) => {
    doc._id ??= new bson.ObjectId();
    server.store.insert(ns, doc, c.raw?.documents?.[i] ?? bson.serialize(doc), view);
    n++;
  });
  return { n, ...errors, ok: 1 };
}

/** One update statement: {matched, modified, upserted, before, after}. */
function change({ server, ns, view }, { q, u, multi, upsert }) {
  const found = server.store.find(ns, q, { ...view, limit: multi ? undefined : 1 });
  let modified = 0;
  let after = null;
  for (const { entry, doc } of found) {
    after = updated(doc.o, u, false);
    if (Buffer.compare(bson.serialize(after), bson.serialize(doc.o)) === 0) continue;
    server.store.replace(ns, entry, after, view);
    modified++;
  }
  if (found.length > 0 || !upsert) return { matched: found.length, modified, before: found[0]?.doc.o ?? null, after };
  const base = Object.fromEntries(Object.entries(q).filter(([k, v]) => k[0] !== '$' && (v === null || typeof v !== 'object' || v._bsontype)));
  const doc = updated(base, u, true);
  doc._id ??= new bson.ObjectId();
  server.store.insert(ns, doc, bson.serialize(doc), view);
  return { matched: 0, modified: 0, upserted: doc._id, before: null, after: doc };
}

export async function update(call) {
  let n = 0;
  let nModified = 0;
  const upserted = [];
  const errors = await each(call, call.command.updates, (u, index) => {
    const r = change(call, u);
    n += r.matched + (r.upserted === undefined ? 0 : 1);
    nModified += r.modified;
    if (r.upserted !== undefined) upserted.push({ index, _id: r.upserted });
  });
  return { n, nModified, ...(upserted.length > 0 ? { upserted } : {}), ...errors, ok: 1 };
}

async function remove(call) {
  const { server, command: c, ns, view } = call;
  let n = 0;
  const errors = await each(call, c.deletes, ({ q, limit }) => {
    for (const { entry } of server.store.find(ns, q, { ...view, limit: Number(limit) || undefined })) {
      server.store.remove(ns, entry, view);
      n++;
    }
  });
  return { n, ...errors, ok: 1 };
}
export { remove as delete };

export async function findandmodify(call) {
  const { query, update: u, upsert, new: wantNew } = call.command;
  const r = await statement(call, () => change(call, { q: query, u, upsert }));
  return { value: wantNew ? r.after : r.before, lastErrorObject: { n: r.after ? 1 : 0, updatedExisting: r.matched > 0 }, ok: 1 };
}
