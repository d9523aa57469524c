import { LockKeyhole } from "lucide-react";
import { dots, hasSecret } from "./secret";
import css from "./secret.module.css";

/** The dots behind a lock, or nothing. */
export function Secret({ value }: { readonly value: unknown }) {
  return hasSecret(value) ? (
    <span className={css.dots}>
      <LockKeyhole aria-hidden="true" />
      {dots}
    </span>
  ) : null;
}
