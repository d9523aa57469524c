// The ends of transactions.
import { noSuchTransaction } from '../fault.js';

function current({ server, command: c }) {
  const t = server.sessions.session(c).txn;
  if (!t || t.number !== c.txnNumber) throw noSuchTransaction();
  return t;
}

export function committransaction(call) {
  call.server.sessions.commit(current(call));
  return { ok: 1 };
}

export function aborttransaction(call) {
  const t = current(call);
  if (t.state !== 'open') throw noSuchTransaction();
  call.server.sessions.abort(t);
  return { ok: 1 };
}
