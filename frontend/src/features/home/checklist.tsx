import { Link } from "@tanstack/react-router";
import { Check, X } from "lucide-react";
import { useInvitations, useMembers } from "@/api/people";
import { t } from "@/lib/i18n";
import { useStored } from "@/lib/use-stored";
import { IconButton } from "@/ui/button";
import css from "./home.module.css";

export interface ChecklistProps {
  readonly apps: number;
  readonly tenant: string;
}

/** The first steps of a workspace; ticks itself and goes when all are done. */
export function Checklist({ apps, tenant }: ChecklistProps) {
  const { data: members } = useMembers();
  const { data: invitations } = useInvitations(true);
  const [closed, setClosed] = useStored(`checklist.${tenant}`, "");
  if (closed || !members || !invitations) {
    return null;
  }
  const steps = [
    { id: "workspace", label: t("home.checkWorkspace"), done: true, to: "/settings" },
    { id: "app", label: t("home.checkApp"), done: apps > 0, to: "/templates" },
    {
      id: "invite",
      label: t("home.checkInvite"),
      done: members.length > 1 || invitations.length > 0,
      to: "/members",
    },
  ] as const;
  const done = steps.filter((step) => step.done).length;
  if (done === steps.length) {
    return null;
  }
  return (
    <section className={css.checklist}>
      <header>
        <h2>{t("home.checklist")}</h2>
        <span>{`${done} / ${steps.length}`}</span>
        <IconButton size={24} label={t("common.close")} onClick={() => setClosed("1")}>
          <X size={14} />
        </IconButton>
      </header>
      <progress value={done} max={steps.length} aria-label={t("home.checklist")} />
      <ul>
        {steps.map((step) => (
          <li key={step.id} data-done={step.done}>
            <span className={css.tick}>
              {step.done && <Check size={12} strokeWidth={3} aria-hidden="true" />}
            </span>
            {step.done ? step.label : <Link to={step.to}>{step.label}</Link>}
          </li>
        ))}
      </ul>
    </section>
  );
}
