import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams } from "@tanstack/react-router";
import { entitiesQuery } from "@/api/meta";
import { PageError, PagePending } from "../fallbacks";

/** An app opens on its first table. */
export function AppRoute() {
  const { app } = useParams({ from: "/shell/app/$app" });
  const { data, error } = useQuery(entitiesQuery(app));
  if (error) {
    return <PageError error={error} />;
  }
  const first = data?.[0];
  if (!first) {
    return <PagePending />;
  }
  return <Navigate to="/app/$app/table/$entity" params={{ app, entity: first.id }} replace />;
}
