/** A code drawn as the symbol that a scanner reads. */
import { Download } from "lucide-react";
import { useMemo } from "react";
import { t } from "@/lib/i18n";
import { IconButton } from "@/ui/button";
import { toast } from "@/ui/toast-store";
import css from "./code.module.css";
import { type Drawing, draw, toPicture } from "./code-draw";
import { type CodeForm, formNames } from "./code-form";

/** Characters that names of files cannot have. */
const unsafe = /[\\/:*?"<>|\s]+/gu;

async function save(drawing: Drawing, text: string): Promise<void> {
  const picture = await toPicture(drawing);
  if (picture === undefined) {
    toast({ kind: "bad", text: t("kinds.loadFailed") });
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(picture);
  link.download = `${text.replaceAll(unsafe, "-").slice(0, 60)}.png`;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function CodePicture({ form, text }: { readonly form: CodeForm; readonly text: string }) {
  const drawing = useMemo(() => draw(form, text), [form, text]);
  if (drawing === undefined) {
    return <p className={css.cannot}>{t("kinds.codeCannot", { form: formNames[form] })}</p>;
  }
  const { width, height, path, words } = drawing;
  const size = form === "qr" ? 132 : width * 2;
  return (
    <div className={css.drawn}>
      <svg
        role="img"
        aria-label={t("kinds.codeSays", { form: formNames[form], text })}
        className={css.symbol}
        viewBox={`0 0 ${width} ${height}`}
        width={size}
        height={(size * height) / width}
      >
        <rect width={width} height={height} fill="white" />
        <path d={path} fill="black" shapeRendering="crispEdges" />
        {words.map((one) => (
          <text key={one.x} x={one.x} y={one.y} fontSize={one.size} textAnchor="middle" fill="black">
            {one.text}
          </text>
        ))}
      </svg>
      <IconButton size={24} label={t("kinds.codeSave")} onClick={() => void save(drawing, text)}>
        <Download size={14} />
      </IconButton>
    </div>
  );
}
