// Faults on demand. Each is {on: "commit" | "write" | "read", do, times, chance}:
//   conflict    the statement meets a write conflict and its transaction ends
//   drop        the socket closes before the command is run
//   dropAfter   the command is run, then the socket closes
//   unknown     the commit is made, and the answer says that nobody knows
//   pending     the commit is not made, and the answer says that nobody knows
//   lost        the transaction is gone, as after a change of primary
import { ServerError, noSuchTransaction, writeConflict } from './fault.js';

const groups = { committransaction: 'commit', insert: 'write', update: 'write', delete: 'write', findandmodify: 'write', find: 'read', aggregate: 'read' };

export class Faults {
  constructor() {
    this.list = [];
    this.met = 0;
  }
  /** Replaces the faults and returns how many of the old ones were met. */
  set(list) {
    const { met } = this;
    this.met = 0;
    this.list = list.map((f) => ({ times: Infinity, chance: 1, ...f }));
    return met;
  }
  /** The fault that a command meets, or null. Only commands of transactions meet any. */
  meet(name, c) {
    if (c.autocommit !== false || this.list.length === 0) return null;
    const f = this.list.find((x) => x.on === groups[name] && x.times > 0 && Math.random() < x.chance);
    if (!f) return null;
    f.times--;
    this.met++;
    return f.do;
  }
}

const unknown = () => new ServerError(262, 'ExceededTimeLimit', 'the commit ran out of time', ['UnknownTransactionCommitResult', 'RetryableWriteError']);

/** Runs a command under a fault. drop() closes the socket. */
export async function under(fault, call, run, drop) {
  const { sessions } = call.server;
  const txn = call.view?.txn ?? sessions.session(call.command).txn;
  const ended = txn?.state === 'committed'; // a server never denies what it has committed
  switch (ended && (fault === 'conflict' || fault === 'lost') ? 'none' : fault) {
    case 'none':
      return run();
    case 'conflict':
      sessions.abort(txn);
      throw writeConflict(true);
    case 'lost':
      sessions.abort(txn);
      throw noSuchTransaction();
    case 'drop':
      return drop();
    case 'dropAfter':
      await run();
      return drop();
    case 'unknown':
      await run();
      throw unknown();
    case 'pending':
      throw unknown();
  }
  throw new Error(`no fault is called ${fault}`);
}
