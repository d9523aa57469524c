import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../match.js';
import { compare, keyOf } from '../order.js';
import { projector, sorter, update } from '../shape.js';

const matches = (filter, doc) => compile(filter)(doc);

test('whole numbers of 64 bits compare exactly, and with other numbers', () => {
  assert.equal(compare(9007199254740993n, 9007199254740992n), 1);
  assert.equal(compare(2n, 2), 0);
  assert.equal(compare(2n, 2.5), -1);
  assert.equal(keyOf(2n), keyOf(2));
});

test('texts compare by their bytes, beyond the basic plane too', () => {
  assert.ok(compare('😀', '\uff21') > 0);
  assert.ok(compare('a', 'ab') < 0);
});

test('missing is null, and null comes first', () => {
  assert.equal(compare(undefined, null), 0);
  assert.ok(compare(null, -5) < 0);
  assert.ok(matches({ a: null }, {}));
  assert.ok(matches({ a: { $ne: null } }, { a: 0 }));
  assert.ok(!matches({ a: { $eq: null, $exists: true } }, {}));
  assert.ok(matches({ a: { $eq: null, $exists: true } }, { a: null }));
});

test('ranges stay within a type', () => {
  assert.ok(!matches({ a: { $lt: 5 } }, {}));
  assert.ok(!matches({ a: { $lt: 5 } }, { a: '4' }));
  assert.ok(matches({ a: { $gte: 5 } }, { a: 5n }));
});

test('arrays match by their elements', () => {
  assert.ok(matches({ x: 'a' }, { x: ['a', 'b'] }));
  assert.ok(matches({ x: { $all: ['a', 'b'] } }, { x: ['b', 'c', 'a'] }));
  assert.ok(!matches({ x: { $nin: ['a'] } }, { x: ['a'] }));
  assert.ok(matches({ x: { $nin: ['a'] } }, {}));
  assert.ok(matches({ 'f.1': { $size: 2 } }, { f: { 1: [1n, 2n] } }));
});

test('nor is the complement', () => {
  assert.ok(matches({ $nor: [{ a: 1 }] }, {}));
  assert.ok(!matches({ $nor: [{}] }, {}));
});

test('what the engine is not meant to say is refused', () => {
  for (const filter of [{ a: { $type: 2 } }, { $where: 'x' }, { $expr: {} }, { a: { $elemMatch: {} } }, { a: { $regex: 'x', $options: 'i' } }, { x: { $all: [] } }, { $or: [] }]) {
    assert.throws(() => compile(filter)({ a: 1 }), JSON.stringify(filter));
  }
  assert.throws(() => update({ _id: 1 }, { $push: { a: 1 } }));
  assert.throws(() => update({ _id: 1 }, [{ $set: { a: 1 } }]));
  assert.throws(() => projector({ a: 0 }));
  assert.throws(() => sorter({ a: 1 })({ a: [1] }, { a: 2 }));
});

test('updates leave the old document alone', () => {
  const doc = { _id: 1, n: 1n, in: { a: 1 } };
  assert.deepEqual(update(doc, { $inc: { n: 2n }, $set: { 'in.b': 2 }, $unset: { 'in.a': '' } }), { _id: 1, n: 3n, in: { b: 2 } });
  assert.deepEqual(doc, { _id: 1, n: 1n, in: { a: 1 } });
  assert.deepEqual(update(doc, { z: 1 }), { _id: 1, z: 1 });
});

test('projections keep what is named', () => {
  assert.deepEqual(projector({ _id: 0, 'f.1': 1, v: 1 })({ _id: 1, v: 2, f: { 1: 'a', 2: 'b' } }), { f: { 1: 'a' }, v: 2 });
});

test('sorts go by several keys', () => {
  const docs = [{ a: 1, b: 1 }, { a: 1, b: 2 }, {}, { a: 0, b: 9 }];
  assert.deepEqual(docs.sort(sorter({ a: -1, b: 1 })), [{ a: 1, b: 1 }, { a: 1, b: 2 }, { a: 0, b: 9 }, {}]);
});
