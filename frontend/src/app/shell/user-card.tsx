import { useNavigate } from "@tanstack/react-router";
import { LogOut, Monitor, Moon, Settings, Sun } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useLogout, useUpdateMe } from "@/api/account";
import { useMe } from "@/api/meta";
import type { Me } from "@/api/types";
import { type Locale, locale, locales, t } from "@/lib/i18n";
import { roleName } from "@/lib/i18n/role-name";
import { changeLocale } from "@/lib/i18n/use-locale";
import { onTheme, setTheme, storedTheme, type Theme, themes } from "@/lib/theme";
import { Avatar } from "@/ui/avatar";
import { Menu } from "@/ui/menu";
import css from "./sidebar.module.css";

const themeIcons = { light: <Sun />, dark: <Moon />, system: <Monitor /> };

function useChoices(me: Me | undefined) {
  const update = useUpdateMe();
  const theme = useSyncExternalStore(onTheme, storedTheme);
  function handleTheme(next: Theme): void {
    setTheme(next);
    update.mutate({ theme: next });
  }
  async function handleLocale(next: Locale): Promise<void> {
    await update.mutateAsync({ locale: next });
    await changeLocale(next, me?.user.timeZone);
  }
  return { theme, handleTheme, handleLocale };
}

export function UserCard({ folded }: { readonly folded: boolean }) {
  const { data: me } = useMe();
  const navigate = useNavigate();
  const logout = useLogout();
  const { theme, handleTheme, handleLocale } = useChoices(me);
  if (!me) {
    return <div className={css.user} />;
  }
  async function handleLogout(): Promise<void> {
    await logout(() => navigate({ to: "/login" }));
  }
  const roles = me.roles.map(roleName).join(" · ");
  const trigger = (
    <button type="button" className={css.user} title={me.user.name}>
      <Avatar id={me.user.id} name={me.user.name} size={26} />
      <span className={css.clip}>
        {me.user.name}
        <small className={css.clip}>{roles}</small>
      </span>
      <Settings size={15} aria-hidden="true" />
    </button>
  );
  return (
    <Menu
      trigger={trigger}
      label={t("shell.account")}
      side={folded ? "right" : "top"}
      width={220}
      head={
        <div className={css.head}>
          <span className={css.clip}>
            {me.user.name}
            <small className={css.clip}>{me.user.email}</small>
          </span>
        </div>
      }
      groups={[
        {
          items: [
            {
              id: "settings",
              label: t("shell.settings"),
              icon: <Settings />,
              onSelect: () => void navigate({ to: "/settings" }),
            },
          ],
        },
        {
          label: t("shell.theme"),
          items: themes.map((name) => ({
            id: name,
            label: t(`theme.${name}`),
            icon: themeIcons[name],
            checked: theme === name,
            onSelect: () => handleTheme(name),
          })),
        },
        {
          label: t("shell.language"),
          items: locales.map((name) => ({
            id: name,
            label: t(`locale.${name}`),
            checked: locale() === name,
            onSelect: () => void handleLocale(name),
          })),
        },
        {
          items: [
            {
              id: "logout",
              label: t("shell.signOut"),
              icon: <LogOut />,
              onSelect: () => void handleLogout(),
            },
          ],
        },
      ]}
    />
  );
}
