/** Values as they are sent: what the server answers, cut down to ids. */

interface Item {
  readonly id?: unknown;
  readonly name?: unknown;
}

/** A link, person or option that only has a name yet: the server finds or makes it. */
export function isUnresolved(value: unknown): boolean {
  if (typeof value === "object" && value !== null && data.has(value)) {
    return false;
  }
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.some((item) => typeof item === "object" && item !== null && (item as Item).id === "");
}

/** What the server says of a thing it refers to; data with other members is no reference. */
const refKeys: ReadonlySet<string> = new Set("id name color done path size type url".split(" "));

/** Values that are data, although they may look like references. */
const data = new WeakSet<object>();

/** Has a value sent as it is. */
export function asData<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    data.add(value);
  }
  return value;
}

function ref(item: unknown): unknown {
  if (typeof item !== "object" || item === null || !Object.keys(item).every((key) => refKeys.has(key))) {
    return item;
  }
  const { id, name } = item as Item;
  if (id === "") {
    return name;
  }
  return id ?? item;
}

/** Money with its currency stays an object; everything with an id becomes the id. */
export function toInput(value: unknown): unknown {
  if (value === undefined || value === "") {
    return null;
  }
  if (typeof value === "object" && value !== null && data.has(value)) {
    return value;
  }
  return Array.isArray(value) ? value.map(ref) : ref(value);
}

/** Whether two values of a field are the same to a reader. */
export function sameValue(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(toInput(a)) === JSON.stringify(toInput(b));
}
