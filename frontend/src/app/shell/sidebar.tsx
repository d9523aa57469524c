import { Link } from "@tanstack/react-router";
import {
  House,
  LayoutTemplate,
  type LucideIcon,
  Network,
  PanelLeftClose,
  PanelLeftOpen,
  Search,
  ShieldCheck,
  Trash2,
  Users,
} from "lucide-react";
import { useMe } from "@/api/meta";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { IconButton } from "@/ui/button";
import { Kbd } from "@/ui/kbd";
import { AppList } from "./app-list";
import { mayWrite } from "./may-write";
import css from "./sidebar.module.css";
import { TenantSwitcher } from "./tenant-switcher";
import { UserCard } from "./user-card";

export interface SidebarProps {
  readonly folded: boolean;
  readonly onFold?: () => void;
  readonly onSearch: () => void;
}

interface NavProps {
  readonly to: "/" | "/templates" | "/trash" | "/members" | "/departments" | "/roles";
  readonly icon: LucideIcon;
  readonly label: string;
  readonly exact?: boolean;
}

function Nav({ to, icon: Icon, label, exact = false }: NavProps) {
  return (
    <Link to={to} className={css.nav} activeOptions={{ exact, includeSearch: false }} title={label}>
      <Icon size={16} strokeWidth={1.75} aria-hidden="true" />
      <span>{label}</span>
    </Link>
  );
}

export function Sidebar({ folded, onFold, onSearch }: SidebarProps) {
  const { data: me } = useMe();
  return (
    <nav className={cx(css.sidebar, folded && css.folded)} aria-label={t("shell.navigation")}>
      <TenantSwitcher folded={folded} />
      <button
        type="button"
        className={css.search}
        onClick={onSearch}
        title={t("shell.search")}
        aria-label={t("shell.search")}
      >
        <Search size={15} aria-hidden="true" />
        <span>{t("shell.search")}</span>
        <Kbd>{"Ctrl K"}</Kbd>
      </button>
      <Nav to="/" icon={House} label={t("shell.home")} exact />
      <AppList folded={folded} />
      <div className={css.rest}>
        {me?.can.design && <Nav to="/templates" icon={LayoutTemplate} label={t("shell.templates")} />}
        {mayWrite(me) && <Nav to="/trash" icon={Trash2} label={t("trash.title")} />}
        <Nav to="/members" icon={Users} label={t("shell.members")} />
        {me?.can.admin && (
          <>
            <Nav to="/departments" icon={Network} label={t("shell.departments")} />
            <Nav to="/roles" icon={ShieldCheck} label={t("shell.roles")} />
          </>
        )}
      </div>
      <div className={css.bottom}>
        {onFold && (
          <IconButton
            className={css.fold}
            label={folded ? t("shell.expand") : t("shell.collapse")}
            onClick={onFold}
          >
            {folded ? <PanelLeftOpen size={16} /> : <PanelLeftClose size={16} />}
          </IconButton>
        )}
        <UserCard folded={folded} />
      </div>
    </nav>
  );
}
