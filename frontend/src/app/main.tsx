import "@/ui/font.css";
import "@/ui/tokens.css";
import "@/ui/palette.css";
import "@/ui/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { loadLocale, preferredLocale } from "@/lib/i18n";
import { startTheme } from "@/lib/theme";
import { Root } from "./root";

async function start(): Promise<void> {
  startTheme();
  await loadLocale(preferredLocale(localStorage.getItem("tongban.locale"), navigator.languages));
  const element = document.getElementById("root");
  if (element) {
    createRoot(element).render(
      <StrictMode>
        <Root />
      </StrictMode>,
    );
  }
}

void start();
