// find, aggregate and the cursors that they leave.
import bson, { RawList } from '../bson.js';
import { compile } from '../match.js';
import { projector, sorter } from '../shape.js';
import { ServerError, refused } from '../fault.js';
import * as stream from '../stream.js';

const stages = {
  $match: (arg) => {
    const test = compile(arg);
    return (docs) => docs.filter((d) => test(d.o));
  },
  $sort: (arg) => (docs) => sorted(docs, arg),
  $limit: (arg) => (docs) => docs.slice(0, Number(arg)),
  $project: (arg) => (docs) => projected(docs, arg),
  $count: (arg) => (docs) => (docs.length === 0 ? [] : [{ o: { [arg]: docs.length } }]),
};

function sorted(docs, spec) {
  const order = sorter(spec);
  return docs.sort((a, b) => order(a.o, b.o));
}

function projected(docs, spec) {
  const project = projector(spec);
  return docs.map((d) => ({ o: project(d.o) }));
}

const rawOf = (d) => d.raw ?? bson.serialize(d.o);

/** Answers with a first batch and keeps the rest under a cursor. */
function answer({ server, view, ns, once }, docs, size = 101) {
  const first = docs.slice(0, size);
  const left = docs.slice(size);
  let id = 0n;
  if (left.length > 0 && !once) {
    id = server.cursors.nextId();
    server.cursors.set(id, { ns, left });
  }
  const at = view.snapshot ? { atClusterTime: view.snapshot } : {};
  return { cursor: { firstBatch: new RawList(first.map(rawOf)), id: bson.Long.fromBigInt(id), ns, ...at }, ok: 1 };
}

export function find(call) {
  const { server, command: c, view, ns } = call;
  const limit = Number(c.limit ?? 0);
  const early = limit > 0 && !c.sort ? { ...view, limit } : view;
  let docs = server.store.find(ns, c.filter ?? {}, early).map((f) => f.doc);
  if (c.sort) docs = sorted(docs, c.sort);
  if (limit > 0) docs = docs.slice(0, limit);
  if (c.projection) docs = projected(docs, c.projection);
  return answer({ ...call, once: c.singleBatch }, docs, Number(c.batchSize ?? 101));
}

export function aggregate(call) {
  const { server, command: c, view, ns } = call;
  const [first, ...rest] = c.pipeline;
  if (first?.$changeStream) return stream.open(call);
  if (!first?.$match) throw refused('a pipeline that does not begin with $match');
  let docs = server.store.find(ns, first.$match, view).map((f) => f.doc);
  for (const stage of rest) {
    const [[name, arg]] = Object.entries(stage);
    if (!stages[name]) throw refused(`stage ${name}`);
    docs = stages[name](arg)(docs);
  }
  return answer(call, docs, Number(c.cursor?.batchSize ?? 101));
}

export async function getmore({ server, command: c }) {
  const id = BigInt(c.getMore);
  const cursor = server.cursors.get(id);
  if (!cursor) throw new ServerError(43, 'CursorNotFound', 'cursor not found');
  if (cursor.stream) return stream.more(server, id, cursor, Number(c.maxTimeMS ?? 1000));
  const batch = cursor.left.splice(0, Number(c.batchSize ?? 1000));
  const done = cursor.left.length === 0;
  if (done) server.cursors.delete(id);
  return { cursor: { nextBatch: new RawList(batch.map(rawOf)), id: done ? bson.Long.ZERO : bson.Long.fromBigInt(id), ns: cursor.ns }, ok: 1 };
}
