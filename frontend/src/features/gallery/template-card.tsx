import { Link } from "@tanstack/react-router";
import { Eye } from "lucide-react";
import { miniColumns } from "@/api/mini-columns";
import type { TemplateInfo } from "@/api/types";
import { t } from "@/lib/i18n";
import { IconTile } from "@/ui/icon-tile";
import { Miniature } from "@/ui/miniature";
import { colorOf } from "@/ui/palette";
import { Pill } from "@/ui/pill";
import css from "./gallery.module.css";

export interface TemplateCardProps {
  readonly template: TemplateInfo;
  /** The first one is drawn twice as wide. */
  readonly featured: boolean;
}

export function TemplateCard({ template, featured }: TemplateCardProps) {
  const shown = Math.min(2, template.entities.length - 1);
  const color = colorOf(template.color, "blue");
  const fields = template.entities.reduce((sum, entity) => sum + entity.fields.length, 0);
  return (
    <li className={css.card} data-featured={featured}>
      <div
        className={css.picture}
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
      </div>
      <div className={css.words}>
        {!featured && <IconTile icon={template.icon} color={template.color} size={32} />}
        <div>
          <h2>
            <Link to="/templates/$key" params={{ key: template.key }} className={css.cover}>
              {template.name}
            </Link>
            {featured && (
              <Pill small color="blue">
                {t("gallery.featured")}
              </Pill>
            )}
          </h2>
          <p>{template.description}</p>
          {featured && (
            <>
              <div className={css.numbers}>
                <span>
                  <b>{template.entities.length}</b>
                  {t("gallery.tables")}
                </span>
                <span>
                  <b>{fields}</b>
                  {t("gallery.fields")}
                </span>
                <span>
                  <b>{template.roles.length}</b>
                  {t("gallery.roleUnit")}
                </span>
              </div>
              <span className={css.go} aria-hidden="true">
                <Eye size={15} />
                {t("gallery.preview")}
              </span>
            </>
          )}
        </div>
        {!featured && <em>{t("gallery.tableCount", { count: template.entities.length })}</em>}
      </div>
    </li>
  );
}
