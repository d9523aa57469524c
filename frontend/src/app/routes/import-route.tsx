import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { withTypes } from "@/fields/registry";
import { PagePending } from "../fallbacks";

const loadImport = withTypes(() => import("@/features/import/import-page"));
const ImportPage = lazy(async () => ({ default: (await loadImport()).ImportPage }));
const loadImportNew = withTypes(() => import("@/features/import/import-new-page"));
const ImportNewPage = lazy(async () => ({ default: (await loadImportNew()).ImportNewPage }));
const loadTrash = withTypes(() => import("@/features/trash/trash-page"));
const TrashPage = lazy(async () => ({ default: (await loadTrash()).TrashPage }));

export function ImportRoute() {
  const { app, entity } = useParams({ from: "/shell/app/$app/table/$entity/import" });
  const place = useSearch({ from: "/shell/app/$app/table/$entity/import" });
  const navigate = useNavigate({ from: "/app/$app/table/$entity/import" });
  return (
    <Suspense fallback={<PagePending />}>
      <ImportPage
        key={entity}
        app={app}
        entity={entity}
        place={place}
        onPlace={(search) => void navigate({ search, replace: true })}
        onClose={() => void navigate({ to: "/app/$app/table/$entity", params: { app, entity } })}
        onHome={() => void navigate({ to: "/" })}
      />
    </Suspense>
  );
}

/** A file that becomes a table of its own. */
export function ImportNewRoute() {
  const { app } = useSearch({ from: "/shell/import" });
  const navigate = useNavigate();
  return (
    <Suspense fallback={<PagePending />}>
      <ImportNewPage
        app={app}
        onReady={(params, search) =>
          void navigate({ to: "/app/$app/table/$entity/import", params, search, replace: true })
        }
        onClose={() => void navigate(app ? { to: "/app/$app", params: { app } } : { to: "/" })}
      />
    </Suspense>
  );
}

export function TrashRoute() {
  const { entity } = useSearch({ from: "/shell/trash" });
  const navigate = useNavigate({ from: "/trash" });
  return (
    <Suspense fallback={<PagePending />}>
      <TrashPage
        entity={entity}
        onEntity={(id) => void navigate({ search: id ? { entity: id } : {}, replace: true })}
      />
    </Suspense>
  );
}
