import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from './client.js';

const conflict = (reply) => {
  assert.equal(reply.code, 112);
  assert.deepEqual(reply.errorLabels, ['TransientTransactionError']);
};

test('a transaction sees its snapshot and its own writes', async () => {
  const c = new Client();
  await c.insert('a', { _id: 1, n: 1 });
  const t = c.begin();
  assert.equal((await t.find('a')).length, 1);
  await c.insert('a', { _id: 2, n: 1 });
  await t.insert('a', { _id: 3, n: 1 });
  assert.deepEqual((await t.find('a')).map((d) => d._id), [1, 3]);
  assert.deepEqual((await c.find('a')).map((d) => d._id), [1, 2]);
  assert.equal((await t.commit()).ok, 1);
  assert.equal((await c.find('a')).length, 3);
  assert.equal((await t.commit()).ok, 1, 'a second commit is fine');
});

test('of two writers the first wins', async () => {
  const c = new Client();
  await c.insert('a', { _id: 1, n: 0 });
  const [s, t] = [c.begin(), c.begin()];
  await s.update('a', { _id: 1 }, { $set: { n: 1 } });
  conflict(await t.update('a', { _id: 1 }, { $set: { n: 2 } }));
  assert.equal((await t.find('a')), undefined, 'the loser is over');
  await s.commit();
  assert.equal((await c.find('a'))[0].n, 1);
});

test('who read before another committed may not write', async () => {
  const c = new Client();
  await c.insert('a', { _id: 1, n: 0 });
  const t = c.begin();
  await t.find('a');
  await c.ok({ update: 'a', updates: [{ q: { _id: 1 }, u: { $set: { n: 1 } } }] });
  conflict(await t.update('a', { _id: 1 }, { $set: { n: 2 } }));
});

test('an aborted transaction leaves nothing and holds nothing', async () => {
  const c = new Client();
  const t = c.begin();
  await t.insert('a', { _id: 1 });
  await t.abort();
  await c.insert('a', { _id: 1 });
  assert.equal((await c.find('a')).length, 1);
});

test('a write outside waits for a transaction to end', async () => {
  const c = new Client();
  await c.insert('a', { _id: 1, n: 0 });
  const t = c.begin();
  await t.update('a', { _id: 1 }, { $inc: { n: 5 } });
  const outside = c.ok({ update: 'a', updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }] });
  await t.commit();
  await outside;
  assert.equal((await c.find('a'))[0].n, 6);
});

test('unique and partial indexes hold, in transactions too', async () => {
  const c = new Client();
  await c.ok({ createIndexes: 'a', indexes: [{ key: { t: 1, y: 1 }, name: 'k', unique: true }] });
  await c.insert('a', { _id: 1, t: 1, y: 'x' });
  const twice = await c.run({ insert: 'a', documents: [{ _id: 2, t: 1, y: 'x' }] });
  assert.equal(twice.writeErrors[0].code, 11000);
  const [s, t] = [c.begin(), c.begin()];
  await s.insert('a', { _id: 3, t: 1, y: 'z' });
  conflict(await t.insert('a', { _id: 4, t: 1, y: 'z' }));
  const u = c.begin();
  await u.find('a');
  await s.commit();
  conflict(await u.insert('a', { _id: 5, t: 1, y: 'z' }));
  await c.ok({ update: 'a', updates: [{ q: { _id: 1 }, u: { $set: { y: 'moved' } } }] });
  await c.insert('a', { _id: 6, t: 1, y: 'x' });
});

test('a read from a moment in the past sees that moment', async () => {
  const c = new Client();
  await c.insert('a', { _id: 1, n: 0 });
  const first = await c.ok({ find: 'a', filter: {}, readConcern: { level: 'snapshot' } });
  await c.ok({ update: 'a', updates: [{ q: { _id: 1 }, u: { $set: { n: 1 } } }] });
  const again = await c.find('a', {}, { readConcern: { level: 'snapshot', atClusterTime: first.cursor.atClusterTime } });
  assert.equal(again[0].n, 0);
});

test('documents are found by their indexes after their past is pruned', async () => {
  const c = new Client();
  await c.ok({ createIndexes: 'a', indexes: [{ key: { t: 1, y: 1 }, name: 'k', unique: true }] });
  await c.insert('a', { _id: 1, t: 1, y: 'x', n: 0 });
  await c.ok({ update: 'a', updates: [{ q: { _id: 1 }, u: { $set: { n: 1 } } }] });
  const { store } = c.server;
  for (const [entry, coll] of store.dirty) coll.prune(entry, store.ts);
  assert.equal((await c.find('a', { t: 1, y: 'x' }))[0].n, 1);
});
