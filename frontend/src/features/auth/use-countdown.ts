import { useEffect, useState } from "react";

/** Seconds left until the time given, told each second; 0 when it is over. */
export function secondsLeft(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

/** Counts down from what `start` is given. */
export function useCountdown() {
  const [until, setUntil] = useState(0);
  const [left, setLeft] = useState(0);
  // The clock is outside React.
  useEffect(() => {
    if (until === 0) {
      return undefined;
    }
    const timer = setInterval(() => {
      const next = secondsLeft(until, Date.now());
      setLeft(next);
      if (next === 0) {
        setUntil(0);
      }
    }, 250);
    return () => clearInterval(timer);
  }, [until]);
  function start(seconds: number): void {
    setUntil(Date.now() + seconds * 1000);
    setLeft(seconds);
  }
  return { left, start };
}
