// Connections, and the way of a command from the wire to its function.
import net from 'node:net';
import bson from './bson.js';
import { Framer, encode, parse } from './wire.js';
import { Store } from './store.js';
import { Sessions } from './txn.js';
import { Faults, under } from './faults.js';
import { ServerError, refused } from './fault.js';
import { check } from './policy.js';
import * as admin from './commands/admin.js';
import * as read from './commands/read.js';
import * as write from './commands/write.js';
import * as transaction from './commands/transaction.js';

const commands = { ...admin, ismaster: admin.hello, ...read, ...write, ...transaction };
const reads = new Set(['find', 'aggregate']);
const writes = new Set(['insert', 'update', 'delete', 'findandmodify']);

class Cursors extends Map {
  last = 0n;
  nextId() {
    return ++this.last;
  }
}

export class Server {
  /** options: standalone, noStreams, noSnapshots (what other servers lack). */
  constructor(options = {}) {
    Object.assign(this, options);
    this.store = new Store();
    this.sessions = new Sessions(this.store);
    this.faults = new Faults();
    this.cursors = new Cursors();
    this.net = net.createServer((socket) => this.serve(socket));
  }

  listen(port = 0) {
    return new Promise((resolve) => {
      this.net.listen(port, '127.0.0.1', () => {
        this.address = `127.0.0.1:${this.net.address().port}`;
        resolve(this.address);
      });
    });
  }

  serve(socket) {
    const framer = new Framer();
    let chain = Promise.resolve();
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const bytes of framer.push(chunk)) {
        chain = chain.then(() => this.answer(socket, bytes));
      }
    });
  }

  async answer(socket, bytes) {
    let msg;
    try {
      msg = parse(bytes);
    } catch (e) {
      console.error('a message that cannot be read:', e);
      return socket.destroy();
    }
    const drop = () => {
      socket.destroy();
      return null;
    };
    const reply = await this.run(msg.command, drop);
    if (reply) socket.write(encode(msg, reply));
  }

  async run(c, drop) {
    const call = { server: this, command: c };
    try {
      return await this.dispatch(call, drop);
    } catch (e) {
      if (!(e instanceof ServerError) && !e.code) console.error(e);
      this.failTransaction(c);
      return { ok: 0, errmsg: e.message, code: e.code ?? 8, codeName: e.codeName ?? 'UnknownError', ...(e.labels ? { errorLabels: e.labels } : {}) };
    }
  }

  // An error ends the transaction in which it happens.
  failTransaction(c) {
    if (c.autocommit !== false || !c.lsid || 'commitTransaction' in c) return;
    const t = this.sessions.session(c).txn;
    if (t && t.number === c.txnNumber) this.sessions.abort(t);
  }

  async dispatch(call, drop) {
    const c = call.command;
    const first = Object.keys(c)[0];
    const name = first.toLowerCase();
    check(name, c);
    call.ns = `${c.$db}.${typeof c[first] === 'string' ? c[first] : '$cmd.aggregate'}`;
    if (reads.has(name) || writes.has(name)) call.view = this.view(name, c);
    const retry = this.retried(c, name);
    if (retry?.reply) return retry.reply;
    const run = async () => {
      const reply = await commands[name](call);
      if (retry) retry.reply = reply;
      if (call.failed) this.failTransaction(c);
      return reply;
    };
    const fault = this.faults.meet(name, c);
    return fault ? under(fault, call, run, drop) : run();
  }

  /** What a command sees: the newest, a transaction's snapshot, or a moment in the past. */
  view(name, c) {
    if (this.standalone && c.txnNumber !== undefined) throw new ServerError(20, 'IllegalOperation', 'Transaction numbers are only allowed on a replica set member or mongos');
    const deadline = c.maxTimeMS ? Date.now() + Number(c.maxTimeMS) : Infinity;
    const txn = this.sessions.of(c);
    if (txn) {
      if (writes.has(name)) this.sessions.mayWrite(txn);
      return { ts: txn.ts, txn, deadline };
    }
    if (c.readConcern?.level !== 'snapshot') return { ts: this.store.ts, txn: null, deadline };
    if (this.noSnapshots || writes.has(name)) throw refused('readConcern snapshot outside a transaction');
    const ts = c.readConcern.atClusterTime ? c.readConcern.atClusterTime.getHighBits() : this.store.ts;
    if (ts < this.store.horizon()) throw new ServerError(239, 'SnapshotTooOld', 'the snapshot is too old');
    return { ts, txn: null, deadline, snapshot: new bson.Timestamp({ t: ts, i: 1 }) };
  }

  /** A write that the driver may send twice is run once. */
  retried(c, name) {
    if (!writes.has(name) || c.txnNumber === undefined || c.autocommit === false) return null;
    const s = this.sessions.session(c);
    if (s.retry?.number !== c.txnNumber) s.retry = { number: c.txnNumber, reply: null };
    return s.retry;
  }
}
