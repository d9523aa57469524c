// How BSON values are put into order, and the keys by which maps find them.
// Values are what bson.deserialize gives with useBigInt64: int64 is a bigint,
// int32 and double are numbers.

const classes = { null: 1, number: 2, string: 3, object: 4, array: 5, binary: 6, objectId: 7, bool: 8, date: 9, timestamp: 10, regex: 11 };

/** The type class of a value: values of different classes never match a range. */
export function classOf(v) {
  if (v === null || v === undefined) return classes.null;
  switch (typeof v) {
    case 'number':
    case 'bigint':
      return classes.number;
    case 'string':
      return classes.string;
    case 'boolean':
      return classes.bool;
  }
  if (Array.isArray(v)) return classes.array;
  if (v instanceof Date) return classes.date;
  switch (v._bsontype) {
    case 'ObjectId':
      return classes.objectId;
    case 'Binary':
      return classes.binary;
    case 'Timestamp':
      return classes.timestamp;
    case 'BSONRegExp':
      return classes.regex;
    case undefined:
      return classes.object;
  }
  throw new Error(`a value of type ${v._bsontype} is not expected`);
}

// Strings compare by their UTF-8 bytes; JavaScript compares UTF-16 units, in
// which surrogates stand before U+E000.
const rank = (unit) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

function compareStrings(a, b) {
  if (a === b) return 0;
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function compareLists(a, b) {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const c = compare(a[i], b[i]);
    if (c !== 0) return c;
  }
  return a.length - b.length;
}

/** Orders any two values; missing ones are null. */
export function compare(a, b) {
  const ca = classOf(a);
  const cb = classOf(b);
  if (ca !== cb) return ca - cb;
  switch (ca) {
    case classes.null:
      return 0;
    case classes.number:
    case classes.bool:
      return a < b ? -1 : a > b ? 1 : 0;
    case classes.date:
      return a.getTime() - b.getTime();
    case classes.string:
      return compareStrings(a, b);
    case classes.array:
      return compareLists(a, b);
    case classes.object:
      return compareLists(Object.entries(a), Object.entries(b));
    case classes.objectId:
      return compareStrings(a.toHexString(), b.toHexString());
    case classes.binary:
      return a.length() - b.length() || Buffer.compare(Buffer.from(a.value()), Buffer.from(b.value()));
  }
  return Number(BigInt.asIntN(64, BigInt(a.toString()) - BigInt(b.toString())));
}

/** A string that equal values share. */
export function keyOf(v) {
  switch (classOf(v)) {
    case classes.null:
      return '-';
    case classes.number:
      return `n${v}`;
    case classes.string:
      return `s${v}`;
    case classes.bool:
      return `b${v}`;
    case classes.objectId:
      return `o${v.toHexString()}`;
    case classes.array:
      return `[${v.map(keyOf).join('\u0000')}]`;
  }
  throw new Error('a value of this type cannot be a key');
}
