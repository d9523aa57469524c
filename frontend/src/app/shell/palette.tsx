import { useNavigate } from "@tanstack/react-router";
import { House, LayoutTemplate, Network, Settings, ShieldCheck, Trash2, Users } from "lucide-react";
import type { ReactNode } from "react";
import { useApps, useMe } from "@/api/meta";
import { t } from "@/lib/i18n";
import { Dialog } from "@/ui/dialog";
import { IconTile, NamedIcon } from "@/ui/icon-tile";
import { Listbox, type Option } from "@/ui/listbox";
import { mayWrite } from "./may-write";
import css from "./palette.module.css";

interface Target extends Option {
  readonly go: () => void;
}

function useTargets(): readonly Target[] {
  const navigate = useNavigate();
  const { data: apps = [] } = useApps();
  const { data: me } = useMe();
  const page = (
    to: "/" | "/templates" | "/trash" | "/members" | "/departments" | "/roles" | "/settings",
    label: string,
    icon: ReactNode,
  ): Target => ({
    value: to,
    label,
    icon,
    hint: t("palette.pages"),
    go: () => void navigate({ to }),
  });
  const tables = apps.flatMap((app) =>
    (app.entities ?? []).map((entity) => ({
      value: entity.id,
      label: entity.name,
      search: app.name,
      icon: <NamedIcon icon={entity.icon} />,
      hint: app.name,
      go: () => void navigate({ to: "/app/$app/table/$entity", params: { app: app.id, entity: entity.id } }),
    })),
  );
  const admin = me?.can.admin
    ? [
        page("/departments", t("shell.departments"), <Network />),
        page("/roles", t("shell.roles"), <ShieldCheck />),
      ]
    : [];
  return [
    ...tables,
    ...apps.map((app) => ({
      value: app.id,
      label: app.name,
      icon: <IconTile icon={app.icon ?? "layers"} color={app.color} size={20} />,
      hint: t("palette.apps"),
      go: () => void navigate({ to: "/app/$app", params: { app: app.id } }),
    })),
    page("/", t("shell.home"), <House />),
    ...(me?.can.design ? [page("/templates", t("shell.templates"), <LayoutTemplate />)] : []),
    ...(mayWrite(me) ? [page("/trash", t("trash.title"), <Trash2 />)] : []),
    page("/members", t("shell.members"), <Users />),
    ...admin,
    page("/settings", t("shell.settings"), <Settings />),
  ];
}

/** Jumps to a table, an app or a page by its name. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const targets = useTargets();
  function handlePick(value: string): void {
    onClose();
    targets.find((target) => target.value === value)?.go();
  }
  return (
    <Dialog open onClose={onClose} title={t("palette.label")} bare width={560} className={css.palette}>
      <Listbox
        search
        label={t("palette.label")}
        placeholder={t("palette.placeholder")}
        options={targets}
        selected={[]}
        onPick={handlePick}
      />
      <p className={css.hint}>{t("palette.hint")}</p>
    </Dialog>
  );
}
