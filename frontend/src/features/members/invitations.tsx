import { Mail } from "lucide-react";
import { useInvitations, useRevokeInvitation } from "@/api/people";
import { errorText } from "@/api/problem";
import type { Invitation } from "@/api/types";
import { t } from "@/lib/i18n";
import { formatTime } from "@/lib/i18n/format";
import { roleName } from "@/lib/i18n/role-name";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast-store";
import css from "./members.module.css";

/** Invitations nobody has taken yet. */
export function Invitations() {
  const { data: invitations = [] } = useInvitations(true);
  const revoke = useRevokeInvitation();
  if (invitations.length === 0) {
    return null;
  }
  async function handleRevoke({ id, email }: Invitation): Promise<void> {
    try {
      await revoke.mutateAsync(id);
      toast({ kind: "good", text: t("members.revoked", { email }) });
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  }
  return (
    <section className={css.pending}>
      <h2>{t("members.pending")}</h2>
      <ul className={css.list}>
        {invitations.map((invitation) => (
          <li key={invitation.id} className={css.invitation}>
            <span className={css.mail}>
              <Mail size={16} aria-hidden="true" />
            </span>
            <span className={css.words}>
              <b>{invitation.email}</b>
              <small>
                {t("members.pendingText", {
                  by: invitation.by.name,
                  date: formatTime(invitation.expiresAt, { dateStyle: "medium" }),
                })}
              </small>
            </span>
            <span className={css.plain}>{invitation.roles.map(roleName).join("、")}</span>
            <Button kind="ghostDanger" onClick={() => void handleRevoke(invitation)}>
              {t("members.revoke")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
