import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useMe } from "@/api/meta";
import { withTypes } from "@/fields/registry";
import { withTexts } from "@/lib/i18n";
import { useRecent } from "@/lib/recent";
import { PagePending } from "../fallbacks";

const TablePage = lazy(async () => ({ default: (await import("@/features/table/table-page")).TablePage }));
const loadRecordPanel = withTypes(withTexts(() => import("@/features/record/record-panel"), "record"));
const RecordPanel = lazy(async () => ({
  default: (await loadRecordPanel()).RecordPanel,
}));

/** Remembers the visit for the home page. */
function useVisit(app: string, entity: string, rec: string | undefined): void {
  const { data: me } = useMe();
  const { visit } = useRecent(me?.tenant.id ?? "");
  const known = Boolean(me);
  // What was visited is kept on the device, outside React.
  // biome-ignore lint/correctness/useExhaustiveDependencies: one visit per table or record, not per drawing
  useEffect(() => {
    if (known) {
      visit({ app, entity, at: Date.now(), ...(rec && { rec }) });
    }
  }, [app, entity, rec, known]);
}

/** The table of an entity; the URL holds the view and the open record. */
export function TableRoute() {
  const { app, entity } = useParams({ from: "/shell/app/$app/table/$entity" });
  const { view, rec } = useSearch({ from: "/shell/app/$app/table/$entity" });
  const navigate = useNavigate({ from: "/app/$app/table/$entity" });
  useVisit(app, entity, rec);
  return (
    <Suspense fallback={<PagePending />}>
      <TablePage
        key={entity}
        app={app}
        entity={entity}
        view={view}
        record={rec}
        panel={RecordPanel}
        onView={(id) => void navigate({ search: (old) => ({ ...old, view: id }) })}
        onRecord={(id) =>
          void navigate({
            search: ({ rec: _closed, ...old }) => (id ? { ...old, rec: id } : old),
            replace: Boolean(rec && id),
          })
        }
        onImport={() => void navigate({ to: "/app/$app/table/$entity/import", params: { app, entity } })}
      />
    </Suspense>
  );
}
