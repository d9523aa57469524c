import { lazy, Suspense, useState } from "react";
import { HomePage } from "@/features/home/home-page";

const NewApp = lazy(async () => ({ default: (await import("../shell/app-dialogs")).NewApp }));

export function HomeRoute() {
  const [asking, setAsking] = useState<"blank" | "import">();
  return (
    <>
      <HomePage onNewApp={() => setAsking("blank")} onImport={() => setAsking("import")} />
      {asking && (
        <Suspense>
          <NewApp withImport={asking === "import"} onClose={() => setAsking(undefined)} />
        </Suspense>
      )}
    </>
  );
}
