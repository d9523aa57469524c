import { useQuery } from "@tanstack/react-query";
import { Navigate, useNavigate, useParams } from "@tanstack/react-router";
import { FileUp, Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { appsQuery } from "@/api/meta";
import type { App } from "@/api/types";
import { t } from "@/lib/i18n";
import { useTitle } from "@/lib/use-title";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { NotFound, PageError, PagePending } from "../fallbacks";

const NewEntity = lazy(async () => ({ default: (await import("../shell/entity-dialogs")).NewEntity }));

function NoTables({ app }: { readonly app: App }) {
  const [adding, setAdding] = useState(false);
  const navigate = useNavigate();
  useTitle(app.name);
  if (!app.can.design) {
    return <EmptyState ghost title={t("app.noTables")} text={t("app.noTablesReader")} />;
  }
  return (
    <main>
      <EmptyState ghost title={t("app.noTables")} text={t("app.noTablesText")}>
        <Button kind="primary" size={34} icon={<Plus />} onClick={() => setAdding(true)}>
          {t("shell.newTable")}
        </Button>
        <Button
          kind="line"
          size={34}
          icon={<FileUp />}
          onClick={() => void navigate({ to: "/import", search: { app: app.id } })}
        >
          {t("import.newTitle")}
        </Button>
      </EmptyState>
      {adding && (
        <Suspense>
          <NewEntity app={app} onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </main>
  );
}

/** An app opens on its first table. */
export function AppRoute() {
  const { app: id } = useParams({ from: "/shell/app/$app" });
  const { data: apps, error } = useQuery(appsQuery);
  if (error) {
    return <PageError error={error} />;
  }
  if (!apps) {
    return <PagePending />;
  }
  const app = apps.find((one) => one.id === id);
  if (!app) {
    return <NotFound />;
  }
  const first = [...(app.entities ?? [])].sort((a, b) => a.order - b.order)[0];
  if (!first) {
    return <NoTables app={app} />;
  }
  return <Navigate to="/app/$app/table/$entity" params={{ app: id, entity: first.id }} replace />;
}
