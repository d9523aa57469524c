import { Link, useNavigate } from "@tanstack/react-router";
import { FileUp, LayoutTemplate, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useCreateApp, useTemplates } from "@/api/apps";
import { miniColumns } from "@/api/mini-columns";
import { errorText } from "@/api/problem";
import type { Me, TemplateInfo } from "@/api/types";
import { locale, t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Miniature } from "@/ui/miniature";
import { Pill } from "@/ui/pill";
import { toast } from "@/ui/toast-store";
import { Checklist } from "./checklist";
import css from "./home.module.css";
import { FilePicture, GridPicture } from "./pictures";

interface CardProps {
  readonly picture: ReactNode;
  readonly title: string;
  readonly mark?: string;
  readonly text: string;
  readonly main?: boolean;
  readonly children: ReactNode;
}

function StartCard({ picture, title, mark, text, main, children }: CardProps) {
  return (
    <li className={css.startCard} data-main={main}>
      <div className={css.picture}>{picture}</div>
      <div className={css.startBody}>
        <h2>
          {title}
          {mark && (
            <Pill small color="blue">
              {mark}
            </Pill>
          )}
        </h2>
        <p>{text}</p>
        <div className={css.startActs}>{children}</div>
      </div>
    </li>
  );
}

function TemplatePicture({ template }: { readonly template: TemplateInfo }) {
  const shown = Math.min(2, template.entities.length - 1);
  return (
    <Miniature
      className={css.mini}
      title={template.name}
      icon={template.icon}
      color={template.color}
      tables={template.entities}
      shown={shown}
      columns={miniColumns(template.entities[shown]?.fields)}
    />
  );
}

function TemplateCard({ template }: { readonly template: TemplateInfo | undefined }) {
  const create = useCreateApp();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  async function handleUse(key: string): Promise<void> {
    setBusy(true);
    try {
      const app = await create.mutateAsync({ template: key, locale: locale(), sampleData: true });
      await navigate({ to: "/app/$app", params: { app: app.id } });
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
      setBusy(false);
    }
  }
  return (
    <StartCard
      main
      picture={template && <TemplatePicture template={template} />}
      title={t("home.fromTemplate")}
      mark={t("home.recommended")}
      text={t("home.fromTemplateText")}
    >
      {template && (
        <Button
          kind="primary"
          size={34}
          icon={<LayoutTemplate />}
          busy={busy}
          onClick={() => void handleUse(template.key)}
        >
          {busy
            ? t("home.installing", { name: template.name })
            : t("home.useTemplate", { name: template.name })}
        </Button>
      )}
      <Link to="/templates">{t("home.allTemplates")}</Link>
    </StartCard>
  );
}

export interface HomeStartProps {
  readonly me: Me;
  readonly onNewApp: () => void;
  readonly onImport: () => void;
}

/** Home before the first app: three ways to start. */
export function HomeStart({ me, onNewApp, onImport }: HomeStartProps) {
  const { data: templates } = useTemplates();
  return (
    <main className={css.page}>
      <div className={css.column} data-start="true">
        <header className={css.hello}>
          <div>
            <h1>{t("home.welcome", { name: me.user.name })}</h1>
            <p>{t("home.welcomeText")}</p>
          </div>
        </header>
        <ul className={css.start}>
          <TemplateCard template={templates?.[0]} />
          <StartCard picture={<FilePicture />} title={t("home.fromFile")} text={t("home.fromFileText")}>
            <Button kind="line" size={34} icon={<FileUp />} onClick={onImport}>
              {t("home.chooseFile")}
            </Button>
          </StartCard>
          <StartCard picture={<GridPicture />} title={t("home.fromBlank")} text={t("home.fromBlankText")}>
            <Button kind="line" size={34} icon={<Plus />} onClick={onNewApp}>
              {t("home.blank")}
            </Button>
          </StartCard>
        </ul>
        {me.can.admin && <Checklist apps={0} tenant={me.tenant.id} />}
      </div>
    </main>
  );
}
