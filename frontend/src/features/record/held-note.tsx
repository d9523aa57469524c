import { useEffect } from "react";
import { errorText } from "@/api/problem";
import type { RecordPanelProps } from "@/data/panel";
import { useSessionState } from "@/data/use-session";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import css from "./record.module.css";

/** Says what is not saved yet because the rules want another value with it. */
export function HeldNote({ session, entity, id }: RecordPanelProps) {
  // While the record is open here, such values wait.
  useEffect(() => session.held.fill(id), [session, id]);
  const { held } = useSessionState(session);
  if (held === undefined || session.idOf(held.id) !== session.idOf(id)) {
    return null;
  }
  const names = entity.fields.filter(({ key }) => key in held.fields).map(({ name }) => name);
  return (
    <div className={css.held} role="status">
      <p>{t("record.held", { names: names.join(", "), reason: errorText(held.error) })}</p>
      <Button onClick={() => session.held.letGo()}>{t("record.letGo")}</Button>
    </div>
  );
}
