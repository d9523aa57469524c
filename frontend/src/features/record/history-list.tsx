import { useQuery } from "@tanstack/react-query";
import { ArrowRight, Undo2 } from "lucide-react";
import { errorText } from "@/api/problem";
import type { Entity, Field } from "@/api/types";
import { type HistoryEntry, recordApi } from "@/data/wire";
import { FieldValue, isEmptyValue } from "@/fields/show";
import { t, tryT } from "@/lib/i18n";
import { formatTime } from "@/lib/i18n/format";
import { Avatar } from "@/ui/avatar";
import { IconButton } from "@/ui/button";
import { SkeletonRows } from "@/ui/skeleton";
import css from "./record.module.css";
import type { RecordBodyProps } from "./record-body";

type Change = HistoryEntry["changes"][number];

export interface HistoryListProps extends RecordBodyProps {
  readonly may: (field: Field) => boolean;
}

function Value({ field, value }: { readonly field: Field; readonly value: unknown }) {
  return isEmptyValue(value) ? (
    <span className={css.value}>{t("fields.empty")}</span>
  ) : (
    <span className={css.value}>
      <FieldValue field={field} value={value} />
    </span>
  );
}

function fieldOf(entity: Entity, change: Change): Field {
  const own = entity.fields.find((field) => field.id === change.field.id);
  return own ?? { ...change.field, required: false, unique: false, options: {}, right: "read" };
}

interface ChangeLineProps {
  readonly field: Field;
  readonly change: Change;
  readonly made: boolean;
  readonly onRestore: (() => void) | undefined;
}

function ChangeLine({ field, change, made, onRestore }: ChangeLineProps) {
  return (
    <div className={css.change}>
      <b>{field.name}</b>
      {!made && (
        <>
          <Value field={field} value={change.before} />
          <ArrowRight size={13} aria-hidden="true" />
        </>
      )}
      <Value field={field} value={change.after} />
      {onRestore && (
        <IconButton size={24} label={t("record.restore")} onClick={onRestore}>
          <Undo2 size={14} />
        </IconButton>
      )}
    </div>
  );
}

function EventLine(props: HistoryListProps & { readonly event: HistoryEntry }) {
  const { event, entity, session, id, may } = props;
  const made = event.op === "create";
  const via = tryT(`record.via.${event.via}`);
  const changes = event.changes.filter((change) => !(made && isEmptyValue(change.after)));
  return (
    <article className={css.event}>
      <Avatar id={event.by.id} name={event.by.name} size={24} />
      <div>
        <header>
          <span>{event.by.name}</span>
          <em>{tryT(`record.op.${event.op}`) ?? event.op}</em>
          {via && <em>{via}</em>}
          <time dateTime={event.at}>
            {formatTime(event.at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })}
          </time>
        </header>
        {changes.map((change) => {
          const field = fieldOf(entity, change);
          const restore = () => session.set(id, field.key, change.before ?? null);
          return (
            <ChangeLine
              key={change.field.id}
              field={field}
              change={change}
              made={made}
              onRestore={!made && may(field) && field.right === "write" ? restore : undefined}
            />
          );
        })}
      </div>
    </article>
  );
}

/** Who changed what and when, newest first; a former value can be put back. */
export function HistoryList(props: HistoryListProps) {
  const { entity, id, entry } = props;
  const { data, error } = useQuery({
    queryKey: ["records", "history", id, entry.record.version],
    queryFn: () => recordApi.history(entity.id, id),
    placeholderData: (old) => old,
  });
  if (error) {
    return <p className={css.empty}>{errorText(error)}</p>;
  }
  if (data === undefined) {
    return <SkeletonRows rows={4} />;
  }
  let day = "";
  return (
    <>
      {data.map((event) => {
        const its = formatTime(event.at, { dateStyle: "full" });
        const head = its === day ? null : <h4 className={css.day}>{its}</h4>;
        day = its;
        return (
          <div key={event.version}>
            {head}
            <EventLine {...props} event={event} />
          </div>
        );
      })}
    </>
  );
}
