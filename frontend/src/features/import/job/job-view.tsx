import { useEffect } from "react";
import { isWorking, useImport } from "@/api/imports";
import { keys } from "@/api/meta";
import { errorText } from "@/api/problem";
import { queryClient } from "@/api/query-client";
import type { Entity } from "@/api/types";
import { t } from "@/lib/i18n";
import { EmptyState } from "@/ui/empty-state";
import { SkeletonRows } from "@/ui/skeleton";
import { Result } from "./result";
import { Running } from "./running";

export interface JobViewProps {
  readonly id: string;
  readonly entity: Entity;
  readonly onFinished: (finished: boolean) => void;
  /** Opens the table. */
  readonly onOpen: () => void;
  readonly onAgain: () => void;
}

/** A started import: how far it is, then what came of it. */
export function JobView({ id, entity, onFinished, onOpen, onAgain }: JobViewProps) {
  const { data: job, error, dataUpdatedAt } = useImport(id);
  const finished = job !== undefined && !isWorking(job.state);
  // The steps at the head of the page are drawn by the page.
  useEffect(() => {
    onFinished(finished);
    return () => onFinished(false);
  }, [finished, onFinished]);
  // The import may have made fields and choices: what is known of the table is out of date.
  useEffect(() => {
    if (finished) {
      void queryClient.invalidateQueries({ queryKey: keys.entity(entity.id) });
      void queryClient.invalidateQueries({ queryKey: ["trash"] });
    }
  }, [finished, entity.id]);
  if (!job) {
    return error ? (
      <EmptyState title={t("import.missingJob")} text={`${errorText(error)} ${t("import.missingJobText")}`} />
    ) : (
      <SkeletonRows rows={4} />
    );
  }
  if (finished) {
    return <Result job={job} entity={entity} onOpen={onOpen} onAgain={onAgain} />;
  }
  return <Running job={job} at={dataUpdatedAt} table={entity.name} onLeave={onOpen} />;
}
