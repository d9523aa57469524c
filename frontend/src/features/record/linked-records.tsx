import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEntity } from "@/api/meta";
import type { Entity, Field } from "@/api/types";
import type { RecordEntry } from "@/data/record-cache";
import { type WireRecord, wire } from "@/data/wire";
import { titleField } from "@/fields/options";
import { typeOf } from "@/fields/registry";
import { FieldValue, isEmptyValue } from "@/fields/show";
import { listOf, type Named } from "@/fields/types";
import { t } from "@/lib/i18n";
import { IconTile } from "@/ui/icon-tile";
import css from "./record.module.css";

const most = 5;

interface CardProps {
  readonly target: Entity;
  readonly link: Named;
  readonly record: WireRecord | undefined;
}

/** The values that say most beside the name: money, a day, a person. */
function secondLine(target: Entity, record: WireRecord | undefined): string {
  const title = titleField(target);
  return target.fields
    .filter(
      (field) =>
        field !== title && ["currency", "date", "user", "phone", "text", "dateTime"].includes(field.type),
    )
    .map((field) => typeOf(field).format(field, record?.fields[field.key]))
    .filter(Boolean)
    .slice(0, 2)
    .join(" · ");
}

function Card({ target, link, record }: CardProps) {
  const stage = target.fields.find(
    (field) => field.type === "singleSelect" && !isEmptyValue(record?.fields[field.key]),
  );
  return (
    <Link
      className={css.cardRow}
      to="/app/$app/table/$entity"
      params={{ app: target.app, entity: target.id }}
      search={{ rec: link.id }}
    >
      <IconTile icon={target.icon} color={target.color} size={30} />
      <div>
        <strong>{link.name}</strong>
        <small>{secondLine(target, record)}</small>
      </div>
      {stage && <FieldValue field={stage} value={record?.fields[stage.key]} />}
    </Link>
  );
}

function LinkedBlock({ field, links }: { readonly field: Field; readonly links: readonly Named[] }) {
  const { data: target } = useEntity(field.options.entity ?? "");
  const shown = links.slice(0, most);
  const records = useQueries({
    queries: shown.map(({ id }) => ({
      queryKey: ["records", "one", id],
      queryFn: () => wire.get(field.options.entity ?? "", id),
      staleTime: 15_000,
    })),
  });
  if (target === undefined) {
    return null;
  }
  return (
    <section className={css.linked}>
      <h3>
        {field.name}
        <small>{t("record.linkedCount", { count: links.length })}</small>
      </h3>
      {shown.map((link, index) => (
        <Card key={link.id} target={target} link={link} record={records[index]?.data} />
      ))}
    </section>
  );
}

/** The records that this one is linked with, as cards. */
export function LinkedRecords({ entity, entry }: { readonly entity: Entity; readonly entry: RecordEntry }) {
  const blocks = entity.fields
    .filter((field) => field.type === "link")
    .map((field) => ({ field, links: listOf(entry.row.fields[field.key]).filter((one) => one.id !== "") }))
    .filter(({ links }) => links.length > 0);
  return (
    <>
      {blocks.map(({ field, links }) => (
        <LinkedBlock key={field.id} field={field} links={links} />
      ))}
    </>
  );
}
