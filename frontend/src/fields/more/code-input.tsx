/** A code: its text to be edited, and the symbol below it. */
import { ScanBarcode } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { t, tryT } from "@/lib/i18n";
import { IconButton } from "@/ui/button";
import { useFields } from "../context";
import { Entry, type FieldInputProps, Shown } from "../field-input";
import fieldsCss from "../fields.module.css";
import { shownField, typeOf } from "../registry";
import css from "./code.module.css";
import { codeForm } from "./code-form";

const CodePicture = lazy(async () => ({ default: (await import("./code-picture")).CodePicture }));

const ScanDialog = lazy(async () => ({ default: (await import("./scan-dialog")).ScanDialog }));

/** Reads a code by camera or from a picture. */
function Scan({ field, onChange }: FieldInputProps) {
  const env = useFields();
  const [open, setOpen] = useState(false);
  function take(text: string): string | undefined {
    const parsed = typeOf(field).parse(field, text, env);
    if ("error" in parsed) {
      return tryT(`error.${parsed.error}`) ?? t("fields.badValue");
    }
    onChange(parsed.value);
    setOpen(false);
    return undefined;
  }
  return (
    <>
      <IconButton size={30} label={t("kinds.scanInto", { name: field.name })} onClick={() => setOpen(true)}>
        <ScanBarcode size={16} />
      </IconButton>
      {open && (
        <Suspense>
          <ScanDialog onClose={() => setOpen(false)} onFound={take} />
        </Suspense>
      )}
    </>
  );
}

export function CodeInput(props: FieldInputProps) {
  const { field, value, readOnly } = props;
  const text = typeof value === "string" ? value : "";
  return (
    <div className={css.code}>
      <div className={css.line}>
        {readOnly === true ? (
          <span className={fieldsCss.place} data-off="true">
            <Shown {...props} />
          </span>
        ) : (
          <Entry {...props} />
        )}
        {readOnly !== true && <Scan {...props} />}
      </div>
      {text !== "" && (
        <Suspense>
          <CodePicture form={codeForm(shownField(field), text)} text={text} />
        </Suspense>
      )}
    </div>
  );
}
