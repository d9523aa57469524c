import css from "./avatar.module.css";
import { colorFor } from "./palette";

export interface AvatarProps {
  readonly id: string;
  readonly name: string;
  readonly size?: number;
}

/** The one letter that stands for a name. */
export function initial(name: string): string {
  return [...name.trim()][0]?.toUpperCase() ?? "?";
}

/** A person; the colour comes from the id. The name must stand beside it or be said otherwise. */
export function Avatar({ id, name, size = 22 }: AvatarProps) {
  return (
    <span
      className={css.avatar}
      aria-hidden="true"
      title={name}
      style={{
        inlineSize: size,
        blockSize: size,
        fontSize: Math.max(10, Math.round(size * 0.46)),
        background: `color-mix(in srgb, var(--opt-${colorFor(id)}) 88%, #000)`,
      }}
    >
      {initial(name)}
    </span>
  );
}

export interface AvatarStackProps {
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly max?: number;
  readonly size?: number;
}

export function AvatarStack({ people, max = 4, size = 22 }: AvatarStackProps) {
  return (
    <span className={css.stack}>
      {people.slice(0, max).map((person) => (
        <Avatar key={person.id} {...person} size={size} />
      ))}
      {people.length > max && <span className={css.rest}>{`+${people.length - max}`}</span>}
    </span>
  );
}
