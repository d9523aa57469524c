import { CircleAlert, Eye } from "lucide-react";
import { useState } from "react";
import type { Job, Preview, Reading } from "@/api/imports";
import { errorText } from "@/api/problem";
import type { Entity } from "@/api/types";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import css from "./import.module.css";
import { tally } from "./model/mapping";
import { FileBar } from "./parts/file-bar";
import { MapRows } from "./parts/map-rows";
import { PreviewDialog } from "./parts/preview-dialog";
import { RulesPanel } from "./parts/rules-panel";
import { start } from "./start";
import { type Mapping, useMapping } from "./use-mapping";
import { sizeOf } from "./use-upload";

export interface MappingStepProps {
  readonly entity: Entity;
  readonly name: string;
  readonly fresh: boolean;
  readonly preview: Preview;
  readonly reading: Reading;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onReading: (reading: Reading) => void;
  readonly onOther: () => void;
  readonly onStarted: (job: Job) => void;
}

function hindrance({ rows, lacks }: Mapping): string | undefined {
  const { mapped, made } = tally(rows);
  if (mapped + made === 0) {
    return t("import.nothing");
  }
  return lacks.length > 0
    ? t("import.missing", { names: lacks.map((field) => field.name).join(", ") })
    : undefined;
}

interface FootProps {
  readonly mapping: Mapping;
  readonly failure: unknown;
  readonly busy: boolean;
  readonly onBack: () => void;
  readonly onStart: () => void;
}

function Foot({ mapping, failure, busy, onBack, onStart }: FootProps) {
  const { preview, rows } = mapping;
  const [looking, setLooking] = useState(false);
  const { mapped, made, skipped } = tally(rows);
  const hindered = hindrance(mapping);
  const bad = hindered ?? (failure ? errorText(failure) : undefined);
  return (
    <footer className={css.foot}>
      {bad === undefined ? (
        <p>{t("import.summary", { mapped, made, skipped })}</p>
      ) : (
        <p role="alert" className={css.badLine}>
          <CircleAlert size={15} aria-hidden="true" />
          {bad}
        </p>
      )}
      <Button kind="line" size={34} className={css.backButton} onClick={onBack}>
        {t("import.back")}
      </Button>
      <Button kind="line" size={34} icon={<Eye />} onClick={() => setLooking(true)}>
        {t("import.previewRows", { count: preview.rows.length })}
      </Button>
      <Button kind="primary" size={34} busy={busy} disabled={hindered !== undefined} onClick={onStart}>
        {t("import.start")}
      </Button>
      {looking && <PreviewDialog preview={preview} onClose={() => setLooking(false)} />}
    </footer>
  );
}

/** Which column goes to which field, and by which rules. */
export function MappingStep(props: MappingStepProps) {
  const { entity, preview, reading, fresh, onOther, onStarted } = props;
  const goal = { fields: entity.fields, title: entity.title, fresh, design: entity.can.design };
  const mapping = useMapping(preview, reading, goal);
  const [starting, setStarting] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  async function handleStart(): Promise<void> {
    setStarting(true);
    setFailure(undefined);
    try {
      onStarted(await start(entity.id, mapping));
    } catch (error) {
      setFailure(error);
    } finally {
      setStarting(false);
    }
  }
  return (
    <>
      <FileBar
        name={props.name}
        size={sizeOf(preview.file)}
        preview={preview}
        reading={reading}
        busy={props.busy}
        onReading={props.onReading}
        onOther={onOther}
      />
      <div className={css.body} data-busy={props.busy}>
        <MapRows mapping={mapping} />
        <RulesPanel mapping={mapping} />
      </div>
      <Foot
        mapping={mapping}
        failure={failure ?? props.error}
        busy={starting}
        onBack={onOther}
        onStart={() => void handleStart()}
      />
    </>
  );
}
