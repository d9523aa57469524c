import { useState } from "react";
import { useMembers, useUpdateMember } from "@/api/people";
import { errorText } from "@/api/problem";
import type { Leave, Member } from "@/api/types";
import { t } from "@/lib/i18n";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { toast } from "@/ui/toast-store";
import css from "./members.module.css";

const today = () => new Date().toLocaleDateString("sv-SE");

/** When a member is away, and who stands in. */
export function LeaveDialog({ member, onClose }: { readonly member: Member; readonly onClose: () => void }) {
  const { data: members = [] } = useMembers();
  const update = useUpdateMember();
  const now = member.leave ?? undefined;
  const [from, setFrom] = useState(now?.from ?? today());
  const [to, setTo] = useState(now?.to ?? today());
  const [standIn, setStandIn] = useState(now?.standIn ?? "");
  const [error, setError] = useState("");
  async function save(leave: Leave | null): Promise<void> {
    setError("");
    try {
      await update.mutateAsync({ id: member.id, leave });
      toast({ kind: "good", text: t("members.saved") });
      onClose();
    } catch (problem) {
      setError(errorText(problem));
    }
  }
  const others = members.filter((one) => one.id !== member.id && !one.suspended);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("members.leaveTitle", { name: member.name })}
      text={t("members.leaveText")}
      footer={
        <>
          {now && (
            <Button size={34} onClick={() => void save(null)}>
              {t("members.leaveEnd")}
            </Button>
          )}
          <Button kind="line" size={34} onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            kind="primary"
            size={34}
            busy={update.isPending}
            disabled={from === "" || to === "" || to < from}
            onClick={() => void save({ from, to, ...(standIn && { standIn }) })}
          >
            {t("common.save")}
          </Button>
        </>
      }
    >
      <div className={css.leave}>
        <Field label={t("members.leaveFrom")}>
          <Input type="date" value={from} onChange={setFrom} />
        </Field>
        <Field label={t("members.leaveTo")} error={to < from ? t("members.leaveOrder") : undefined}>
          <Input type="date" value={to} onChange={setTo} />
        </Field>
        <Field label={t("members.standIn")}>
          <Select
            value={standIn}
            options={[
              { value: "", label: t("members.noStandIn") },
              ...others.map(({ id, name }) => ({
                value: id,
                label: name,
                icon: <Avatar id={id} name={name} size={20} />,
              })),
            ]}
            onChange={setStandIn}
          />
        </Field>
        {error && (
          <p role="alert" className={css.bad}>
            {error}
          </p>
        )}
      </div>
    </Dialog>
  );
}
