import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { GalleryPage } from "@/features/gallery/gallery-page";
import { TemplatePage } from "@/features/gallery/template-page";

/** The template centre; the URL holds what is searched. */
export function GalleryRoute() {
  const { q, category } = useSearch({ from: "/shell/templates" });
  const navigate = useNavigate({ from: "/templates" });
  return (
    <GalleryPage
      search={q ?? ""}
      category={category}
      onSearch={(text) =>
        void navigate({
          search: ({ q: _old, ...rest }) => (text ? { ...rest, q: text } : rest),
          replace: true,
        })
      }
      onCategory={(key) =>
        void navigate({ search: ({ category: _old, ...rest }) => (key ? { ...rest, category: key } : rest) })
      }
    />
  );
}

export function TemplateRoute() {
  const { key } = useParams({ from: "/shell/templates/$key" });
  return <TemplatePage key={key} templateKey={key} />;
}
