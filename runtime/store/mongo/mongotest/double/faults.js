// Faults on demand. Each is {on: "commit" | "write" | "read", do, times, chance}:
//   conflict    the statement meets a write conflict and its transaction ends
//   drop        the socket closes before the command is run
//   dropAfter   the command is run, then the socket closes
//   unknown     the commit is made, and the answer says that nobody knows
//   lost        the transaction is gone, as after a change of primary
import { ServerError, noSuchTransaction, writeConflict } from './fault.js';

const groups = { committransaction: 'commit', insert: 'write', update: 'write', delete: 'write', findandmodify: 'write', find: 'read', aggregate: 'read' };

export class Faults {
  constructor() {
    this.list = [];
  }
  set(list) {
    this.list = list.map((f) => ({ times: Infinity, chance: 1, ...f }));
  }
  /** The fault that a command meets, or null. Only commands of transactions meet any. */
  meet(name, c) {
    if (c.autocommit !== false || this.list.length === 0) return null;
    const f = this.list.find((x) => x.on === groups[name] && x.times > 0 && Math.random() < x.chance);
    if (!f) return null;
    f.times--;
    return f.do;
  }
}

/** Runs a command under a fault. drop() closes the socket. */
export async function under(fault, call, run, drop) {
  const { sessions } = call.server;
  const txn = call.view?.txn ?? sessions.session(call.command).txn;
  switch (fault) {
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
      throw new ServerError(91, 'ShutdownInProgress', 'the server is shutting down', ['UnknownTransactionCommitResult', 'RetryableWriteError']);
  }
  throw new Error(`no fault is called ${fault}`);
}
