import { type CSSProperties, useEffect, useLayoutEffect, useReducer, useRef, useState } from "react";
import type { Entity, Field } from "@/api/types";
import { titleField } from "@/fields/options";
import { typeOf } from "@/fields/registry";
import { FieldValue, isEmptyValue } from "@/fields/show";
import { listOf } from "@/fields/types";
import type { GridGroup, GridRow } from "@/grid/types";
import { t } from "@/lib/i18n";
import { Pill } from "@/ui/pill";
import { Skeleton } from "@/ui/skeleton";
import type { Table } from "../use-table";
import css from "./phone.module.css";

const cardStep = 120;
const groupStep = 44;

type Line =
  | { readonly kind: "card"; readonly index: number; readonly top: number }
  | { readonly kind: "group"; readonly group: GridGroup; readonly top: number };

/** Where everything stands: groups with their cards below, or cards alone. */
function linesBetween(groups: readonly GridGroup[] | undefined, count: number, from: number, to: number) {
  const lines: Line[] = [];
  let top = 0;
  let first = 0;
  for (const group of groups ?? [{ count, key: "", collapsed: false } as GridGroup]) {
    if (groups !== undefined) {
      if (top + groupStep > from && top < to) {
        lines.push({ kind: "group", group, top });
      }
      top += groupStep;
    }
    const start = Math.max(0, Math.floor((from - top) / cardStep));
    const end = Math.min(group.count, Math.ceil((to - top) / cardStep));
    for (let i = start; i < end; i++) {
      lines.push({ kind: "card", index: first + i, top: top + i * cardStep });
    }
    top += group.count * cardStep;
    first += group.count;
  }
  return { lines, height: top };
}

/** The fields that say most in little room. */
function cardFields(entity: Entity, visible: readonly Field[]) {
  const title = titleField(entity);
  const rest = visible.filter((field) => field !== title);
  const of = (...types: string[]) => rest.find((field) => types.includes(field.type));
  const money = of("currency", "decimal", "number");
  const share = of("percent", "rating");
  const person = of("user");
  const tag = of("singleSelect", "multiSelect");
  const day = of("date", "dateTime");
  const plain = rest.filter((field) => ["text", "phone", "email", "link", "autoNumber"].includes(field.type));
  return { title, top: [money ?? plain[0], share], bottom: [person ?? plain[1], tag, day] };
}

function Cells({ fields, row }: { readonly fields: readonly (Field | undefined)[]; readonly row: GridRow }) {
  return (
    <span className={css.cells}>
      {fields.map((field) =>
        field === undefined || isEmptyValue(row.fields[field.key]) ? null : (
          <span key={field.id}>
            <FieldValue field={field} value={first(field, row.fields[field.key])} />
          </span>
        ),
      )}
    </span>
  );
}

/** One of several is enough on a card. */
function first(field: Field, value: unknown): unknown {
  return ["multiSelect", "user", "link"].includes(field.type) ? listOf(value).slice(0, 1) : value;
}

interface CardProps {
  readonly entity: Entity;
  readonly row: GridRow | undefined;
  readonly shape: ReturnType<typeof cardFields>;
  readonly style: CSSProperties;
  readonly onOpen: (id: string) => void;
}

function Card({ entity, row, shape, style, onOpen }: CardProps) {
  if (row === undefined) {
    return (
      <div className={css.card} style={style}>
        <Skeleton width="60%" height={16} />
        <Skeleton width="40%" />
      </div>
    );
  }
  const { title } = shape;
  const name = title ? typeOf(title).format(title, row.fields[title.key]) : "";
  return (
    <button type="button" className={css.card} style={style} onClick={() => onOpen(row.id)}>
      <strong>{name || t("table.untitled", { name: entity.recordName || entity.name })}</strong>
      <Cells fields={shape.top} row={row} />
      <Cells fields={shape.bottom} row={row} />
    </button>
  );
}

function GroupHead({ group, top }: { readonly group: GridGroup; readonly top: number }) {
  const [figure] = Object.values(group.summaries ?? {});
  return (
    <div className={css.group} style={{ transform: `translateY(${top}px)` }}>
      {group.label.kind === "pill" ? (
        <Pill color={group.label.color}>{group.label.text}</Pill>
      ) : (
        <span>{group.label.text}</span>
      )}
      <span>{t("grid.groupCount", { count: group.count })}</span>
      <span>{figure?.value ?? ""}</span>
    </div>
  );
}

/** The records as cards; only those near the screen are drawn. */
export function CardList({
  table,
  onRecord,
}: {
  readonly table: Table;
  readonly onRecord: (id: string) => void;
}) {
  const { rows } = table.session;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ from: 0, to: 1200 });
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  // The rows change outside React.
  useEffect(() => rows.subscribe(redraw), [rows]);

  function measure(): void {
    const element = box.current;
    if (element) {
      setView({ from: element.scrollTop - 400, to: element.scrollTop + element.clientHeight + 600 });
    }
  }
  // The first look at the size of the screen.
  useLayoutEffect(measure, []);

  const { lines, height } = linesBetween(rows.groups, rows.count, view.from, view.to);
  const cards = lines.flatMap((line) => (line.kind === "card" ? [line.index] : []));
  const from = cards[0] ?? 0;
  const to = (cards.at(-1) ?? -1) + 1;
  // Asks for what is in sight.
  useEffect(() => rows.want(from, to), [rows, from, to]);

  const visible = table.shown.filter((one) => !one.hidden).map((one) => one.field);
  const shape = cardFields(table.entity, visible);
  return (
    <div ref={box} className={css.list} onScroll={measure}>
      <div className={css.inner} style={{ blockSize: height }}>
        {lines.map((line) =>
          line.kind === "group" ? (
            <GroupHead key={`g${line.group.key}`} group={line.group} top={line.top} />
          ) : (
            <Card
              key={line.index}
              entity={table.entity}
              row={rows.row(line.index)}
              shape={shape}
              style={{ transform: `translateY(${line.top}px)` }}
              onOpen={onRecord}
            />
          ),
        )}
      </div>
    </div>
  );
}
