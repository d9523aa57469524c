import { LayoutGrid, LayoutTemplate } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTemplates } from "@/api/apps";
import { errorText } from "@/api/problem";
import type { TemplateInfo } from "@/api/types";
import { cx } from "@/lib/cx";
import { matches } from "@/lib/fold";
import { t, tryT } from "@/lib/i18n";
import { useTitle } from "@/lib/use-title";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { SearchInput } from "@/ui/input";
import { Kbd } from "@/ui/kbd";
import { PageHead } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import css from "./gallery.module.css";
import { TemplateCard } from "./template-card";

export interface GalleryPageProps {
  readonly search: string;
  readonly category: string | undefined;
  readonly onSearch: (text: string) => void;
  readonly onCategory: (category: string | undefined) => void;
}

export function categoryName(key: string): string {
  return tryT(`gallery.category.${key}`) ?? key;
}

/** `/` goes to the search line. */
function useSlash() {
  const input = useRef<HTMLInputElement>(null);
  // The key belongs to the window.
  useEffect(() => {
    function handleKey(event: KeyboardEvent): void {
      const typing = event.target instanceof HTMLElement && event.target.closest("input,textarea");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        input.current?.focus();
      }
    }
    window.addEventListener("keydown", handleKey);
    return () => window.removeEventListener("keydown", handleKey);
  }, []);
  return input;
}

interface RailProps {
  readonly templates: readonly TemplateInfo[];
  readonly category: string | undefined;
  readonly onCategory: (category: string | undefined) => void;
}

function Rail({ templates, category, onCategory }: RailProps) {
  const categories = [...new Set(templates.map((one) => one.category))];
  const rows: readonly (string | undefined)[] = [undefined, ...categories];
  return (
    <nav className={css.rail} aria-label={t("gallery.title")}>
      {rows.map((key) => (
        <button
          key={key ?? ""}
          type="button"
          aria-current={key === category ? "true" : undefined}
          onClick={() => onCategory(key)}
        >
          {key ? (
            <LayoutTemplate size={16} aria-hidden="true" />
          ) : (
            <LayoutGrid size={16} aria-hidden="true" />
          )}
          <span>{key ? categoryName(key) : t("gallery.all")}</span>
          <em>{key ? templates.filter((one) => one.category === key).length : templates.length}</em>
        </button>
      ))}
    </nav>
  );
}

export function GalleryPage({ search, category, onSearch, onCategory }: GalleryPageProps) {
  const { data: templates, error } = useTemplates();
  const input = useSlash();
  useTitle(t("gallery.title"));
  const found = (templates ?? []).filter(
    (one) =>
      (!category || one.category === category) &&
      matches(
        search,
        one.name,
        one.description,
        ...one.entities.flatMap(({ name, fields }) => [name, ...fields.map((field) => field.name)]),
      ),
  );
  return (
    <main className={css.page}>
      <PageHead title={t("gallery.title")} line>
        <SearchInput
          ref={input}
          size={30}
          className={css.search}
          placeholder={t("gallery.search")}
          value={search}
          onChange={onSearch}
          end={<Kbd>{"/"}</Kbd>}
        />
      </PageHead>
      <div className={css.body}>
        {templates && <Rail templates={templates} category={category} onCategory={onCategory} />}
        <div className={css.main}>
          {error && <EmptyState title={t("error.pageTitle")} text={errorText(error)} />}
          {!templates && !error && <SkeletonRows />}
          {templates && found.length === 0 && (
            <EmptyState title={t("gallery.none")} text={t("gallery.noneText")}>
              {(search || category) && (
                <Button
                  kind="line"
                  size={34}
                  onClick={() => {
                    onSearch("");
                    onCategory(undefined);
                  }}
                >
                  {t("gallery.clear")}
                </Button>
              )}
            </EmptyState>
          )}
          <ul className={cx(css.grid)}>
            {found.map((template, index) => (
              <TemplateCard key={template.key} template={template} featured={index === 0 && !search} />
            ))}
          </ul>
        </div>
      </div>
    </main>
  );
}
