import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { narrow, useMedia } from "@/lib/use-media";
import { useStored } from "@/lib/use-stored";
import { Drawer } from "@/ui/drawer";
import { preloadPopups } from "@/ui/preload";
import { BottomBar } from "./bottom-bar";
import css from "./shell.module.css";
import { Sidebar } from "./sidebar";

const Palette = lazy(async () => ({ default: (await import("./palette")).Palette }));

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && Boolean(target.closest("input,textarea,select,[contenteditable=true]"))
  );
}

/** Ctrl+K opens the palette, Ctrl+\ folds the sidebar. */
function useShellKeys(onSearch: () => void, onFold: () => void): void {
  // The keys belong to the window.
  useEffect(() => {
    function handleKey(event: KeyboardEvent): void {
      const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      if (command && event.key.toLowerCase() === "k") {
        event.preventDefault();
        onSearch();
      } else if (command && event.key === "\\" && !typing(event.target)) {
        event.preventDefault();
        onFold();
      }
    }
    window.addEventListener("keydown", handleKey);
    return () => window.removeEventListener("keydown", handleKey);
  }, [onSearch, onFold]);
}

/** Once the page stands, what opens over it is fetched, so that it opens within a frame. */
function usePopupsSoon(): void {
  // The idle time of the browser is outside React.
  useEffect(() => {
    const timer = setTimeout(preloadPopups, 1200);
    return () => clearTimeout(timer);
  }, []);
}

/** The frame: sidebar, the page as one inset panel, on small screens a bar below. */
export function Shell() {
  const small = useMedia(narrow);
  const [folded, setFolded] = useStored("sidebar", "open");
  const [drawer, setDrawer] = useState(false);
  const [palette, setPalette] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [shownPath, setShownPath] = useState(path);
  if (path !== shownPath) {
    setShownPath(path);
    setDrawer(false);
  }
  const fold = () => setFolded(folded === "folded" ? "open" : "folded");
  const search = () => setPalette(true);
  useShellKeys(search, fold);
  usePopupsSoon();
  return (
    <div className={cx(css.shell, folded === "folded" && css.folded)}>
      <a className={css.skip} href="#content">
        {t("shell.skip")}
      </a>
      {!small && <Sidebar folded={folded === "folded"} onFold={fold} onSearch={search} />}
      <div className={css.panel} id="content" tabIndex={-1}>
        <Outlet />
      </div>
      {small && (
        <>
          <BottomBar onMenu={() => setDrawer(true)} onSearch={search} />
          <Suspense>
            <Drawer
              open={drawer}
              onClose={() => setDrawer(false)}
              label={t("shell.navigation")}
              side="left"
              width={300}
            >
              <Sidebar folded={false} onSearch={search} />
            </Drawer>
          </Suspense>
        </>
      )}
      {palette && (
        <Suspense>
          <Palette onClose={() => setPalette(false)} />
        </Suspense>
      )}
    </div>
  );
}
