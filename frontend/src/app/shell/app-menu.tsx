import { useNavigate, useParams } from "@tanstack/react-router";
import { Ellipsis, Pencil, Plus, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { App } from "@/api/types";
import { t } from "@/lib/i18n";
import { IconButton } from "@/ui/button";
import { Menu } from "@/ui/menu";

const EditApp = lazy(async () => ({ default: (await import("./app-dialogs")).EditApp }));
const DeleteApp = lazy(async () => ({ default: (await import("./app-dialogs")).DeleteApp }));
const NewEntity = lazy(async () => ({ default: (await import("./entity-dialogs")).NewEntity }));

export interface AppMenuProps {
  readonly app: App;
  readonly className?: string | undefined;
}

/** What a designer does with an app. */
export function AppMenu({ app, className }: AppMenuProps) {
  const [asking, setAsking] = useState<"edit" | "delete" | "table">();
  const { app: open } = useParams({ strict: false });
  const navigate = useNavigate();
  const close = () => setAsking(undefined);
  return (
    <>
      <Menu
        trigger={
          <IconButton size={24} label={t("shell.appMenu", { name: app.name })} className={className}>
            <Ellipsis size={15} />
          </IconButton>
        }
        groups={[
          {
            items: [
              { id: "table", label: t("shell.newTable"), icon: <Plus />, onSelect: () => setAsking("table") },
              { id: "edit", label: t("app.edit"), icon: <Pencil />, onSelect: () => setAsking("edit") },
            ],
          },
          {
            items: [
              {
                id: "delete",
                label: t("app.delete"),
                icon: <Trash2 />,
                danger: true,
                onSelect: () => setAsking("delete"),
              },
            ],
          },
        ]}
      />
      <Suspense>
        {asking === "edit" && <EditApp app={app} onClose={close} />}
        {asking === "table" && <NewEntity app={app} onClose={close} />}
        {asking === "delete" && (
          <DeleteApp app={app} onClose={close} onDone={() => open === app.id && void navigate({ to: "/" })} />
        )}
      </Suspense>
    </>
  );
}
