import { ChevronRight, EyeOff, Lock, VenetianMask } from "lucide-react";
import { lazy, Suspense } from "react";
import type { Act, EntityInfo, FieldRight, Grant, Role } from "@/api/types";
import { t } from "@/lib/i18n";
import { NamedIcon } from "@/ui/icon-tile";
import { Pill } from "@/ui/pill";
import { SkeletonRows } from "@/ui/skeleton";
import { toast } from "@/ui/toast-store";
import { Checkbox } from "@/ui/toggles";
import { acts, countChanges, countRights, scopeName, usualRight, withAct } from "./grants";
import css from "./roles.module.css";

const GrantDetail = lazy(async () => ({ default: (await import("./grant-detail")).GrantDetail }));

export interface GrantRowProps {
  readonly entity: EntityInfo;
  readonly before: Grant;
  readonly grant: Grant;
  readonly open: boolean;
  readonly others: readonly Role[];
  readonly onOpen: () => void;
  readonly onGrant: (grant: Grant) => void;
}

const looks = {
  hidden: { color: "gray", icon: <EyeOff /> },
  masked: { color: "amber", icon: <VenetianMask /> },
  read: { color: "blue", icon: <Lock /> },
  write: { color: "green", icon: null },
} as const;

function FieldSummary({ grant }: { readonly grant: Grant }) {
  if (!grant.read) {
    return <span className={css.quiet}>{t("roles.noAccess")}</span>;
  }
  const counts = Object.entries(countRights(grant)) as [FieldRight, number][];
  if (counts.length === 0) {
    return (
      <span className={css.quiet}>
        {usualRight(grant) === "write" ? t("roles.allWrite") : t("roles.allRead")}
      </span>
    );
  }
  return counts.map(([right, count]) => (
    <Pill key={right} small color={looks[right].color} icon={looks[right].icon}>
      {t("roles.some", { count, right: t(`roles.right.${right}`) })}
    </Pill>
  ));
}

export function GrantRow({ entity, before, grant, open, others, onOpen, onGrant }: GrantRowProps) {
  const changed = countChanges({ [entity.id]: before }, { [entity.id]: grant }) > 0;
  function handleAct(act: Act, on: boolean): void {
    const lost = act === "read" && !on && acts.some((one) => one !== "read" && grant[one]);
    onGrant(withAct(grant, act, on));
    if (lost) {
      toast({
        text: t("roles.clearedActs"),
        action: { label: t("common.undo"), onAct: () => onGrant(grant) },
      });
    }
  }
  return (
    <>
      <div className={css.row} data-open={open}>
        <button
          type="button"
          className={css.entity}
          aria-expanded={open}
          aria-label={t("roles.toggle", { name: entity.name })}
          onClick={onOpen}
        >
          <ChevronRight size={14} className={css.chevron} aria-hidden="true" />
          <NamedIcon icon={entity.icon} />
          <span>{entity.name}</span>
          {changed && <i className={css.changed} title={t("roles.unsaved")} />}
        </button>
        {acts.map((act) => (
          <span key={act} className={css.act}>
            <Checkbox
              checked={Boolean(grant[act])}
              aria-label={`${entity.name}: ${t(`roles.act.${act}`)}`}
              onChange={(on) => handleAct(act, on)}
            />
            <small aria-hidden="true">{t(`roles.act.${act}`)}</small>
          </span>
        ))}
        <span className={css.scope}>{grant.read && t(`roles.scope.${scopeName(grant.scope)}`)}</span>
        <span className={css.summary}>
          <FieldSummary grant={grant} />
        </span>
      </div>
      {open && (
        <Suspense fallback={<SkeletonRows rows={4} />}>
          <GrantDetail entity={entity} before={before} grant={grant} others={others} onGrant={onGrant} />
        </Suspense>
      )}
    </>
  );
}
