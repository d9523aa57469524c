// Errors that are sent to the client, with the codes and labels of a server.

export class ServerError extends Error {
  constructor(code, codeName, message, labels) {
    super(message);
    this.code = code;
    this.codeName = codeName;
    this.labels = labels;
  }
}

export const transient = ['TransientTransactionError'];

export const writeConflict = (inTxn) => new ServerError(112, 'WriteConflict', 'Write conflict: another transaction was first', inTxn ? transient : undefined);
export const duplicateKey = (ns, index) => new ServerError(11000, 'DuplicateKey', `E11000 duplicate key error collection: ${ns} index: ${index}`);
export const badValue = (message) => new ServerError(2, 'BadValue', message);
export const refused = (message) => new ServerError(20, 'IllegalOperation', `refused by the double: ${message}`);
export const noSuchTransaction = () => new ServerError(251, 'NoSuchTransaction', 'the transaction has ended or never began', transient);
export const tooSlow = () => new ServerError(50, 'MaxTimeMSExpired', 'operation exceeded time limit');

/** Thrown by a statement outside a transaction that must wait for one to end. */
export class Wait {
  constructor(txn) {
    this.txn = txn;
  }
}
