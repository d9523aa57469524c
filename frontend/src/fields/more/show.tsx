/** How the rarer values look on pages. */
import { Building, Check, ChevronRight, MapPin, ShieldUser } from "lucide-react";
import { lazy, Suspense } from "react";
import type { Choice } from "@/api/types";
import { cx } from "@/lib/cx";
import { thumbOf } from "@/lib/thumb";
import { Pill } from "@/ui/pill";
import fieldsCss from "../fields.module.css";
import type { FileValue } from "../file/types";
import { typeOf } from "../registry";
import { Choices, Files, type ShowProps } from "../show";
import { listOf } from "../types";
import { groupName, type TreeValue } from "./choice";
import css from "./more.module.css";
import { placeOf } from "./place";
import { Secret } from "./secret-show";
import { plainMarkdown } from "./text";

const Markdown = lazy(async () => ({ default: (await import("./markdown")).Markdown }));

/** A text with its formats; words alone until the code for them has come. */
export function Rich({ value }: Pick<ShowProps, "value">) {
  const text = String(value ?? "");
  return (
    <Suspense fallback={<span className={fieldsCss.long}>{plainMarkdown(text)}</span>}>
      <Markdown text={text} />
    </Suspense>
  );
}

function Path({ value }: ShowProps) {
  const [node] = listOf<TreeValue>(value);
  const names = node?.path ?? (node ? [node.name] : []);
  return (
    <span className={css.path}>
      {names.map((name, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: names of a path keep their places
        <span key={index}>
          {index > 0 && <ChevronRight aria-hidden="true" />}
          {name}
        </span>
      ))}
    </span>
  );
}

function Groups({ field, value }: ShowProps) {
  const Icon = field.type === "role" ? ShieldUser : Building;
  return (
    <span className={fieldsCss.tags}>
      {listOf(value).map((one) => (
        <span key={one.id || one.name} className={fieldsCss.chip}>
          <Icon aria-hidden="true" />
          <span className={fieldsCss.clip}>{groupName(one)}</span>
        </span>
      ))}
    </span>
  );
}

function State(props: ShowProps) {
  const [state] = listOf<Choice & { readonly done?: boolean }>(props.value);
  return props.field.type === "status" && state?.done === true ? (
    <span className={css.state}>
      <Pill color={state.color}>{state.name}</Pill>
      <Check aria-hidden="true" />
    </span>
  ) : (
    <Choices {...props} />
  );
}

function Pictures(props: ShowProps) {
  const { field, value } = props;
  if (field.type !== "image" && field.type !== "signature") {
    return <Files {...props} />;
  }
  return (
    <span className={fieldsCss.tags}>
      {listOf<FileValue>(value).map((file) => (
        <img
          key={file.id}
          className={cx(css.thumb, field.type === "signature" && css.signature)}
          src={file.url && thumbOf(file.url, 320)}
          alt={file.name}
          loading="lazy"
        />
      ))}
    </span>
  );
}

function Located({ value }: ShowProps) {
  const at = placeOf(value);
  return at === undefined ? null : (
    <span className={css.place}>
      <MapPin aria-hidden="true" />
      {at.label && <span>{at.label}</span>}
      <small>{`${at.lat}, ${at.lng}`}</small>
    </span>
  );
}

function Data({ field, value }: ShowProps) {
  return <code className={css.data}>{typeOf(field).format(field, value)}</code>;
}

function Listed({ field, value }: ShowProps) {
  const type = typeOf(field);
  const items = Array.isArray(value) ? (value as unknown[]) : [value];
  return (
    <span className={fieldsCss.tags}>
      {items.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: values of a list have no name of their own
        <span key={index} className={fieldsCss.chip}>
          <span className={fieldsCss.clip}>{type.format(field, one)}</span>
        </span>
      ))}
    </span>
  );
}

export const moreShows = {
  rich: ({ value }: ShowProps) => <Rich value={value} />,
  tree: Path,
  group: Groups,
  choice: State,
  file: Pictures,
  place: Located,
  json: Data,
  secret: ({ value }: ShowProps) => <Secret value={value} />,
  list: Listed,
  button: () => null,
  layout: () => null,
} as const;
