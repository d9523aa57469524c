// Sessions: transactions and the answers to retryable writes.
import { noSuchTransaction, refused, transient, ServerError } from './fault.js';

/** A transaction that is older than this, in ms, may not write. */
export const LIFETIME = 5000;

class Transaction {
  constructor(number, ts) {
    this.number = number;
    this.ts = ts;
    this.began = Date.now();
    this.writes = new Map(); // entry → {c, entry, doc, op}
    this.state = 'open';
    this.done = new Promise((resolve) => (this.finish = resolve));
  }
  write(entry, w) {
    const before = this.writes.get(entry);
    if (before && before.op === 'insert' && w.op === 'update') w.op = 'insert';
    this.writes.set(entry, w);
  }
}

export class Sessions {
  constructor(store) {
    this.store = store;
    this.byId = new Map();
    setInterval(() => this.reap(), 500).unref();
  }

  /** Ends transactions that their clients have left. */
  reap() {
    for (const t of this.store.readers) if (Date.now() - t.began > 2 * LIFETIME) this.abort(t);
  }

  session(c) {
    const id = c.lsid?.id?.toString('hex');
    if (!id) throw refused('a transaction without a session');
    let s = this.byId.get(id);
    if (!s) this.byId.set(id, (s = { txn: null, retry: null }));
    return s;
  }

  /** The transaction to which a command belongs, or null. */
  of(c) {
    if (c.autocommit !== false) return null;
    const s = this.session(c);
    if (c.startTransaction) return this.start(s, c);
    const t = s.txn;
    if (!t || t.number !== c.txnNumber || t.state !== 'open') throw noSuchTransaction();
    return t;
  }

  start(s, c) {
    if (s.txn?.state === 'open') this.abort(s.txn);
    if (c.readConcern?.level !== 'snapshot') throw refused('a transaction that reads no snapshot');
    s.txn = new Transaction(c.txnNumber, this.store.ts);
    this.store.readers.add(s.txn);
    return s.txn;
  }

  mayWrite(t) {
    if (t && Date.now() - t.began > LIFETIME) throw new ServerError(290, 'TransactionExceededLifetimeLimitSeconds', 'the transaction has lived too long', transient);
  }

  commit(t) {
    if (t.state === 'committed') return;
    if (t.state !== 'open') throw noSuchTransaction();
    if (t.writes.size > 0) {
      this.mayWrite(t);
      this.store.apply(null, [...t.writes.values()]);
    }
    this.end(t, 'committed');
  }

  abort(t) {
    if (t.state !== 'open') return;
    this.store.release(t);
    this.end(t, 'aborted');
  }

  end(t, state) {
    t.state = state;
    this.store.readers.delete(t);
    t.finish();
  }
}
