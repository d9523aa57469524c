import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useMe } from "@/api/meta";
import { HomePage } from "@/features/home/home-page";
import { holdFile } from "@/lib/dropped-file";
import { t } from "@/lib/i18n";
import { DropVeil, useFileDrop } from "@/ui/file-drop";

const NewApp = lazy(async () => ({ default: (await import("../shell/app-dialogs")).NewApp }));

export function HomeRoute() {
  const [asking, setAsking] = useState(false);
  const { data: me } = useMe();
  const navigate = useNavigate();
  const design = me?.can.design ?? false;
  const over = useFileDrop((file) => {
    if (design) {
      holdFile(file);
      void navigate({ to: "/import" });
    }
  });
  return (
    <>
      <HomePage onNewApp={() => setAsking(true)} onImport={() => void navigate({ to: "/import" })} />
      {over && design && <DropVeil text={t("import.newTitle")} />}
      {asking && (
        <Suspense>
          <NewApp onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </>
  );
}
