/** How fast an import goes, from what was seen of it. */
export interface Sample {
  readonly at: number;
  readonly done: number;
}

const window = 5000;
const settle = 3000;

/** Adds what was just seen; an unchanged figure is not news within half a second. */
export function addSample(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last && next.at <= last.at) {
    return samples;
  }
  return [...samples.slice(-400), next];
}

/** Rows per second over the last five seconds; undefined while there is too little to tell. */
export function speed(samples: readonly Sample[]): number | undefined {
  const last = samples.at(-1);
  if (!last) {
    return undefined;
  }
  const from = samples.find((one) => one.at >= last.at - window) ?? last;
  const time = last.at - from.at;
  return time >= 400 ? ((last.done - from.done) * 1000) / time : undefined;
}

/** Seconds to go; undefined for the first three seconds, and while nothing moves. */
export function secondsLeft(samples: readonly Sample[], total: number): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  const rate = speed(samples);
  if (!first || !last || !rate || last.at - first.at < settle) {
    return undefined;
  }
  return Math.max(0, Math.ceil((total - last.done) / rate));
}
