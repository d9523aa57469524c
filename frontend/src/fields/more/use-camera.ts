import { type RefObject, useEffect, useRef, useState } from "react";
import type { Key } from "@/lib/i18n";
import type { Reader } from "./scan-read";

export type CameraState = "starting" | "on" | { readonly failed: Key };

const failures: Readonly<Record<string, Key>> = {
  NotAllowedError: "kinds.scanDenied",
  SecurityError: "kinds.scanDenied",
  NotFoundError: "kinds.scanNoCamera",
  OverconstrainedError: "kinds.scanNoCamera",
  NotReadableError: "kinds.scanBusy",
};

const whyNot = (error: unknown): Key =>
  (error instanceof DOMException ? failures[error.name] : undefined) ?? "kinds.scanFailed";

/** Pauses between two frames (ms), so that the page stays quick. */
const pause = 120;

async function watch(
  video: HTMLVideoElement,
  open: () => Promise<Reader>,
  hear: { readonly on: () => void; readonly found: (text: string) => void; readonly ended: () => boolean },
): Promise<void> {
  const wish = { facingMode: { ideal: "environment" }, width: { ideal: 1280 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
  try {
    if (hear.ended()) {
      return;
    }
    video.srcObject = stream;
    const [read] = await Promise.all([open(), video.play()]);
    hear.on();
    while (!hear.ended()) {
      const text = await read(video);
      if (text && !hear.ended()) {
        hear.found(text);
      }
      await new Promise((done) => setTimeout(done, pause));
    }
  } finally {
    for (const track of stream.getTracks()) {
      track.stop();
    }
  }
}

/** The camera in a video, read until the page leaves. */
export function useCamera(
  video: RefObject<HTMLVideoElement | null>,
  open: () => Promise<Reader>,
  onFound: (text: string) => void,
): CameraState {
  const [state, setState] = useState<CameraState>("starting");
  const found = useRef(onFound);
  found.current = onFound;
  // The camera is a thing outside of the page: it is opened and let go.
  useEffect(() => {
    const element = video.current;
    if (element === null || navigator.mediaDevices?.getUserMedia === undefined) {
      setState({ failed: window.isSecureContext ? "kinds.scanNoCamera" : "kinds.scanInsecure" });
      return undefined;
    }
    let ended = false;
    const hear = {
      on: () => setState("on"),
      found: (text: string) => found.current(text),
      ended: () => ended,
    };
    watch(element, open, hear).catch((error: unknown) => {
      if (!ended) {
        setState({ failed: whyNot(error) });
      }
    });
    return () => {
      ended = true;
    };
  }, [video, open]);
  return state;
}
