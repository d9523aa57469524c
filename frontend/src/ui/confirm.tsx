import { type ReactNode, useState } from "react";
import { t } from "@/lib/i18n";
import { Button } from "./button";
import { Dialog } from "./dialog";

export interface ConfirmProps {
  readonly title: string;
  readonly text?: string;
  /** The word on the button that does it. */
  readonly act: string;
  readonly danger?: boolean;
  readonly onAct: () => Promise<unknown> | undefined;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** Asks before something that cannot be undone with a click. */
export function Confirm({ title, text, act, danger, onAct, onClose, children }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  async function handleAct(): Promise<void> {
    setBusy(true);
    try {
      await onAct();
    } finally {
      setBusy(false);
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      width={420}
      {...(text ? { text } : {})}
      footer={
        <>
          <Button kind="line" size={34} onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button kind={danger ? "danger" : "primary"} size={34} busy={busy} onClick={() => void handleAct()}>
            {act}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
