/** A name written by hand, with a finger, a pen or a mouse; kept as a picture. */
import { PenLine, X } from "lucide-react";
import { type PointerEvent, useRef, useState } from "react";
import { errorText } from "@/api/problem";
import { t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { toast } from "@/ui/toast-store";
import type { FieldInputProps } from "../field-input";
import type { FileValue } from "../file/types";
import { uploadFile } from "../file/upload";
import { listOf } from "../types";
import css from "./controls.module.css";

const scale = 2;
/** Dark on the white sheet, by day and by night. */
const ink = "rgb(27 31 38)";

/** The strokes on a canvas, smoothed through their middles. */
function useStrokes() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<{ x: number; y: number }>(undefined);
  const [signed, setSigned] = useState(false);
  const at = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  };
  function handleDown(event: PointerEvent<HTMLCanvasElement>): void {
    event.currentTarget.setPointerCapture(event.pointerId);
    const { width, height } = event.currentTarget.getBoundingClientRect();
    const sheet = event.currentTarget;
    if (!signed && sheet.width !== Math.round(width * scale)) {
      sheet.width = Math.round(width * scale);
      sheet.height = Math.round(height * scale);
    }
    last.current = at(event);
  }
  function handleMove(event: PointerEvent<HTMLCanvasElement>): void {
    const from = last.current;
    const g = canvas.current?.getContext("2d");
    if (from === undefined || !g) {
      return;
    }
    const to = at(event);
    g.strokeStyle = ink;
    g.lineWidth = (event.pressure > 0 && event.pressure !== 0.5 ? 1.5 + event.pressure * 3 : 2.6) * scale;
    g.lineCap = "round";
    g.lineJoin = "round";
    g.beginPath();
    g.moveTo(from.x, from.y);
    g.lineTo(to.x, to.y);
    g.stroke();
    last.current = to;
    setSigned(true);
  }
  const handleUp = () => {
    last.current = undefined;
  };
  function clear(): void {
    const sheet = canvas.current;
    sheet?.getContext("2d")?.clearRect(0, 0, sheet.width, sheet.height);
    setSigned(false);
  }
  return { canvas, signed, clear, handleDown, handleMove, handleUp };
}

function png(canvas: HTMLCanvasElement): Promise<File> {
  return new Promise((done, fail) =>
    canvas.toBlob(
      (blob) =>
        blob === null
          ? fail(new Error("no picture"))
          : done(new File([blob], `${t("kinds.signature")}.png`, { type: "image/png" })),
      "image/png",
    ),
  );
}

interface PadProps {
  readonly onClose: () => void;
  readonly onSigned: (file: FileValue) => void;
}

function Pad({ onClose, onSigned }: PadProps) {
  const { canvas, signed, clear, handleDown, handleMove, handleUp } = useStrokes();
  const [busy, setBusy] = useState(false);
  async function save(): Promise<void> {
    if (canvas.current === null) {
      return;
    }
    setBusy(true);
    try {
      onSigned(await uploadFile(await png(canvas.current)));
      onClose();
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
      setBusy(false);
    }
  }
  const footer = (
    <>
      <Button size={34} disabled={!signed} onClick={clear}>
        {t("kinds.signAgain")}
      </Button>
      <Button size={34} kind="primary" disabled={!signed} busy={busy} onClick={() => void save()}>
        {t("kinds.signSave")}
      </Button>
    </>
  );
  return (
    <Dialog open onClose={onClose} title={t("kinds.sign")} footer={footer} width={560}>
      <div className={css.pad}>
        <canvas
          ref={canvas}
          aria-label={t("kinds.signHere")}
          onPointerDown={handleDown}
          onPointerMove={handleMove}
          onPointerUp={handleUp}
          onPointerCancel={handleUp}
        />
        {!signed && <span aria-hidden="true">{t("kinds.signHere")}</span>}
      </div>
    </Dialog>
  );
}

export function SignatureInput({ value, readOnly, onChange }: FieldInputProps) {
  const [file] = listOf<FileValue>(value);
  const [open, setOpen] = useState(false);
  return (
    <div className={css.signed}>
      {file && <img src={file.url} alt={file.name} />}
      {readOnly !== true && (
        <>
          <Button icon={<PenLine />} onClick={() => setOpen(true)}>
            {t(file ? "kinds.signAgain" : "kinds.sign")}
          </Button>
          {file && (
            <IconButton label={t("kinds.remove")} onClick={() => onChange(null)}>
              <X size={15} />
            </IconButton>
          )}
        </>
      )}
      {open && <Pad onClose={() => setOpen(false)} onSigned={(next) => onChange([next])} />}
    </div>
  );
}
