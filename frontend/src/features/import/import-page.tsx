import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { keys, useEntity } from "@/api/meta";
import { errorText } from "@/api/problem";
import { queryClient } from "@/api/query-client";
import type { Entity } from "@/api/types";
import { t } from "@/lib/i18n";
import type { ImportPlace } from "@/lib/import-place";
import { useTitle } from "@/lib/use-title";
import { Confirm } from "@/ui/confirm";
import { EmptyState } from "@/ui/empty-state";
import { SkeletonRows } from "@/ui/skeleton";
import { toast } from "@/ui/toast-store";
import css from "./import.module.css";
import { JobView } from "./job/job-view";
import { baseName } from "./model/file-check";
import { DropZone } from "./parts/drop-zone";
import { type Step, StepsHead } from "./parts/steps-head";
import { ReadStep } from "./read-step";
import { useUpload } from "./use-upload";

export interface ImportPageProps {
  readonly app: string;
  readonly entity: string;
  readonly place: ImportPlace;
  readonly onPlace: (place: ImportPlace) => void;
  readonly onClose: () => void;
  readonly onHome: () => void;
}

interface LoadedProps extends ImportPageProps {
  readonly loaded: Entity;
}

/** A table that was made for a file takes that file's name. */
async function rename({ id, name }: Entity, file: string): Promise<void> {
  const wanted = baseName(file);
  if (wanted !== name) {
    await api.patch<Entity>(`/entities/${id}`, { name: wanted });
    await Promise.all(
      [keys.apps, keys.entity(id)].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
    );
  }
}

function DropStep({ loaded, place, onPlace }: LoadedProps) {
  const { busy, error, handleFile } = useUpload(async ({ id, name }) => {
    if (place.fresh) {
      await rename(loaded, name);
    }
    onPlace({ file: id, name, ...(place.fresh && { fresh: place.fresh }) });
  });
  if (!loaded.can.create) {
    return <EmptyState ghost title={t("import.notAllowed")} text={t("import.notAllowedText")} />;
  }
  return (
    <div className={css.scroll}>
      <DropZone busy={busy} error={error} onFile={(file) => void handleFile(file)} />
    </div>
  );
}

function stepOf({ imp, file }: ImportPlace, finished: boolean): Step {
  if (imp) {
    return finished ? 3 : 2;
  }
  return file ? 1 : 0;
}

/** Asks before an empty table that was made for the file is left behind. */
function Abandon({ app, loaded, place, onHome, onClose }: LoadedProps & { readonly onClose: () => void }) {
  async function handleAct(): Promise<void> {
    try {
      await api.delete(place.fresh === "app" ? `/apps/${app}` : `/entities/${loaded.id}`);
      await queryClient.invalidateQueries({ queryKey: keys.apps });
      onHome();
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  }
  return (
    <Confirm
      danger
      title={t("import.abandon")}
      text={t("import.abandonText", { name: loaded.name })}
      act={t("import.abandonAct")}
      onAct={handleAct}
      onClose={onClose}
    />
  );
}

function Loaded(props: LoadedProps) {
  const { app, loaded, place, onPlace, onClose } = props;
  const [finished, setFinished] = useState(false);
  const [asking, setAsking] = useState(false);
  const handleClose = () => (place.fresh && !place.imp ? setAsking(true) : onClose());
  const toDrop = () => onPlace(place.fresh ? { fresh: place.fresh } : {});
  const step = stepOf(place, finished);
  return (
    <main className={css.page}>
      <StepsHead
        title={t("import.title")}
        crumb={
          <Link to="/app/$app/table/$entity" params={{ app, entity: loaded.id }}>
            {loaded.name}
          </Link>
        }
        step={step}
        onBack={step === 1 ? toDrop : handleClose}
        onClose={handleClose}
      />
      {step === 0 && <DropStep {...props} />}
      {place.file && !place.imp && (
        <ReadStep
          key={place.file}
          entity={loaded}
          file={place.file}
          name={place.name ?? ""}
          fresh={place.fresh !== undefined}
          onOther={toDrop}
          onStarted={(job) => onPlace({ imp: job.id })}
        />
      )}
      {place.imp && (
        <JobView
          key={place.imp}
          id={place.imp}
          entity={loaded}
          onFinished={setFinished}
          onOpen={onClose}
          onAgain={() => onPlace({})}
        />
      )}
      {asking && <Abandon {...props} onClose={() => setAsking(false)} />}
    </main>
  );
}

/** Brings a file's rows into a table: choose, match, write, see what came of it. */
export function ImportPage(props: ImportPageProps) {
  const { data: loaded, error } = useEntity(props.entity);
  useTitle(loaded ? `${t("import.title")} · ${loaded.name}` : t("import.title"));
  if (error) {
    return (
      <main className={css.page}>
        <EmptyState title={t("error.pageTitle")} text={errorText(error)} />
      </main>
    );
  }
  if (!loaded) {
    return (
      <main className={css.page}>
        <SkeletonRows />
      </main>
    );
  }
  return <Loaded {...props} loaded={loaded} />;
}
