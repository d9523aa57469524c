// A client in the same process: it calls the server as the wire would.
import bson from '../bson.js';
import { Server } from '../server.js';

export class Client {
  constructor(options) {
    this.server = new Server(options);
    this.sessions = 0;
  }
  /** Runs a command and returns its reply, read back from bytes. */
  async run(command, db = 'test') {
    const sent = bson.deserialize(bson.serialize({ ...command, $db: db }));
    const reply = await this.server.run(sent, () => null);
    return reply && bson.deserialize(bson.serializeReply(reply));
  }
  async ok(command) {
    const reply = await this.run(command);
    if (reply.ok !== 1 || reply.writeErrors) throw new Error(JSON.stringify(reply.writeErrors ?? reply.errmsg));
    return reply;
  }
  async find(coll, filter = {}, more = {}) {
    return (await this.ok({ find: coll, filter, ...more })).cursor.firstBatch;
  }
  insert(coll, ...documents) {
    return this.ok({ insert: coll, documents });
  }
  /** A transaction: its run adds what its commands carry. */
  begin() {
    const lsid = { id: new bson.Binary(Buffer.from(String(++this.sessions).padStart(16, '0')), 4) };
    let first = true;
    const common = () => {
      const start = first ? { startTransaction: true, readConcern: { level: 'snapshot' } } : {};
      first = false;
      return { lsid, txnNumber: 1n, autocommit: false, ...start };
    };
    const run = (command) => this.run({ ...command, ...common() });
    return {
      run,
      insert: (coll, ...documents) => run({ insert: coll, documents }),
      find: async (coll, filter = {}) => (await run({ find: coll, filter })).cursor?.firstBatch,
      update: (coll, q, u) => run({ update: coll, updates: [{ q, u }] }),
      commit: () => run({ commitTransaction: 1 }),
      abort: () => run({ abortTransaction: 1 }),
    };
  }
}
