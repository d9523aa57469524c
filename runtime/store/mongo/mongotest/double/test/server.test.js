import assert from 'node:assert/strict';
import { test } from 'node:test';
import bson from '../bson.js';
import { Framer, encode, parse } from '../wire.js';
import { Client } from './client.js';

test('whatever the engine is not meant to use is refused', async () => {
  const c = new Client();
  for (const command of [
    { mapReduce: 'a' }, { collStats: 'a' }, { find: 'a', collation: { locale: 'zh' } }, { find: 'a', hint: 'x' }, { insert: 'a', documents: [], bypassDocumentValidation: true },
    { update: 'a', updates: [{ q: {}, u: {}, arrayFilters: [] }] }, { createIndexes: 'a', indexes: [{ key: { a: 1 }, name: 'a', sparse: true }] },
    { aggregate: 'a', pipeline: [{ $match: {} }, { $group: { _id: '$a' } }], cursor: {} }, { aggregate: 'a', pipeline: [{ $limit: 1 }], cursor: {} },
  ]) {
    assert.equal((await c.run(command)).ok, 0, JSON.stringify(command));
  }
});

test('records are asked for by tenant and entity, or not at all', async () => {
  const c = new Client();
  for (const coll of ['rows', 'trash']) {
    assert.equal((await c.run({ find: coll, filter: { t: 1 } })).code, 20);
    assert.equal((await c.run({ find: coll, filter: { e: 1, r: 1 } })).code, 20);
    assert.equal((await c.run({ find: coll, filter: { t: 1, e: { $gt: 0 } } })).code, 20);
    assert.equal((await c.run({ delete: coll, deletes: [{ q: { _id: 1 }, limit: 1 }] })).writeErrors.length, 1);
    assert.equal((await c.run({ aggregate: coll, pipeline: [{ $match: { t: 1 } }], cursor: {} })).code, 20);
    assert.equal((await c.run({ find: coll, filter: { $and: [{ t: 1 }, { e: 2 }] } })).ok, 1);
  }
});

test('cursors give batches', async () => {
  const c = new Client();
  await c.insert('a', ...Array.from({ length: 10 }, (_, i) => ({ _id: i })));
  const first = await c.ok({ find: 'a', filter: {}, sort: { _id: -1 }, batchSize: 4 });
  assert.deepEqual(first.cursor.firstBatch.map((d) => d._id), [9, 8, 7, 6]);
  const rest = await c.ok({ getMore: first.cursor.id, collection: 'a' });
  assert.deepEqual(rest.cursor.nextBatch.map((d) => d._id), [5, 4, 3, 2, 1, 0]);
  assert.equal(Number(rest.cursor.id), 0);
  const count = await c.ok({ aggregate: 'a', pipeline: [{ $match: { _id: { $gt: 2 } } }, { $limit: 5n }, { $count: 'n' }], cursor: {} });
  assert.equal(count.cursor.firstBatch[0].n, 5);
});

test('a change stream tells of commits, from where it stood', async () => {
  const c = new Client();
  const open = await c.ok({ aggregate: 1, pipeline: [{ $changeStream: {} }, { $match: { 'ns.coll': 'a' } }, { $project: { documentKey: 1 } }], cursor: {} });
  const t = c.begin();
  await t.insert('a', { _id: 1 });
  await t.insert('b', { _id: 2 });
  const waiting = c.ok({ getMore: open.cursor.id, collection: '$cmd.aggregate', maxTimeMS: 1000 });
  await t.commit();
  const { nextBatch, postBatchResumeToken } = (await waiting).cursor;
  assert.deepEqual(nextBatch.map((e) => e.documentKey._id), [1]);
  await c.insert('a', { _id: 3 });
  const again = await c.ok({ aggregate: 1, pipeline: [{ $changeStream: { resumeAfter: postBatchResumeToken } }], cursor: {} });
  const more = await c.ok({ getMore: again.cursor.id, collection: '$cmd.aggregate' });
  assert.deepEqual(more.cursor.nextBatch.map((e) => e.documentKey._id), [3]);
  const none = new Client({ noStreams: true });
  assert.equal((await none.run({ aggregate: 1, pipeline: [{ $changeStream: {} }], cursor: {} })).ok, 0);
});

test('a retried write is done once', async () => {
  const c = new Client();
  const write = { insert: 'a', documents: [{ _id: 1 }], lsid: { id: new bson.Binary(Buffer.alloc(16), 4) }, txnNumber: 4n };
  assert.equal((await c.run(write)).n, 1);
  assert.equal((await c.run(write)).n, 1);
  assert.equal((await c.find('a')).length, 1);
});

test('a query ends when its time is over', async () => {
  const c = new Client();
  await c.insert('a', ...Array.from({ length: 3000 }, (_, i) => ({ _id: i, s: 'x'.repeat(2000) })));
  const slow = { find: 'a', filter: { $or: Array.from({ length: 60 }, (_, i) => ({ s: { $regex: `y${i}` } })) }, maxTimeMS: 1 };
  assert.equal((await c.run(slow)).code, 50);
});

test('faults come when they are asked for', async () => {
  const c = new Client();
  const setFaults = (...faults) => c.ok({ tongbanFault: 1, faults });
  await setFaults({ on: 'write', do: 'conflict', times: 1 });
  const t = c.begin();
  assert.equal((await t.insert('a', { _id: 1 })).code, 112);
  await setFaults({ on: 'commit', do: 'unknown', times: 1 });
  const u = c.begin();
  await u.insert('a', { _id: 2 });
  assert.ok((await u.commit()).errorLabels.includes('UnknownTransactionCommitResult'));
  assert.equal((await u.commit()).ok, 1);
  await setFaults({ on: 'commit', do: 'lost', times: 1 });
  const v = c.begin();
  await v.insert('a', { _id: 3 });
  assert.equal((await v.commit()).code, 251);
  await setFaults({ on: 'commit', do: 'drop', times: 1 });
  const w = c.begin();
  await w.insert('a', { _id: 4 });
  assert.equal(await w.commit(), null);
  const met = await setFaults();
  assert.equal(met.met, 1);
  assert.deepEqual((await c.find('a')).map((d) => d._id), [2]);
});

test('a standalone server has no transactions', async () => {
  const c = new Client({ standalone: true });
  const reply = await c.begin().insert('a', { _id: 1 });
  assert.match(reply.errmsg, /replica set/);
});

test('a transaction that is too old may not write', async () => {
  const c = new Client();
  const t = c.begin();
  await t.find('a');
  c.server.sessions.session({ lsid: { id: new bson.Binary(Buffer.from('1'.padStart(16, '0')), 4) } }).txn.began -= 6000;
  assert.equal((await t.insert('a', { _id: 1 })).code, 290);
});

test('messages survive being cut anywhere', () => {
  const framer = new Framer();
  const command = bson.serialize({ ping: 1, $db: 'x' });
  const message = Buffer.concat([Buffer.alloc(21), command]);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(7, 4);
  message.writeInt32LE(2013, 12);
  const stream = Buffer.concat([message, message, message]);
  for (const size of [1, 3, 17, 50, 1000]) {
    const got = [];
    for (let i = 0; i < stream.length; i += size) got.push(...framer.push(stream.subarray(i, i + size)));
    assert.equal(got.length, 3);
    assert.equal(parse(got[2]).command.ping, 1);
  }
  const answer = encode({ requestId: 7, legacy: false }, { ok: 1 });
  assert.equal(answer.readInt32LE(0), answer.length);
  assert.equal(answer.readInt32LE(8), 7);
});
