import { useNavigate } from "@tanstack/react-router";
import { BadgeCheck, Check, ShieldCheck } from "lucide-react";
import { useEffect, useState } from "react";
import { useCreateApp } from "@/api/apps";
import { useMe } from "@/api/meta";
import { errorText } from "@/api/problem";
import type { TemplateInfo } from "@/api/types";
import { type Locale, locale, locales, t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { IconTile } from "@/ui/icon-tile";
import { Segmented } from "@/ui/segmented";
import { Spinner } from "@/ui/spinner";
import { Switch } from "@/ui/toggles";
import css from "./template.module.css";

/** The steps shown while the server installs; the last one stays until it is done. */
function Installing({ sample }: { readonly sample: boolean }) {
  const steps = [t("gallery.stepApp"), t("gallery.stepViews"), ...(sample ? [t("gallery.stepRows")] : [])];
  const [at, setAt] = useState(0);
  // The steps follow the clock: the server answers once, at the end.
  useEffect(() => {
    const timer = setInterval(() => setAt((now) => Math.min(now + 1, steps.length - 1)), 500);
    return () => clearInterval(timer);
  }, [steps.length]);
  return (
    <ol className={css.progress} aria-live="polite">
      {steps.map((step, index) => (
        <li key={step} data-state={index < at ? "done" : "next"}>
          {index < at && <Check size={14} aria-hidden="true" />}
          {index === at && <Spinner size={14} />}
          {index > at && <i />}
          {step}
        </li>
      ))}
    </ol>
  );
}

/** What will be installed and how; opens the app when it is there. */
export function InstallPanel({ template }: { readonly template: TemplateInfo }) {
  const { data: me } = useMe();
  const create = useCreateApp();
  const navigate = useNavigate();
  const [sample, setSample] = useState(true);
  const [language, setLanguage] = useState<Locale>(locale());
  const fields = template.entities.reduce((sum, entity) => sum + entity.fields.length, 0);
  const samples = template.entities.reduce((sum, entity) => sum + entity.samples, 0);
  async function handleUse(): Promise<void> {
    const app = await create.mutateAsync({ template: template.key, locale: language, sampleData: sample });
    await navigate({ to: "/app/$app", params: { app: app.id } });
  }
  return (
    <aside className={css.panel}>
      <div className={css.about}>
        <IconTile icon={template.icon} color={template.color} size={48} />
        <h1>{template.name}</h1>
        <p className={css.by}>
          <BadgeCheck size={15} aria-hidden="true" />
          {t("gallery.official")}
        </p>
        <p>{template.description}</p>
        <div className={css.numbers}>
          <span>
            <b>{template.entities.length}</b>
            {t("gallery.tables")}
          </span>
          <span>
            <b>{fields}</b>
            {t("gallery.fields")}
          </span>
        </div>
      </div>
      {me?.can.design && (
        <>
          <div className={css.option}>
            <label htmlFor="sample">
              {t("gallery.sample")}
              <small>{t("gallery.sampleText", { count: samples })}</small>
            </label>
            <Switch id="sample" checked={sample} onChange={setSample} disabled={create.isPending} />
          </div>
          <div className={css.option}>
            <span>{t("gallery.language")}</span>
            <Segmented
              label={t("gallery.language")}
              value={language}
              segments={locales.map((value) => ({ value, label: t(`locale.${value}`) }))}
              onChange={setLanguage}
            />
          </div>
        </>
      )}
      {create.error && (
        <p role="alert" className={css.bad}>
          {errorText(create.error)}
        </p>
      )}
      {me?.can.design && (
        <div className={css.act}>
          <Button
            kind="primary"
            size={40}
            wide
            busy={create.isPending}
            onClick={() => void handleUse().catch(() => undefined)}
          >
            {create.isPending ? t("gallery.installing") : t("gallery.use")}
          </Button>
        </div>
      )}
      {create.isPending ? (
        <Installing sample={sample} />
      ) : (
        <p className={css.target}>
          <ShieldCheck size={15} aria-hidden="true" />
          {me?.can.design ? t("gallery.target", { name: me.tenant.name }) : t("gallery.noDesign")}
        </p>
      )}
    </aside>
  );
}
