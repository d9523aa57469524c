import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { whenSignedOut } from "@/api/client";
import { meQuery } from "@/api/meta";
import { queryClient } from "@/api/query-client";
import { t, withTexts } from "@/lib/i18n";
import type { ImportPlace } from "@/lib/import-place";
import { toast } from "@/ui/toast-store";
import { applyUser } from "./apply-user";
import { NotFound, PageError, PagePending } from "./fallbacks";

const rootRoute = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: PageError,
});

const next = (search: Record<string, unknown>) =>
  typeof search.next === "string" && /^\/(?![/\\])/.test(search.next) ? { next: search.next } : {};

const signup = createRoute({
  getParentRoute: () => rootRoute,
  path: "/signup",
  component: lazyRouteComponent(
    withTexts(() => import("@/features/auth/signup-page"), "auth"),
    "SignupPage",
  ),
});
const login = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: next,
  component: lazyRouteComponent(
    withTexts(() => import("@/features/auth/login-page"), "auth"),
    "LoginPage",
  ),
});
const invite = createRoute({
  getParentRoute: () => rootRoute,
  path: "/invite/$code",
  component: lazyRouteComponent(
    withTexts(() => import("@/features/auth/invite-page"), "auth"),
    "InvitePage",
  ),
});

/** All that needs somebody signed in, inside the shell. */
const shell = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  beforeLoad: async ({ location }) => {
    try {
      const me = await queryClient.ensureQueryData(meQuery);
      await applyUser(me.user);
    } catch (error) {
      const { landing } = await import("./landing");
      throw redirect(await landing(error, location.href));
    }
  },
  component: lazyRouteComponent(() => import("./shell/shell"), "Shell"),
});
const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  component: lazyRouteComponent(
    withTexts(() => import("./routes/home-route"), "home"),
    "HomeRoute",
  ),
});
const templates = createRoute({
  getParentRoute: () => shell,
  path: "/templates",
  validateSearch: (search: Record<string, unknown>) => ({
    ...(typeof search.q === "string" && search.q ? { q: search.q } : {}),
    ...(typeof search.category === "string" ? { category: search.category } : {}),
  }),
  component: lazyRouteComponent(
    withTexts(() => import("./routes/gallery-routes"), "home"),
    "GalleryRoute",
  ),
});
const template = createRoute({
  getParentRoute: () => shell,
  path: "/templates/$key",
  component: lazyRouteComponent(
    withTexts(() => import("./routes/gallery-routes"), "home"),
    "TemplateRoute",
  ),
});
const app = createRoute({
  getParentRoute: () => shell,
  path: "/app/$app",
  component: lazyRouteComponent(() => import("./routes/app-route"), "AppRoute"),
});

const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);
const table = createRoute({
  getParentRoute: () => shell,
  path: "/app/$app/table/$entity",
  validateSearch: (search: Record<string, unknown>): { view?: string; rec?: string } => {
    const view = text(search.view);
    const rec = text(search.rec);
    return { ...(view && { view }), ...(rec && { rec }) };
  },
  component: lazyRouteComponent(() => import("./routes/table-route"), "TableRoute"),
});
const importPlace = (search: Record<string, unknown>): ImportPlace => {
  const [imp, file, name] = [text(search.imp), text(search.file), text(search.name)];
  return {
    ...(imp && { imp }),
    ...(file && { file }),
    ...(name && { name }),
    ...((search.fresh === "table" || search.fresh === "app") && { fresh: search.fresh }),
  };
};
const imports = createRoute({
  getParentRoute: () => shell,
  path: "/app/$app/table/$entity/import",
  validateSearch: importPlace,
  component: lazyRouteComponent(
    withTexts(() => import("./routes/import-route"), "import"),
    "ImportRoute",
  ),
});
const importNew = createRoute({
  getParentRoute: () => shell,
  path: "/import",
  validateSearch: (search: Record<string, unknown>): { app?: string } => {
    const into = text(search.app);
    return into ? { app: into } : {};
  },
  component: lazyRouteComponent(
    withTexts(() => import("./routes/import-route"), "import"),
    "ImportNewRoute",
  ),
});
const trash = createRoute({
  getParentRoute: () => shell,
  path: "/trash",
  validateSearch: (search: Record<string, unknown>): { entity?: string } => {
    const entity = text(search.entity);
    return entity ? { entity } : {};
  },
  component: lazyRouteComponent(
    withTexts(() => import("./routes/import-route"), "import"),
    "TrashRoute",
  ),
});
const members = createRoute({
  getParentRoute: () => shell,
  path: "/members",
  component: lazyRouteComponent(
    withTexts(() => import("@/features/members/members-page"), "people"),
    "MembersPage",
  ),
});
const departments = createRoute({
  getParentRoute: () => shell,
  path: "/departments",
  component: lazyRouteComponent(
    withTexts(() => import("./routes/admin-routes"), "people", "settings"),
    "DepartmentsRoute",
  ),
});
const roles = createRoute({
  getParentRoute: () => shell,
  path: "/roles",
  validateSearch: (search: Record<string, unknown>): { role?: string } => {
    const role = text(search.role);
    return role ? { role } : {};
  },
  component: lazyRouteComponent(
    withTexts(() => import("./routes/admin-routes"), "people", "settings", "design"),
    "RolesRoute",
  ),
});
const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  validateSearch: (search: Record<string, unknown>): { tab?: string } => {
    const tab = text(search.tab);
    return tab ? { tab } : {};
  },
  component: lazyRouteComponent(
    withTexts(() => import("./routes/admin-routes"), "people", "settings"),
    "SettingsRoute",
  ),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    signup,
    login,
    invite,
    shell.addChildren([
      home,
      templates,
      template,
      app,
      table,
      imports,
      importNew,
      trash,
      members,
      departments,
      roles,
      settings,
    ]),
  ]),
  defaultPreload: "intent",
  defaultPreloadDelay: 80,
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  defaultPendingComponent: PagePending,
  defaultErrorComponent: PageError,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

let leaving = false;
whenSignedOut(() => {
  queryClient.clear();
  if (leaving) {
    return; // several answers of one page tell the same
  }
  const { pathname, href } = router.state.location;
  if (!/^\/(login|signup|invite)\b/.test(pathname)) {
    leaving = true;
    toast({ text: t("error.signedOut") });
    void router.navigate({ to: "/login", search: { next: href } }).finally(() => {
      leaving = false;
    });
  }
});
