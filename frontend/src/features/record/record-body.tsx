import { useState } from "react";
import type { Choice, Entity, Field } from "@/api/types";
import { isTemporary } from "@/data/drafts";
import type { RecordPanelProps } from "@/data/panel";
import type { RecordEntry } from "@/data/record-cache";
import type { Fields } from "@/data/wire";
import { FieldInput } from "@/fields/field-input";
import { useNextStates } from "@/fields/more/status-input";
import { titleField } from "@/fields/options";
import { typeOf } from "@/fields/registry";
import { listOf } from "@/fields/types";
import type { RecordCheck } from "@/formula/check-record";
import { t } from "@/lib/i18n";
import { formatAgo } from "@/lib/i18n/format";
import { phone, useMedia } from "@/lib/use-media";
import { Tabs } from "@/ui/tabs";
import { Broken } from "./broken";
import { Comments } from "./comments";
import { Composer } from "./composer";
import { HeldNote } from "./held-note";
import { HistoryList } from "./history-list";
import { LinkedRecords } from "./linked-records";
import css from "./record.module.css";
import { RecordFields, shownFields } from "./record-fields";
import { brokenAt, brokenElsewhere, hasRules, useCheck } from "./use-check";
import { useComments } from "./use-comments";

export interface RecordBodyProps extends RecordPanelProps {
  readonly entry: RecordEntry;
  readonly full: boolean;
}

/** With what the builder's rules say of the record as it stands. */
export interface CheckedProps extends RecordBodyProps {
  readonly check: RecordCheck | undefined;
  /** Hears what is being typed into a field, for the rules. */
  readonly onTyping: ((key: string, typed: { readonly value: unknown } | undefined) => void) | undefined;
}

function mayWrite({ entity, entry, check }: CheckedProps, field: Field): boolean {
  const { can } = entry.record;
  const locked = check?.readOnly.has(field.key) === true;
  return entity.can.write && can?.write !== false && can?.fields?.[field.key] === undefined && !locked;
}

/** What a record that is being made still needs. */
function DraftNote({ session, entity, id, check }: CheckedProps) {
  const missing = session.creator.missing(id);
  const conditional = ({ required, key }: Field) =>
    typeof required === "object" && check?.missing.has(key) === true;
  const names = entity.fields
    .filter((field) => missing.includes(field.key) || conditional(field))
    .map((field) => field.name);
  return names.length === 0 ? null : (
    <p className={css.draft} role="status">
      {t("table.draft", { names: names.join(", ") })}
    </p>
  );
}

function Title(props: CheckedProps) {
  const { entity, entry, session, check, onTyping } = props;
  const id = session.idOf(props.id);
  const title = titleField(entity);
  const number = entity.fields.find((field) => field.type === "autoNumber");
  const { updatedAt, updatedBy } = entry.record;
  if (title === undefined) {
    return null;
  }
  const parts = [
    number && typeOf(number).format(number, entry.row.fields[number.key]),
    t("record.changed", { name: updatedBy?.name ?? "", ago: formatAgo(updatedAt, Date.now()) }),
  ];
  return (
    <div className={css.title}>
      <div>
        <FieldInput
          field={title}
          value={entry.row.fields[title.key]}
          readOnly={!mayWrite(props, title)}
          onChange={(value) => session.set(id, title.key, value)}
          onTyping={onTyping && ((typed) => onTyping(title.key, typed))}
        />
        <Broken messages={brokenAt(check, title.key)} />
      </div>
      {isTemporary(id) ? (
        <DraftNote {...props} />
      ) : (
        <div className={css.sub}>{parts.filter(Boolean).join(" · ")}</div>
      )}
    </div>
  );
}

/** The field that says how far a record has come. */
function stageField(entity: Entity): Field | undefined {
  return entity.fields.find((field) => {
    const count = field.options.choices?.length ?? 0;
    return (
      (field.type === "status" ||
        (field.type === "singleSelect" && /stage|status|state|jieduan|zhuangtai/i.test(field.key))) &&
      count > 2 &&
      count < 9
    );
  });
}

