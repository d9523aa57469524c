import { GalleryPage } from "@/features/gallery/gallery-page";
import { TemplatePage } from "@/features/gallery/template-page";

export function GalleryRoute() {
  return <GalleryPage />;
}

export function TemplateRoute() {
  return <TemplatePage />;
}
