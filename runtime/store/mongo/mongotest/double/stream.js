// Change streams over the log in memory.
import bson, { RawList } from './bson.js';
import { compile } from './match.js';
import { projector } from './shape.js';
import { ServerError, refused } from './fault.js';

const token = (pos) => ({ _data: String(pos).padStart(12, '0') });

export function open({ server, command: c, ns }) {
  if (server.noStreams) throw new ServerError(59, 'CommandNotFound', 'change streams are not spoken here');
  const [first, ...rest] = c.pipeline;
  for (const k of Object.keys(first.$changeStream)) if (k !== 'resumeAfter' && k !== 'startAfter') throw refused(`option ${k} of $changeStream`);
  const after = first.$changeStream.resumeAfter ?? first.$changeStream.startAfter;
  const pos = after ? Number(after._data) : server.store.logStart + server.store.log.length;
  if (pos < server.store.logStart) throw new ServerError(286, 'ChangeStreamHistoryLost', 'the log no longer reaches back that far', ['NonResumableChangeStreamError']);
  const id = server.cursors.nextId();
  server.cursors.set(id, { stream: true, db: c.$db, ns, coll: typeof c.aggregate === 'string' ? c.aggregate : null, pos, steps: rest.map(step) });
  return { cursor: { firstBatch: [], id: bson.Long.fromBigInt(id), ns, postBatchResumeToken: token(pos) }, ok: 1 };
}

function step(stage) {
  if (stage.$match) {
    const test = compile(stage.$match);
    return (events) => events.filter(test);
  }
  if (stage.$project) return (events) => events.map(projector(stage.$project));
  throw refused(`stage ${Object.keys(stage)[0]} of a change stream`);
}

function scan({ store }, cursor) {
  const events = [];
  while (cursor.pos < store.logStart + store.log.length) {
    const w = store.log[cursor.pos++ - store.logStart];
    const dot = w.ns.indexOf('.');
    const ns = { db: w.ns.slice(0, dot), coll: w.ns.slice(dot + 1) };
    if (ns.db !== cursor.db || (cursor.coll && cursor.coll !== ns.coll)) continue;
    const full = w.op === 'update' || w.op === 'delete' ? {} : { fullDocument: w.doc.o };
    events.push({ _id: token(cursor.pos), operationType: w.op, ns, documentKey: { _id: w.id }, ...full });
  }
  return cursor.steps.reduce((e, s) => s(e), events);
}

export async function more(server, id, cursor, wait) {
  const until = Date.now() + wait;
  let events = scan(server, cursor);
  while (events.length === 0 && Date.now() < until && server.cursors.get(id)) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, until - Date.now());
      server.store.waiters.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    events = scan(server, cursor);
  }
  return { cursor: { nextBatch: new RawList(events), id: bson.Long.fromBigInt(id), ns: cursor.ns, postBatchResumeToken: token(cursor.pos) }, ok: 1 };
}
