import { lazy, Suspense, useState } from "react";
import type { View } from "@/api/types";
import { t, withTexts } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Dialog } from "@/ui/dialog";
import { Input } from "@/ui/input";
import type { Table } from "../use-table";

interface NameDialogProps {
  readonly title: string;
  readonly initial: string;
  readonly onName: (name: string) => Promise<void>;
  readonly onClose: () => void;
}

function NameDialog({ title, initial, onName, onClose }: NameDialogProps) {
  const [name, setName] = useState(initial);
  const [busy, setBusy] = useState(false);
  async function handleSave(): Promise<void> {
    if (name.trim() !== "") {
      setBusy(true);
      await onName(name.trim());
      onClose();
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      width={400}
      footer={
        <>
          <Button kind="line" size={34} onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            kind="primary"
            size={34}
            busy={busy}
            disabled={name.trim() === ""}
            onClick={() => void handleSave()}
          >
            {t("common.save")}
          </Button>
        </>
      }
    >
      <Input
        autoFocus
        value={name}
        aria-label={t("common.name")}
        maxLength={100}
        onChange={setName}
        onKeyDown={(event) => event.key === "Enter" && !event.nativeEvent.isComposing && void handleSave()}
      />
    </Dialog>
  );
}

export type Asked =
  | { readonly kind: "create" | "mine" }
  | { readonly kind: "rename" | "remove" | "why"; readonly view: View };

const loadWhy = withTexts(() => import("../why/why-slow"), "why");
const WhySlow = lazy(async () => ({ default: (await loadWhy()).WhySlow }));

/** The list as it is shown, where that is not what the view says. */
function changedOf({ control, entity, search }: Table) {
  const { filter, sort, group } = control.draft;
  return control.dirty || search ? { entity: entity.id, filter, sort, group, search } : undefined;
}

interface AsksProps {
  readonly table: Table;
  readonly asked: Asked;
  readonly onClose: () => void;
  readonly onView: (id: string) => void;
}

/** Asks for the name of a view or whether to delete it, or says why it is slow. */
export function ViewAsks({ table, asked, onClose, onView }: AsksProps) {
  const { control, entity } = table;
  if (asked.kind === "why") {
    return (
      <Suspense>
        <WhySlow view={asked.view} changed={changedOf(table)} onClose={onClose} />
      </Suspense>
    );
  }
  if (asked.kind === "remove") {
    const rest = entity.views.find((view) => view !== asked.view);
    return (
      <Confirm
        title={t("table.deleteView")}
        text={t("table.deleteViewText", { name: asked.view.name })}
        act={t("common.delete")}
        danger
        onClose={onClose}
        onAct={async () => {
          await control.remove(asked.view.id);
          if (rest) {
            onView(rest.id);
          }
          onClose();
        }}
      />
    );
  }
  const view = asked.kind === "rename" ? asked.view : undefined;
  return (
    <NameDialog
      title={t(view ? "common.rename" : "table.newView")}
      initial={view?.name ?? ""}
      onClose={onClose}
      onName={(name) =>
        view ? control.rename(view.id, name) : control.create({ name, private: asked.kind === "mine" })
      }
    />
  );
}
