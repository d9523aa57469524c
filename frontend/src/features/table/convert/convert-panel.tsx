import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowRight, Check, GitMerge, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import { keys } from "@/api/meta";
import { errorText } from "@/api/problem";
import type { Field } from "@/api/types";
import { typeOf } from "@/fields/registry";
import { FieldValue } from "@/fields/show";
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/i18n/format";
import { Button } from "@/ui/button";
import { Pill } from "@/ui/pill";
import { SkeletonRows } from "@/ui/skeleton";
import { toast } from "@/ui/toast-store";
import { Checkbox } from "@/ui/toggles";
import { type FieldDraft, fieldInput } from "../field/field-draft";
import { typeName } from "../field/type-list";
import { TypeTile } from "../field/type-tile";
import type { Table } from "../use-table";
import { type Affect, Affects } from "./affects";
import css from "./convert.module.css";

interface Sample {
  readonly record: string;
  readonly title?: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly merged?: boolean;
  readonly reason?: string;
}

interface Preview {
  readonly total: number;
  readonly converted: number;
  readonly merged: number;
  readonly lost: number;
  readonly empty: number;
  readonly atLeast?: boolean;
  readonly choices?: readonly string[];
  readonly views: number;
  readonly affects: readonly Affect[];
  readonly samples: readonly Sample[];
}

export interface ConvertPanelProps {
  readonly table: Table;
  readonly field: Field;
  readonly draft: FieldDraft;
  readonly onBack: () => void;
  readonly onClose: () => void;
}

/** Only the type and its options: the rest of the draft is saved as usual. */
const bodyOf = (draft: FieldDraft, field: Field) => {
  const { options } = fieldInput(draft, field);
  const named = ((options?.choices ?? []) as readonly unknown[]).length > 0;
  const { choices, ...rest } = options ?? {};
  return { type: draft.type, options: named ? { ...rest, choices } : rest };
};

function Counts({ preview }: { readonly preview: Preview }) {
  const { converted, merged, lost } = preview;
  const parts = [
    { kind: "match", count: converted - merged, label: t("convert.match") },
    { kind: "merge", count: merged, label: t("convert.merge") },
    { kind: "lost", count: lost, label: t("convert.lost") },
  ];
  return (
    <>
      <div className={css.counts}>
        {parts.map(({ kind, count, label }) => (
          <span key={kind} data-kind={kind}>
            <i />
            {label}
            <b>{formatNumber(count)}</b>
          </span>
        ))}
      </div>
      <div className={css.bar} aria-hidden="true">
        {parts.map(({ kind, count }) => (
          <i key={kind} data-kind={kind} style={{ flexGrow: count }} />
        ))}
      </div>
      {preview.atLeast && <p className={css.note}>{t("convert.atLeast")}</p>}
    </>
  );
}

function Note({ sample }: { readonly sample: Sample }) {
  if (sample.reason) {
    return (
      <span data-kind="lost">
        <TriangleAlert aria-hidden="true" />
        {sample.reason}
      </span>
    );
  }
  return sample.merged ? (
    <span data-kind="merge">
      <GitMerge aria-hidden="true" />
      {t("convert.merge")}
    </span>
  ) : (
    <span data-kind="match">
      <Check aria-hidden="true" />
      {t("convert.match")}
    </span>
  );
}

function Samples({ preview, field, draft }: ConvertPanelProps & { readonly preview: Preview }) {
  const after: Field = { ...field, type: draft.type, options: draft.options };
  return (
    <div className={css.samples}>
      <div className={css.heads}>
        <span>{t("convert.before")}</span>
        <span>{t("convert.after")}</span>
        <span>{t("convert.note")}</span>
      </div>
      {preview.samples.map((sample) => (
        <div key={sample.record} className={css.sample} title={sample.title}>
          <span>{typeOf(field).format(field, sample.before)}</span>
          <ArrowRight aria-hidden="true" />
          <span>
            {sample.after === null ? (
              <em>{t("convert.nothing")}</em>
            ) : (
              <FieldValue field={after} value={sample.after} />
            )}
          </span>
          <Note sample={sample} />
        </div>
      ))}
    </div>
  );
}

