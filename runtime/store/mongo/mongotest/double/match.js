// The query language, as much of it as the engine is meant to use. Whatever is
// not named here is refused.
import { compare, classOf } from './order.js';
import { badValue, refused } from './fault.js';

/** The value at a dotted path; arrays on the way are refused, for the engine keeps none there. */
export function valueAt(doc, path) {
  let v = doc;
  for (const part of path.split('.')) {
    if (v === null || v === undefined) return undefined;
    if (Array.isArray(v)) throw refused(`path ${path} goes through an array`);
    v = v[part];
  }
  return v;
}

const isOperators = (v) => v !== null && typeof v === 'object' && !Array.isArray(v) && v._bsontype === undefined && Object.keys(v).some((k) => k[0] === '$');

const equal = (a, b) => compare(a, b) === 0;

/** A test that holds for an array if it holds for one of its elements. */
const any = (test) => (v) => test(v) || (Array.isArray(v) && v.some(test));

function list(v, op) {
  if (!Array.isArray(v)) throw badValue(`${op} needs an array`);
  return v;
}

function range(arg, holds) {
  const cls = classOf(arg);
  return any((v) => v !== undefined && classOf(v) === cls && holds(compare(v, arg)));
}

function oneOf(args) {
  const texts = new Set();
  const others = [];
  for (const a of args) {
    if (typeof a === 'string') texts.add(a);
    else others.push(a);
  }
  return any((v) => (typeof v === 'string' ? texts.has(v) : others.some((a) => equal(v, a))));
}

const operators = {
  $eq: (a) => any((v) => equal(v, a)),
  $ne: (a) => negate(any((v) => equal(v, a))),
  $in: (a) => oneOf(list(a, '$in')),
  $nin: (a) => negate(oneOf(list(a, '$nin'))),
  $lt: (a) => range(a, (c) => c < 0),
  $lte: (a) => range(a, (c) => c <= 0),
  $gt: (a) => range(a, (c) => c > 0),
  $gte: (a) => range(a, (c) => c >= 0),
  $exists: (a) => (v) => (v !== undefined) === a,
  $size: (a) => (v) => Array.isArray(v) && v.length === Number(a),
  $all: (a) => {
    if (list(a, '$all').length === 0) throw refused('an empty $all');
    const tests = a.map((x) => any((v) => equal(v, x)));
    return (v) => tests.every((t) => t(v));
  },
  $regex: (a) => {
    if (typeof a !== 'string') throw refused('$regex that is no string');
    const re = new RegExp(a);
    return any((v) => typeof v === 'string' && re.test(v));
  },
};

const negate = (test) => (v) => !test(v);

function compileField(path, cond) {
  if (!isOperators(cond)) {
    const test = operators.$eq(cond);
    return (doc) => test(valueAt(doc, path));
  }
  const tests = Object.entries(cond).map(([op, arg]) => {
    const make = operators[op];
    if (!make) throw refused(`operator ${op}`);
    return make(arg);
  });
  return (doc) => {
    const v = valueAt(doc, path);
    return tests.every((t) => t(v));
  };
}

function compileMany(op, arg) {
  if (list(arg, op).length === 0) throw badValue(`${op} needs a non-empty array`);
  const tests = arg.map(compile);
  switch (op) {
    case '$and':
      return (doc) => tests.every((t) => t(doc));
    case '$or':
      return (doc) => tests.some((t) => t(doc));
    case '$nor':
      return (doc) => !tests.some((t) => t(doc));
  }
  throw refused(`operator ${op}`);
}

/** Turns a filter into a predicate of documents. */
export function compile(filter) {
  const tests = Object.entries(filter).map(([k, v]) => (k[0] === '$' ? compileMany(k, v) : compileField(k, v)));
  return (doc) => tests.every((t) => t(doc));
}

/** The values to which a filter pins paths: path → array of allowed values. */
export function pins(filter, out = new Map()) {
  for (const [k, v] of Object.entries(filter)) {
    if (k === '$and') for (const f of v) pins(f, out);
    else if (k[0] === '$') continue;
    else if (!isOperators(v)) out.set(k, [v]);
    else if (v.$eq !== undefined) out.set(k, [v.$eq]);
    else if (v.$in !== undefined) out.set(k, v.$in);
  }
  return out;
}
