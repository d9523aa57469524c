// Who the server is, indexes, and the end of databases.
import bson from '../bson.js';

export function hello({ server }) {
  const replicaSet = server.standalone ? {} : { setName: 'double', hosts: [server.address], primary: server.address, me: server.address, setVersion: 1 };
  return {
    ismaster: true, isWritablePrimary: true, ...replicaSet, maxBsonObjectSize: 16777216, maxMessageSizeBytes: 48000000, maxWriteBatchSize: 100000,
    localTime: new Date(), logicalSessionTimeoutMinutes: 30, minWireVersion: 0, maxWireVersion: 25, readOnly: false, ok: 1,
  };
}

export const ping = () => ({ ok: 1 });
export const endsessions = ping;
export const buildinfo = () => ({ version: '8.0.0-double', ok: 1 });

export function killcursors({ server, command }) {
  for (const id of command.cursors) server.cursors.delete(BigInt(id));
  return { cursorsKilled: command.cursors, ok: 1 };
}

export function dropdatabase({ server, command }) {
  for (const ns of [...server.store.collections.keys()]) if (ns.startsWith(`${command.$db}.`)) server.store.drop(ns);
  return { ok: 1 };
}

export function createindexes({ server, command, ns }) {
  for (const spec of command.indexes) server.store.createIndex(ns, spec);
  return { ok: 1 };
}

export function listindexes({ server, ns }) {
  const own = server.store.collection(ns).indexes.map((i) => i.raw);
  return { cursor: { firstBatch: [{ v: 2, key: { _id: 1 }, name: '_id_' }, ...own], id: bson.Long.ZERO, ns }, ok: 1 };
}

/** The test command: {tongbanFault: 1, faults: [{on, do, times, chance}]}. */
export function tongbanfault({ server, command }) {
  return { met: server.faults.set(command.faults), ok: 1 };
}