/** Takes a field back to the type that it had, for as long as its values are kept. */
export async function revertField(
  table: Table,
  field: Field,
  refresh: () => Promise<unknown>,
): Promise<void> {
  try {
    await api.post(`/entities/${table.entity.id}/fields/${field.id}/revert`, {});
    await refresh();
    void table.session.rows.refresh();
    toast({ kind: "good", text: t("convert.reverted", { name: field.name }) });
  } catch (error) {
    toast({ kind: "bad", text: errorText(error) });
  }
}

function Told(props: ConvertPanelProps & { readonly preview: Preview }) {
  const { samples, choices = [], affects, views } = props.preview;
  return (
    <>
      <Counts preview={props.preview} />
      {samples.length > 0 && <Samples {...props} />}
      {choices.length > 0 && (
        <div className={css.choices}>
          <small>{t("convert.choices", { count: choices.length })}</small>
          {choices.slice(0, 20).map((name) => (
            <Pill key={name}>{name}</Pill>
          ))}
        </div>
      )}
      <Affects list={affects} />
      <p className={css.note}>
        {t("convert.kept")}
        {views > 0 && ` ${t("convert.views", { count: views })}`}
      </p>
    </>
  );
}

/** What another type makes of the values, before it is done. */
export function ConvertPanel(props: ConvertPanelProps) {
  const { table, field, draft, onBack, onClose } = props;
  const client = useQueryClient();
  const [keep, setKeep] = useState(false);
  const path = `/entities/${table.entity.id}/fields/${field.id}/convert`;
  const body = bodyOf(draft, field);
  const { data, error } = useQuery({
    queryKey: ["convert", path, JSON.stringify(body)],
    queryFn: () => api.post<Preview>(path, { ...body, dryRun: true }),
    retry: false,
    gcTime: 0,
  });
  const refresh = () => client.invalidateQueries({ queryKey: keys.entity(table.entity.id) });
  async function handleConvert(): Promise<void> {
    try {
      await api.post(path, { ...body, keep });
      await refresh();
      void table.session.rows.refresh();
      onClose();
      toast({
        kind: "good",
        text: t("convert.done", { name: field.name, type: typeName(draft.type) }),
        action: { label: t("common.undo"), onAct: () => void revertField(table, field, refresh) },
      });
    } catch (problem) {
      toast({ kind: "bad", text: errorText(problem) });
    }
  }
  const risky =
    data !== undefined && (data.lost > data.total / 100 || data.affects.some(({ kept }) => !kept));
  return (
    <>
      <div className={css.body}>
        <div className={css.types}>
          <span>
            <TypeTile type={field.type} />
            {typeName(field.type)}
          </span>
          <ArrowRight aria-hidden="true" />
          <button type="button" onClick={onBack}>
            <TypeTile type={draft.type} />
            {typeName(draft.type)}
          </button>
        </div>
        {error && (
          <p role="alert" className={css.bad}>
            {errorText(error)}
          </p>
        )}
        {!data && !error && <SkeletonRows />}
        {data && <Told {...props} preview={data} />}
        {data && field.type !== "link" && (
          <Checkbox checked={keep} onChange={setKeep}>
            {t("convert.keep")}
          </Checkbox>
        )}
      </div>
      <div className={css.foot}>
        <Button kind="line" onClick={onBack}>
          {t("common.cancel")}
        </Button>
        <Button
          kind={risky ? "danger" : "primary"}
          disabled={data === undefined}
          onClick={() => void handleConvert()}
        >
          {t("convert.act", { count: data?.total ?? 0 })}
        </Button>
      </div>
    </>
  );
}
