import { t } from "@/lib/i18n";
import { Dialog } from "@/ui/dialog";
import { Kbd } from "@/ui/kbd";
import css from "../table.module.css";

const keys = [
  ["keys.move", "\u2190 \u2191 \u2192 \u2193"],
  ["keys.extend", "Shift \u2192"],
  ["keys.edge", "Ctrl \u2192"],
  ["keys.edit", "Enter"],
  ["keys.cancel", "Esc"],
  ["keys.newline", "Alt Enter"],
  ["keys.clear", "Delete"],
  ["keys.open", "Space"],
  ["keys.below", "Shift Enter"],
  ["keys.copy", "Ctrl C"],
  ["keys.paste", "Ctrl V"],
  ["keys.undo", "Ctrl Z"],
  ["keys.redo", "Ctrl Shift Z"],
  ["keys.find", "/"],
  ["keys.view", "Alt 1\u20269"],
  ["keys.record", "J K"],
  ["keys.full", "Ctrl Enter"],
  ["keys.command", "Ctrl K"],
  ["keys.sidebar", "Ctrl \\"],
  ["keys.list", "?"],
] as const;

export function KeyList({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={t("table.keys")} width={620}>
      <div className={css.keys}>
        {keys.map(([name, key]) => (
          <div key={name}>
            <span>{t(name)}</span>
            <Kbd>{key}</Kbd>
          </div>
        ))}
      </div>
    </Dialog>
  );
}
