import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { type Job, type Preview, previewImport, type Reading } from "@/api/imports";
import { errorText } from "@/api/problem";
import type { Entity } from "@/api/types";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { SkeletonRows } from "@/ui/skeleton";
import { MappingStep } from "./mapping-step";

export interface ReadStepProps {
  readonly entity: Entity;
  readonly file: string;
  readonly name: string;
  readonly fresh: boolean;
  readonly onOther: () => void;
  readonly onStarted: (job: Job) => void;
}

interface Read {
  readonly preview: Preview;
  readonly reading: Reading;
}

/** Reads the beginning of the file; the last good reading stays while another is tried. */
export function ReadStep(props: ReadStepProps) {
  const { entity, file, name, fresh, onOther, onStarted } = props;
  const [reading, setReading] = useState<Reading>({});
  const [read, setRead] = useState<Read>();
  const { data, error, isFetching } = useQuery({
    queryKey: ["import-preview", entity.id, file, reading],
    queryFn: () => previewImport(entity.id, file, reading),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (data && data !== read?.preview) {
    setRead({ preview: data, reading });
  }
  if (!read && error) {
    return (
      <EmptyState title={t("error.pageTitle")} text={errorText(error)}>
        <Button kind="primary" size={34} icon={<RefreshCw />} onClick={onOther}>
          {t("import.otherFile")}
        </Button>
      </EmptyState>
    );
  }
  if (!read) {
    return <SkeletonRows rows={8} height={58} />;
  }
  return (
    <MappingStep
      entity={entity}
      name={name}
      fresh={fresh}
      preview={read.preview}
      reading={read.reading}
      busy={isFetching}
      error={error}
      onReading={setReading}
      onOther={onOther}
      onStarted={onStarted}
    />
  );
}
