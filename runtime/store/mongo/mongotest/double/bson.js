// bson, set to keep int64 apart from int32 and double.
import * as lib from 'bson';

const options = { useBigInt64: true, promoteValues: true, promoteBuffers: false };

/** A reply's array of documents that are serialized already. */
export class RawList {
  constructor(docs) {
    this.docs = docs;
  }
}

const bytes = (doc) => (doc instanceof Uint8Array ? doc : lib.serialize(doc, { ignoreUndefined: true }));

function element(type, name, body) {
  return Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), body]);
}

function wrap(parts) {
  const body = Buffer.concat([...parts, Buffer.from([0])]);
  const len = Buffer.alloc(4);
  len.writeInt32LE(body.length + 4);
  return Buffer.concat([len, body]);
}

const rawArray = (docs) => wrap(docs.map((d, i) => element(3, i, bytes(d))));

/** Serializes a reply, in which RawLists may stand at the second level. */
function serializeReply(reply) {
  const parts = [];
  for (const [k, v] of Object.entries(reply)) {
    const inner = k === 'cursor' ? Object.entries(v).map(([n, w]) => field(n, w)) : null;
    parts.push(inner ? element(3, k, wrap(inner)) : field(k, v));
  }
  return wrap(parts);
}

function field(name, v) {
  if (v instanceof RawList) return element(4, name, rawArray(v.docs));
  if (v === undefined) return Buffer.alloc(0);
  return lib.serialize({ [name]: v }).subarray(4, -1);
}

export default {
  ...lib,
  deserialize: (b) => lib.deserialize(b, options),
  serialize: (o) => lib.serialize(o, { ignoreUndefined: true }),
  serializeReply,
};
