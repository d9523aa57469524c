import { useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown, Settings, UserPlus } from "lucide-react";
import { useSwitchTenant } from "@/api/account";
import { useMe } from "@/api/meta";
import { errorText } from "@/api/problem";
import { t } from "@/lib/i18n";
import { initial } from "@/ui/avatar";
import { Menu } from "@/ui/menu";
import { toast } from "@/ui/toast-store";
import css from "./sidebar.module.css";

export function TenantSwitcher({ folded }: { readonly folded: boolean }) {
  const { data: me } = useMe();
  const switchTenant = useSwitchTenant();
  const navigate = useNavigate();
  if (!me) {
    return <div className={css.tenant} />;
  }
  async function handleSwitch(id: string): Promise<void> {
    try {
      await switchTenant(id);
      window.location.assign("/");
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  }
  const trigger = (
    <button type="button" className={css.tenant} title={me.tenant.name}>
      <span className={css.logo}>{initial(me.tenant.name)}</span>
      <span className={css.clip}>{me.tenant.name}</span>
      <ChevronsUpDown size={14} aria-hidden="true" />
    </button>
  );
  const manage = [
    {
      id: "settings",
      label: t("shell.settings"),
      icon: <Settings />,
      onSelect: () => void navigate({ to: "/settings" }),
    },
    {
      id: "invite",
      label: t("shell.inviteMembers"),
      icon: <UserPlus />,
      onSelect: () => void navigate({ to: "/members" }),
    },
  ];
  return (
    <Menu
      trigger={trigger}
      label={t("shell.switchTenant")}
      side={folded ? "right" : "bottom"}
      width={220}
      groups={[
        {
          label: t("shell.tenants"),
          items: me.tenants.map((tenant) => ({
            id: tenant.id,
            label: tenant.name,
            checked: tenant.id === me.tenant.id,
            onSelect: () => tenant.id !== me.tenant.id && void handleSwitch(tenant.id),
          })),
        },
        { items: me.can.admin ? manage : manage.slice(0, 1) },
      ]}
    />
  );
}
