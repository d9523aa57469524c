import { Link } from "@tanstack/react-router";
import { ArrowLeft, ChevronLeft, ChevronRight, ShieldCheck } from "lucide-react";
import { createElement, useState } from "react";
import { useTemplate } from "@/api/apps";
import { miniColumns } from "@/api/mini-columns";
import { errorText } from "@/api/problem";
import type { TemplateInfo } from "@/api/types";
import { typeOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { useTitle } from "@/lib/use-title";
import { IconButton } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { NamedIcon } from "@/ui/icon-tile";
import { Miniature } from "@/ui/miniature";
import { PageHead } from "@/ui/page";
import { colorOf } from "@/ui/palette";
import { Pill } from "@/ui/pill";
import { SkeletonRows } from "@/ui/skeleton";
import { InstallPanel } from "./install-panel";
import css from "./template.module.css";

function Preview({
  template,
  shown,
  onShow,
}: {
  template: TemplateInfo;
  shown: number;
  onShow: (n: number) => void;
}) {
  const count = template.entities.length;
  const color = colorOf(template.color, "blue");
  const step = (by: number) => onShow((shown + by + count) % count);
  return (
    <div
      className={css.stage}
      style={{
        background: `linear-gradient(150deg, var(--opt-${color}-bg), color-mix(in srgb, var(--opt-${color}-bg) 45%, var(--bg-panel)))`,
      }}
    >
      <Miniature
        className={css.mini}
        title={template.name}
        icon={template.icon}
        color={template.color}
        tables={template.entities}
        shown={shown}
        columns={miniColumns(template.entities[shown]?.fields)}
      />
      <div className={css.steps}>
        <IconButton kind="line" size={34} label={t("common.previous")} onClick={() => step(-1)}>
          <ChevronLeft size={16} />
        </IconButton>
        <IconButton kind="line" size={34} label={t("common.next")} onClick={() => step(1)}>
          <ChevronRight size={16} />
        </IconButton>
      </div>
    </div>
  );
}

function Tables({
  template,
  shown,
  onShow,
}: {
  template: TemplateInfo;
  shown: number;
  onShow: (n: number) => void;
}) {
  const fields = template.entities[shown]?.fields ?? [];
  return (
    <div className={css.lists}>
      <section>
        <h2>
          {t("gallery.included")}
          <em>{template.entities.length}</em>
        </h2>
        <ul>
          {template.entities.map((entity, index) => (
            <li key={entity.key}>
              <button type="button" aria-pressed={index === shown} onClick={() => onShow(index)}>
                <NamedIcon icon={entity.icon} />
                <span>{entity.name}</span>
                <em>{t("gallery.fieldCount", { count: entity.fields.length })}</em>
              </button>
            </li>
          ))}
        </ul>
        {template.roles.length > 0 && (
          <>
            <h2>
              {t("gallery.roles")}
              <em>{template.roles.length}</em>
            </h2>
            <ul className={css.fields}>
              {template.roles.map((role) => (
                <li key={role}>
                  <ShieldCheck size={15} strokeWidth={1.75} aria-hidden="true" />
                  <span>{role}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <section>
        <h2>
          {template.entities[shown]?.name}
          <em>{t("gallery.fieldCount", { count: fields.length })}</em>
        </h2>
        <ul className={css.fields}>
          {fields.map((field) => (
            <li key={field.key}>
              {createElement(typeOf(field.type).icon, { size: 15, strokeWidth: 1.75, "aria-hidden": true })}
              <span>{field.name}</span>
              <span className={css.pills}>
                {field.choices?.slice(0, 3).map((choice) => (
                  <Pill key={choice.name} small color={choice.color}>
                    {choice.name}
                  </Pill>
                ))}
              </span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

export function TemplatePage({ templateKey }: { readonly templateKey: string }) {
  const { data: template, error } = useTemplate(templateKey);
  const [shown, setShown] = useState(0);
  useTitle(template?.name ?? t("gallery.title"));
  const back = <Link to="/templates">{t("gallery.title")}</Link>;
  const before = (
    <Link to="/templates" aria-label={t("common.back")} className={css.back}>
      <ArrowLeft size={16} aria-hidden="true" />
    </Link>
  );
  return (
    <main className={css.page}>
      <PageHead title={template?.name ?? ""} crumbs={[back]} before={before} line />
      {error && <EmptyState title={t("error.pageTitle")} text={errorText(error)} />}
      {!template && !error && <SkeletonRows />}
      {template && (
        <div className={css.body}>
          <div className={css.main}>
            <Preview template={template} shown={shown} onShow={setShown} />
            <Tables template={template} shown={shown} onShow={setShown} />
          </div>
          <InstallPanel template={template} />
        </div>
      )}
    </main>
  );
}
