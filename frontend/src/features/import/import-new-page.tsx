import { useState } from "react";
import { useCreateApp, useCreateEntity } from "@/api/apps";
import type { UploadedFile } from "@/api/imports";
import { useApps, useMe } from "@/api/meta";
import { t } from "@/lib/i18n";
import type { ImportPlace } from "@/lib/import-place";
import { useTitle } from "@/lib/use-title";
import { EmptyState } from "@/ui/empty-state";
import { Field } from "@/ui/field";
import { IconTile } from "@/ui/icon-tile";
import { Select } from "@/ui/select";
import { SkeletonRows } from "@/ui/skeleton";
import css from "./import.module.css";
import { baseName } from "./model/file-check";
import { DropZone } from "./parts/drop-zone";
import { StepsHead } from "./parts/steps-head";
import { useUpload } from "./use-upload";

export interface ImportNewPageProps {
  /** The app that the table goes into; by default a new one. */
  readonly app: string | undefined;
  readonly onReady: (params: { app: string; entity: string }, place: ImportPlace) => void;
  readonly onClose: () => void;
}

/** Makes the table, and the app if none was chosen, that takes the file. */
function useNewTable(into: string, onReady: ImportNewPageProps["onReady"]) {
  const createApp = useCreateApp();
  const createEntity = useCreateEntity();
  return async ({ id, name: file }: UploadedFile) => {
    const name = baseName(file);
    const app = into || (await createApp.mutateAsync({ name, icon: "layers", color: "blue" })).id;
    const entity = await createEntity.mutateAsync({
      app,
      name,
      icon: "table-2",
      color: "blue",
      fields: [{ name: t("entity.titleField"), type: "text" }],
    });
    onReady({ app, entity: entity.id }, { file: id, name: file, fresh: into ? "table" : "app" });
  };
}

function Chooser({ app, onReady }: ImportNewPageProps) {
  const { data: apps = [] } = useApps();
  const [into, setInto] = useState(app ?? "");
  const { busy, error, handleFile } = useUpload(useNewTable(into, onReady));
  const mine = apps.filter((one) => one.can.design);
  return (
    <div className={css.scroll}>
      <div className={css.newTable}>
        {mine.length > 0 && (
          <Field label={t("import.into")}>
            <Select
              value={into}
              options={[
                { value: "", label: t("import.intoNew") },
                ...mine.map(({ id, name, icon, color }) => ({
                  value: id,
                  label: name,
                  icon: <IconTile icon={icon} color={color} />,
                })),
              ]}
              onChange={setInto}
            />
          </Field>
        )}
        <DropZone busy={busy} error={error} onFile={(file) => void handleFile(file)} />
        <p className={css.small}>{t("import.intoText")}</p>
      </div>
    </div>
  );
}

/** A file that becomes a table of its own. */
export function ImportNewPage(props: ImportNewPageProps) {
  const { data: me } = useMe();
  useTitle(t("import.newTitle"));
  return (
    <main className={css.page}>
      <StepsHead title={t("import.newTitle")} step={0} onBack={props.onClose} onClose={props.onClose} />
      {!me && <SkeletonRows />}
      {me?.can.design && <Chooser {...props} />}
      {me && !me.can.design && (
        <EmptyState ghost title={t("import.noDesign")} text={t("import.noDesignText")} />
      )}
    </main>
  );
}
