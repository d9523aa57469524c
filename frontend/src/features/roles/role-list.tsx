import { Crown, Eye, Hammer, type LucideIcon, ShieldCheck, User, Users } from "lucide-react";
import type { Member, Role } from "@/api/types";
import { t } from "@/lib/i18n";
import { roleName } from "@/lib/i18n/role-name";
import css from "./roles.module.css";

const icons: Readonly<Record<string, LucideIcon>> = {
  owner: Crown,
  admin: ShieldCheck,
  builder: Hammer,
  member: Users,
  viewer: Eye,
};

export interface RoleListProps {
  readonly roles: readonly Role[];
  readonly members: readonly Member[];
  readonly shown: string;
  /** The shown role has changes that are not saved. */
  readonly changed: boolean;
  readonly onRole: (id: string) => void;
}

export function RoleList({ roles, members, shown, changed, onRole }: RoleListProps) {
  const groups = [
    { label: t("roles.custom"), roles: roles.filter(({ builtIn }) => !builtIn) },
    { label: t("roles.builtIn"), roles: roles.filter(({ builtIn }) => builtIn) },
  ];
  const count = (id: string) =>
    members.filter((member) => member.roles.some((role) => role.id === id)).length;
  return (
    <nav className={css.list} aria-label={t("roles.title")}>
      {groups.map((group) => (
        <div key={group.label} className={css.group}>
          <h2>{group.label}</h2>
          {group.roles.length === 0 && <p className={css.none}>{t("roles.none")}</p>}
          {group.roles.map((role) => {
            const Icon = icons[role.key ?? ""] ?? User;
            const unsaved = changed && role.id === shown;
            return (
              <button
                key={role.id}
                type="button"
                aria-current={role.id === shown ? "true" : undefined}
                onClick={() => onRole(role.id)}
              >
                <span className={css.roleIcon}>
                  <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
                </span>
                <span>
                  <b>{roleName(role)}</b>
                  <small>
                    {t("roles.people", { count: count(role.id) })}
                    {unsaved && ` · ${t("roles.unsaved")}`}
                  </small>
                </span>
              </button>
            );
          })}
        </div>
      ))}
      <p className={css.hint}>{t("roles.hint")}</p>
    </nav>
  );
}
