import { RefreshCw } from "lucide-react";
import type { Preview, Reading } from "@/api/imports";
import { type Key, t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import type { Option } from "@/ui/listbox";
import { Select } from "@/ui/select";
import { Spinner } from "@/ui/spinner";
import css from "../import.module.css";
import { sizeText } from "../model/words";

export interface FileBarProps {
  readonly name: string;
  readonly size: number | undefined;
  readonly preview: Preview;
  readonly reading: Reading;
  readonly busy: boolean;
  readonly onReading: (reading: Reading) => void;
  readonly onOther: () => void;
}

const encodings = [
  ["utf-8", "UTF-8"],
  ["gb18030", "GB18030 / GBK"],
  ["utf-16le", "UTF-16 LE"],
  ["utf-16be", "UTF-16 BE"],
  ["big5", "Big5"],
  ["shift_jis", "Shift_JIS"],
  ["euc-kr", "EUC-KR"],
  ["windows-1252", "Windows-1252"],
] as const;

const delimiters = [
  [",", "import.comma"],
  [";", "import.semicolon"],
  ["\t", "import.tab"],
  ["|", "import.bar"],
] as const satisfies readonly (readonly [string, Key])[];

interface SettingProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly detected: boolean;
  readonly options: readonly Option[];
  readonly onChange: (value: string) => void;
}

function Setting({ label, value, detected, options, onChange }: SettingProps) {
  const shown = options.map((option) => ({
    ...option,
    ...(option.value === value && {
      show: (
        <span className={css.setting}>
          <span>{label}</span>
          <b>{option.label}</b>
          {detected && <em>{t("import.detected")}</em>}
        </span>
      ),
    }),
  }));
  return (
    <Select size={30} className={css.set} label={label} value={value} options={shown} onChange={onChange} />
  );
}

function CsvSettings({ preview, reading, onReading }: FileBarProps) {
  const found = preview.encoding ?? "";
  const known = encodings.some(([value]) => value === found);
  const all = known ? encodings : [...encodings, [found, found.toUpperCase()] as const];
  return (
    <>
      <Setting
        label={t("import.encoding")}
        value={preview.encoding}
        detected={!reading.encoding}
        options={all.map(([value, label]) => ({ value, label }))}
        onChange={(encoding) => onReading({ ...reading, encoding })}
      />
      <Setting
        label={t("import.delimiter")}
        value={preview.delimiter}
        detected={!reading.delimiter}
        options={delimiters.map(([value, key]) => ({ value, label: t(key) }))}
        onChange={(delimiter) => onReading({ ...reading, delimiter })}
      />
    </>
  );
}

/** The file, and how it is read; a change reads it anew in place. */
export function FileBar(props: FileBarProps) {
  const { name, size, preview, busy, onReading, onOther } = props;
  const columns = t("import.columns", { count: preview.headers.length });
  return (
    <div className={css.file}>
      <span className={css.fileTile} aria-hidden="true">
        {preview.kind.toUpperCase()}
      </span>
      <div className={css.fileName}>
        <b>{name}</b>
        <small>{size === undefined ? columns : `${sizeText(size)} · ${columns}`}</small>
      </div>
      {busy && (
        <span role="status" aria-label={t("import.reading")}>
          <Spinner size={16} />
        </span>
      )}
      <div className={css.settings}>
        {preview.kind === "csv" && <CsvSettings {...props} />}
        {preview.kind === "xlsx" && (
          <Setting
            label={t("import.sheet")}
            value={preview.sheet}
            detected={false}
            options={(preview.sheets ?? []).map((sheet) => ({ value: sheet, label: sheet }))}
            onChange={(sheet) => onReading({ sheet })}
          />
        )}
        <Button kind="line" icon={<RefreshCw />} onClick={onOther}>
          {t("import.otherFile")}
        </Button>
      </div>
    </div>
  );
}