function Stages(props: CheckedProps) {
  const field = stageField(props.entity);
  return field === undefined ? null : <StageBar {...props} field={field} />;
}

function StageBar(props: CheckedProps & { readonly field: Field }) {
  const { entry, session, id, field } = props;
  const choices: readonly Choice[] = field.options.choices ?? [];
  const offered = useNextStates(field, entry.row.fields[field.key]);
  const at = choices.findIndex((choice) => choice.id === listOf(entry.row.fields[field.key])[0]?.id);
  return (
    <fieldset className={css.stages} aria-label={field.name}>
      {choices.map((choice, index) => (
        <button
          key={choice.id}
          type="button"
          data-past={index < at}
          aria-pressed={index === at}
          disabled={!mayWrite(props, field) || !offered.some(({ id: one }) => one === choice.id)}
          onClick={() => session.set(id, field.key, choice)}
        >
          {choice.name}
        </button>
      ))}
    </fieldset>
  );
}

type TabName = "details" | "history" | "comments";

const untouched: Fields = {};

/** The rules of the record as it stands, with what is being typed. */
function useChecked(props: RecordBodyProps): CheckedProps {
  const [typed, setTyped] = useState(untouched);
  const check = useCheck(props.entity, props.entry, typed);
  const ruled = hasRules(props.entity);
  return {
    ...props,
    check,
    onTyping: ruled
      ? (key, now) => setTyped(now === undefined ? untouched : { [key]: now.value })
      : undefined,
  };
}

/** Rules that are about no field of the page. */
function BrokenElsewhere({ entity, check }: CheckedProps) {
  const title = titleField(entity);
  const keys = new Set([title, ...shownFields(entity)].map((field) => field?.key ?? ""));
  return <Broken messages={brokenElsewhere(check, keys)} />;
}

/** A record's name, stage, and in tabs its fields, history and comments. */
export function RecordBody(given: RecordBodyProps) {
  const props = useChecked(given);
  const { session, entity, full } = props;
  const small = useMedia(phone);
  const id = session.idOf(props.id);
  const saved = !isTemporary(id);
  const [tab, setTab] = useState<TabName>("details");
  const comments = useComments(entity.id, id, saved);
  const details = (
    <>
      <BrokenElsewhere {...props} />
      <RecordFields {...props} may={(field) => mayWrite(props, field)} />
      <LinkedRecords entity={entity} entry={props.entry} />
    </>
  );
  const history = saved && <HistoryList {...props} id={id} may={(field) => mayWrite(props, field)} />;
  const talk = <Comments comments={comments} />;
  const composer = saved && entity.can.comment && <Composer onSend={comments.send} />;
  if (full && !small) {
    const side: TabName = tab === "details" ? "comments" : tab;
    return (
      <>
        <Title {...props} />
        <Stages {...props} />
        <HeldNote {...props} />
        <div className={css.columns}>
          <section>{details}</section>
          <section>
            <Tabs
              label={t("record.parts")}
              value={side}
              onChange={setTab}
              tabs={[
                { value: "comments", label: t("record.comments"), count: comments.list.length },
                { value: "history", label: t("record.history") },
              ]}
            />
            <div className={css.sideBody}>{side === "history" ? history : talk}</div>
            {composer}
          </section>
        </div>
      </>
    );
  }
  return (
    <>
      <Title {...props} />
      <Stages {...props} />
      <HeldNote {...props} />
      <Tabs
        className={css.tabs}
        label={t("record.parts")}
        value={tab}
        onChange={setTab}
        tabs={[
          { value: "details", label: t("record.details") },
          { value: "history", label: t("record.history") },
          { value: "comments", label: t("record.comments"), count: comments.list.length },
        ]}
      />
      <div className={css.body}>
        {tab === "details" && details}
        {tab === "history" && history}
        {tab === "comments" && talk}
      </div>
      {composer}
    </>
  );
}
