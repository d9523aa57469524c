import { Link } from "@tanstack/react-router";
import { House, Menu, Search, Settings } from "lucide-react";
import { t } from "@/lib/i18n";
import css from "./bottom-bar.module.css";

export interface BottomBarProps {
  readonly onMenu: () => void;
  readonly onSearch: () => void;
}

/** The bar of small screens, in reach of the thumb. */
export function BottomBar({ onMenu, onSearch }: BottomBarProps) {
  return (
    <nav className={css.bar} aria-label={t("shell.navigation")}>
      <Link to="/" activeOptions={{ exact: true }}>
        <House size={20} aria-hidden="true" />
        {t("shell.home")}
      </Link>
      <button type="button" onClick={onMenu}>
        <Menu size={20} aria-hidden="true" />
        {t("shell.menu")}
      </button>
      <button type="button" onClick={onSearch}>
        <Search size={20} aria-hidden="true" />
        {t("common.search")}
      </button>
      <Link to="/settings">
        <Settings size={20} aria-hidden="true" />
        {t("shell.settings")}
      </Link>
    </nav>
  );
}
