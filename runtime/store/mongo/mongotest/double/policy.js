// Which commands and options the engine is meant to use. The rest is refused,
// so that a slip shows in a test and not with some other server.
import { ServerError, refused } from './fault.js';

const common = ['$db', 'lsid', '$clusterTime', '$readPreference', 'maxTimeMS', 'raw', 'apiVersion'];
const inTxn = ['txnNumber', 'startTransaction', 'autocommit', 'readConcern', 'writeConcern'];

const options = {
  hello: null,
  ismaster: null,
  ping: [],
  buildinfo: [],
  endsessions: [],
  killcursors: ['cursors'],
  dropdatabase: ['writeConcern'],
  createindexes: ['indexes', 'writeConcern'],
  listindexes: ['cursor'],
  committransaction: [...inTxn, 'recoveryToken'],
  aborttransaction: [...inTxn, 'recoveryToken'],
  insert: [...inTxn, 'documents', 'ordered'],
  update: [...inTxn, 'updates', 'ordered'],
  delete: [...inTxn, 'deletes', 'ordered'],
  findandmodify: [...inTxn, 'query', 'update', 'upsert', 'new'],
  find: [...inTxn, 'filter', 'sort', 'projection', 'limit', 'batchSize', 'singleBatch', 'allowDiskUse'],
  aggregate: [...inTxn, 'pipeline', 'cursor', 'allowDiskUse'],
  getmore: [...inTxn, 'collection', 'batchSize'],
  tongbanfault: ['faults'],
};

const inner = {
  updates: ['q', 'u', 'upsert', 'multi'],
  deletes: ['q', 'limit'],
  indexes: ['key', 'name', 'unique', 'partialFilterExpression', 'expireAfterSeconds'],
};

/** Throws where a command says something that is not expected of the engine. */
export function check(name, c) {
  if (!(name in options)) throw new ServerError(59, 'CommandNotFound', `no such command: '${name}'`);
  const allowed = options[name];
  if (allowed === null) return;
  const command = Object.keys(c)[0];
  for (const k of Object.keys(c)) {
    if (k !== command && !common.includes(k) && !allowed.includes(k)) throw refused(`option ${k} of ${name}`);
  }
  for (const [list, keys] of Object.entries(inner)) {
    for (const item of c[list] ?? []) {
      for (const k of Object.keys(item)) if (!keys.includes(k)) throw refused(`option ${k} in ${list}`);
    }
  }
}
