import { Check, FileSpreadsheet, Pencil, ShieldCheck } from "lucide-react";
import { type CSSProperties, type ReactNode, useEffect, useState } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { Avatar } from "@/ui/avatar";
import { IconTile } from "@/ui/icon-tile";
import { Pill } from "@/ui/pill";
import css from "./brand-panel.module.css";

const beats = 4;
const beatMs = 3000;

/** Which of the four beats is on: a loop of 12 s that rests while nobody looks. */
function useBeat(): number {
  const [beat, setBeat] = useState(beats - 1);
  // The clock and the visibility of the tab are outside React.
  useEffect(() => {
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
      return;
    }
    const timer = setInterval(() => {
      if (!document.hidden) {
        setBeat((now) => (now + 1) % beats);
      }
    }, beatMs);
    return () => clearInterval(timer);
  }, []);
  return beat;
}

const at = (left: number, top: number): CSSProperties => ({ insetInlineStart: left, insetBlockStart: top });

function Caption({
  step,
  left,
  top,
  children,
}: {
  step: number;
  left: number;
  top: number;
  children: ReactNode;
}) {
  return (
    <div className={css.caption} style={at(left, top)}>
      <i>{step}</i>
      {children}
    </div>
  );
}

const rows = [
  ["1", "stageConfirm", "teal", "¥386,000", "u9"],
  ["2", "stageTalk", "amber", "¥1,466,000", "u2"],
  ["3", "stageOffer", "violet", "¥720,000", "u3"],
  ["4", "stageConfirm", "teal", "¥420,000", "u4"],
  ["5", "stageOffer", "violet", "¥268,500", "u5"],
] as const;

function TableCard({ beat }: { readonly beat: number }) {
  return (
    <div className={cx(css.card, css.table)} style={at(352, 308)} data-on={beat >= 1}>
      <div className={css.title}>
        <IconTile icon="handshake" color="blue" size={20} />
        <b>{t("brand.table")}</b>
        <small>{t("brand.rows")}</small>
      </div>
      <div className={cx(css.row, css.heads)}>
        <span>{t("brand.colName")}</span>
        <span>{t("brand.colStage")}</span>
        <span>{t("brand.colAmount")}</span>
        <span>{t("brand.colOwner")}</span>
      </div>
      {rows.map(([n, stage, color, amount, id], index) => (
        <div key={n} className={css.row} data-new={index === 0 && beat === 1}>
          <span>{t(`brand.row${n}`)}</span>
          <span>
            <Pill small color={color}>
              {t(`brand.${stage}`)}
            </Pill>
          </span>
          <span className={css.number}>{index === 3 && beat >= 2 ? "¥480,000" : amount}</span>
          <span>
            <Avatar id={id} name={t(`brand.person${n}`)} size={20} />
            {t(`brand.person${n}`)}
          </span>
        </div>
      ))}
      <div className={css.cursor} data-on={beat === 2}>
        <b>{t("brand.person2")}</b>
      </div>
    </div>
  );
}

function Sparkline() {
  const line =
    "M0 27C10 27 10 23 20 23S30 25 41 25 51 19 62 19 72 17 82 17 92 18 102 18 112 13 123 13 133 10 143 10 153 4 164 4";
  return (
    <svg width="164" height="34" className={css.spark} aria-hidden="true">
      <path d={`${line}L164 34L0 34Z`} className={css.area} />
      <path d={line} className={css.line} />
      <circle cx="164" cy="4" r="3" className={css.dot} />
    </svg>
  );
}

/** What the product does, as live elements: it is decoration and says so. */
export function BrandPanel() {
  const beat = useBeat();
  return (
    <aside className={css.panel} aria-hidden="true">
      <div className={css.words}>
        <h2>
          {t("brand.title")}
          <br />
          {t("brand.title2")}
        </h2>
        <p>{t("brand.sub")}</p>
      </div>
      <div className={css.scene}>
        <svg className={css.wires} aria-hidden="true">
          <path data-on={beat >= 1} d="M280 380H306Q316 380 316 390V392Q316 402 326 402H352" />
          <path data-on={beat >= 2} d="M456 568V668" />
          <path data-on={beat >= 3} d="M572 706H612" />
          <path data-on={beat >= 2} d="M340 706H280" />
        </svg>
        <Caption step={1} left={56} top={280}>
          {t("brand.beat1")}
        </Caption>
        <div className={cx(css.card, css.file)} style={at(56, 308)} data-on={beat === 0}>
          <FileSpreadsheet size={28} strokeWidth={1.5} />
          <b>{t("brand.file")}</b>
          <small>{t("brand.fileRows")}</small>
          <i className={css.bar} data-on={beat >= 1} />
          <span className={css.done} data-on={beat >= 1}>
            <Check size={14} />
            {t("brand.imported")}
          </span>
        </div>
        <Caption step={2} left={352} top={280}>
          {t("brand.beat2")}
        </Caption>
        <TableCard beat={beat} />
        <Caption step={3} left={472} top={606}>
          {t("brand.beat3")}
        </Caption>
        <div className={cx(css.card, css.note)} style={at(340, 670)} data-on={beat === 2}>
          <span className={css.noteIcon}>
            <Pencil size={14} />
          </span>
          <b>{t("brand.edited")}</b>
          <small>{t("brand.saved")}</small>
        </div>
        <div className={cx(css.card, css.note)} style={at(56, 670)}>
          <span className={css.noteIcon} data-kind="rights">
            <ShieldCheck size={14} />
          </span>
          <b>{t("brand.sales")}</b>
          <small>{t("brand.rights")}</small>
        </div>
        <Caption step={4} left={612} top={606}>
          {t("brand.beat4")}
        </Caption>
        <div className={cx(css.card, css.sum)} style={at(612, 636)} data-on={beat === 3}>
          <small>{t("brand.sum")}</small>
          <b>{beat >= 2 ? "¥3,320,500" : "¥3,260,500"}</b>
          <Sparkline />
        </div>
      </div>
    </aside>
  );
}
