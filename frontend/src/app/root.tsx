import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { queryClient } from "@/api/query-client";
import { useLocale } from "@/lib/i18n/use-locale";
import { Toasts } from "@/ui/toast";
import { router } from "./router";

/** Everything; drawn anew when the language changes. */
export function Root() {
  const locale = useLocale();
  return (
    <QueryClientProvider client={queryClient} key={locale}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  );
}
