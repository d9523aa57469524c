/** Settings of fields whose values are worked out. */
import { Plus, X } from "lucide-react";
import { useEntity } from "@/api/meta";
import type { Field, SortKey } from "@/api/types";
import { fieldOptions } from "@/fields/field-icon";
import { isComputed, typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { Select } from "@/ui/select";
import css from "../field.module.css";
import { FormulaBox } from "../formula-box";
import { ProblemLine } from "../problem";
import { OnlySome } from "./link-filter";
import { NumberRow, PickRow, type SettingProps, SwitchRow } from "./parts";
import { Scale } from "./simple";

export function Formula(props: SettingProps) {
  const { draft, entity, set } = props;
  return (
    <>
      <FormulaBox
        label={t("fieldType.formula")}
        value={String(draft.options.formula ?? "")}
        large
        fields={entity.fields.filter(({ name }) => name !== draft.name)}
        entity={entity.id}
        at={["options.formula"]}
        onChange={(source) => set("formula", source)}
      />
      {["number", "decimal", undefined].includes(draft.options.result as string | undefined) && (
        <Scale {...props} />
      )}
    </>
  );
}

const isLink = (field: Field) => field.type === "link" || field.type === "subTable";

function LinkRow({ draft, entity, onDraft }: SettingProps) {
  const links = entity.fields.filter(isLink);
  return (
    <>
      <PickRow
        label={t("fset.through")}
        value={typeof draft.options.link === "string" ? draft.options.link : undefined}
        options={fieldOptions(links)}
        {...(links.length === 0 && { placeholder: t("fset.noLinks"), disabled: true })}
        onChange={(link) =>
          onDraft({
            ...draft,
            options: { ...draft.options, link, field: undefined, filter: undefined, sort: undefined },
          })
        }
      />
      <ProblemLine at={["options.link"]} />
    </>
  );
}

/** The table at the other end of the chosen link. */
function useLinked({ draft, entity }: SettingProps) {
  const link = entity.fields.find(({ id }) => id === draft.options.link);
  const { data } = useEntity(link?.options.entity ?? entity.id);
  return { link, target: link === undefined ? undefined : data };
}

const plain = (field: Field) => !["layout", "button", "secret"].includes(typeOf(field).family);

function TargetField(props: SettingProps) {
  const { draft, set } = props;
  const { target } = useLinked(props);
  return target === undefined ? null : (
    <>
      <PickRow
        label={t("fset.field")}
        value={typeof draft.options.field === "string" ? draft.options.field : undefined}
        options={fieldOptions(target.fields.filter(plain))}
        onChange={(field) => set("field", field)}
      />
      <ProblemLine at={["options.field"]} />
    </>
  );
}

function Conditions(props: SettingProps) {
  const { target } = useLinked(props);
  return target === undefined ? null : (
    <OnlySome {...props} target={target} label={t("fset.onlySome")} hint={t("fset.onlySomeHint")} />
  );
}

function Order(props: SettingProps) {
  const { draft, set } = props;
  const { link, target } = useLinked(props);
  if (target === undefined || link?.options.many === false) {
    return null;
  }
  const sort = (draft.options.sort ?? []) as readonly SortKey[];
  const fields = target.fields.filter((field) => typeOf(field).sortable === true);
  const change = (index: number, next: Partial<SortKey>) =>
    set(
      "sort",
      sort.map((key, i) => (i === index ? { ...key, ...next } : key)),
    );
  const rest = fields.find(({ id }) => !sort.some((key) => key.field === id));
  return (
    <>
      {sort.map((key, index) => (
        <div key={key.field} className={css.line}>
          <Select
            size={30}
            label={t("table.sort")}
            value={key.field}
            options={fieldOptions(fields)}
            onChange={(field) => change(index, { field })}
          />
          <Select
            size={30}
            search={false}
            label={t("table.direction")}
            value={key.dir}
            options={(["asc", "desc"] as const).map((dir) => ({ value: dir, label: t(`table.${dir}`) }))}
            onChange={(dir) => change(index, { dir: dir === "desc" ? "desc" : "asc" })}
          />
          <IconButton
            size={24}
            label={t("table.removeSort")}
            onClick={() => set("sort", sort.length === 1 ? undefined : sort.filter((_, i) => i !== index))}
          >
            <X size={14} />
          </IconButton>
        </div>
      ))}
      {rest && sort.length < 3 && (
        <div>
          <Button icon={<Plus />} onClick={() => set("sort", [...sort, { field: rest.id, dir: "asc" }])}>
            {t("table.addSort")}
          </Button>
        </div>
      )}
      <NumberRow
        label={t("fset.limit")}
        value={draft.options.limit}
        placeholder={t("fset.noBound")}
        onChange={(n) => set("limit", n)}
      />
    </>
  );
}

function Open({ draft, set }: SettingProps) {
  return (
    <SwitchRow
      label={t("fset.open")}
      hint={t("fset.openHint")}
      checked={draft.options.open === true}
      onChange={(on) => set("open", on || undefined)}
    />
  );
}

export function Lookup(props: SettingProps) {
  return (
    <>
      <LinkRow {...props} />
      <TargetField {...props} />
      <Conditions {...props} />
      <Order {...props} />
      <Open {...props} />
    </>
  );
}

const numeric: ReadonlySet<string> = new Set(["number", "rating"]);

/** The operations that a field's values allow. */
function opsFor(field: Field | undefined): readonly string[] {
  if (field === undefined) {
    return ["sum"];
  }
  const { family } = typeOf(field);
  if (numeric.has(family)) {
    return ["sum", "avg", "min", "max", "count", "countDistinct", "concat"];
  }
  if (family === "date") {
    return ["min", "max", "count", "countDistinct", "concat"];
  }
  return family === "check" ? ["and", "or", "count"] : ["concat", "count", "countDistinct"];
}

export function Rollup(props: SettingProps) {
  const { draft, set, onDraft } = props;
  const { target } = useLinked(props);
  const field = target?.fields.find(({ id }) => id === draft.options.field);
  const ops = opsFor(field);
  const now = String(draft.options.op ?? "sum");
  function handleDraft(next: typeof draft): void {
    const chosen = target?.fields.find(({ id }) => id === next.options.field);
    const able = opsFor(chosen);
    const op = able.includes(String(next.options.op)) ? next.options.op : able[0];
    onDraft({ ...next, options: { ...next.options, op } });
  }
  const own: SettingProps = {
    ...props,
    onDraft: handleDraft,
    set: (name, value) => handleDraft({ ...draft, options: { ...draft.options, [name]: value } }),
  };
  return (
    <>
      <LinkRow {...own} />
      <TargetField {...own} />
      {field && (
        <PickRow
          label={t("fset.op")}
          value={now}
          options={ops.map((op) => ({ value: op, label: t(`fset.op.${op}` as "fset.op.sum") }))}
          onChange={(op) => set("op", op)}
        />
      )}
      <Conditions {...props} />
      <Open {...props} />
    </>
  );
}

export function Count(props: SettingProps) {
  return (
    <>
      <LinkRow {...props} />
      <Conditions {...props} />
    </>
  );
}

/** Fields that a person writes, for rules that name some. */
export const written = (fields: readonly Field[]) =>
  fields.filter((field) => plain(field) && !isComputed(field));
