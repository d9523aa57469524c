import css from "./record.module.css";

/** Rules that do not hold, said before anything is saved. */
export function Broken({ messages }: { readonly messages: readonly string[] }) {
  return messages.map((message) => (
    <p key={message} role="alert" className={css.broken}>
      {message}
    </p>
  ));
}
