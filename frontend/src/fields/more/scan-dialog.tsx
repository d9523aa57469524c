/** Reads a code by the camera or from a picture. */
import { CameraOff, ImageUp } from "lucide-react";
import { useRef, useState } from "react";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { toast } from "@/ui/toast-store";
import css from "./code.module.css";
import { openReader, type Reader } from "./scan-read";
import { type CameraState, useCamera } from "./use-camera";

let reader: Promise<Reader> | undefined;

/** One reader for all, and another try after it could not be fetched. */
function sharedReader(): Promise<Reader> {
  reader ??= openReader().catch((error: unknown) => {
    reader = undefined;
    throw error;
  });
  return reader;
}

async function readFile(file: File): Promise<string | undefined> {
  const [read, picture] = await Promise.all([
    sharedReader(),
    createImageBitmap(file).catch(() => {
      throw new Error(t("kinds.scanNotPicture"));
    }),
  ]);
  try {
    return await read(picture);
  } finally {
    picture.close();
  }
}

function FromPicture({ onFound }: { readonly onFound: (text: string) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  async function handleFile(file: File | undefined): Promise<void> {
    if (file === undefined) {
      return;
    }
    setBusy(true);
    try {
      const text = await readFile(file);
      if (text === undefined) {
        toast({ kind: "bad", text: t("kinds.scanNothing") });
      } else {
        onFound(text);
      }
    } catch (error) {
      toast({ kind: "bad", text: error instanceof Error ? error.message : t("kinds.loadFailed") });
    } finally {
      setBusy(false);
    }
  }
  return (
    <>
      <input
        ref={picker}
        type="file"
        accept="image/*"
        hidden
        onChange={(event) => {
          void handleFile(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Button size={34} kind="line" busy={busy} icon={<ImageUp />} onClick={() => picker.current?.click()}>
        {t(busy ? "kinds.scanReading" : "kinds.scanPicture")}
      </Button>
    </>
  );
}

function told(state: CameraState, refused: string): string {
  if (typeof state === "object") {
    return t(state.failed as "kinds.scanFailed");
  }
  return refused || t(state === "on" ? "kinds.scanAim" : "kinds.scanStarting");
}

export interface ScanDialogProps {
  readonly onClose: () => void;
  /** Takes what was read, or says why not. */
  readonly onFound: (text: string) => string | undefined;
}

export function ScanDialog({ onClose, onFound }: ScanDialogProps) {
  return (
    <Dialog open onClose={onClose} title={t("kinds.scan")} width={480}>
      <Scanner onFound={onFound} />
    </Dialog>
  );
}

function Scanner({ onFound }: Pick<ScanDialogProps, "onFound">) {
  const video = useRef<HTMLVideoElement>(null);
  const [refused, setRefused] = useState("");
  function found(text: string): void {
    const why = onFound(text);
    setRefused(why === undefined ? "" : t("kinds.scanRefused", { text, why }));
  }
  const state = useCamera(video, sharedReader, found);
  const failed = typeof state === "object";
  return (
    <div className={css.scanner}>
      <div className={css.view} data-failed={failed}>
        <video ref={video} muted playsInline aria-label={t("kinds.scanAim")} />
        {failed ? <CameraOff aria-hidden="true" /> : <i aria-hidden="true" />}
      </div>
      <p role="status" className={css.told} data-bad={!failed && refused !== ""}>
        {failed && refused !== "" ? refused : told(state, refused)}
      </p>
      <div className={css.pictures}>
        <FromPicture onFound={found} />
      </div>
    </div>
  );
}
