// OP_MSG, and the OP_QUERY with which drivers say hello.
import bson from './bson.js';

const OP_QUERY = 2004;
const OP_MSG = 2013;
let lastId = 1;

/** Reads a message into {requestId, legacy, command}; documents of a section keep their bytes in command.raw. */
export function parse(msg) {
  const requestId = msg.readInt32LE(4);
  const op = msg.readInt32LE(12);
  if (op === OP_QUERY) {
    const nameEnd = msg.indexOf(0, 20);
    return { requestId, legacy: true, command: bson.deserialize(msg.subarray(nameEnd + 9)) };
  }
  if (op !== OP_MSG) throw new Error(`opcode ${op} is not spoken`);
  return { requestId, legacy: false, command: sections(msg) };
}

function sections(msg) {
  const end = msg.readUInt32LE(16) & 1 ? msg.length - 4 : msg.length;
  let p = 20;
  const lists = {};
  const raw = {};
  let body = {};
  while (p < end) {
    const kind = msg[p++];
    const size = msg.readInt32LE(p);
    if (kind === 0) body = bson.deserialize(msg.subarray(p, p + size));
    else {
      const nameEnd = msg.indexOf(0, p + 4);
      const name = msg.toString('utf8', p + 4, nameEnd);
      raw[name] = [];
      for (let q = nameEnd + 1; q < p + size; q += msg.readInt32LE(q)) raw[name].push(Buffer.from(msg.subarray(q, q + msg.readInt32LE(q))));
      lists[name] = raw[name].map((b) => bson.deserialize(b));
    }
    p += size;
  }
  return Object.assign(body, lists, { raw });
}

/** A complete answer to a message. */
export function encode({ requestId, legacy }, reply) {
  const body = bson.serializeReply(reply);
  const head = Buffer.alloc(legacy ? 36 : 21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(lastId++, 4);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(legacy ? 1 : OP_MSG, 12);
  if (legacy) {
    head.writeInt32LE(8, 16);
    head.writeInt32LE(1, 32);
  }
  return Buffer.concat([head, body]);
}

/** Cuts a stream of bytes into messages. */
export class Framer {
  constructor() {
    this.chunks = [];
    this.size = 0;
  }
  *push(chunk) {
    this.chunks.push(chunk);
    this.size += chunk.length;
    while (this.size >= 16) {
      if (this.chunks[0].length < 4 || this.chunks.length > 1 && this.size >= this.need()) this.chunks = [Buffer.concat(this.chunks)];
      const need = this.need();
      if (this.size < need) return;
      const all = this.chunks[0];
      const msg = all.subarray(0, need);
      this.chunks = all.length > need ? [all.subarray(need)] : [];
      this.size -= need;
      yield msg;
    }
  }
  need() {
    if (this.chunks[0].length < 4) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0].readInt32LE(0);
  }
}
