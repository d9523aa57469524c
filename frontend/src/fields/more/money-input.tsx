/** An amount typed where it stands, with the field's currencies to choose from. */
import { t } from "@/lib/i18n";
import { useFields } from "../context";
import { Entry, type FieldInputProps } from "../field-input";
import { typeOf } from "../registry";
import { currencyName, isAmount } from "./money";
import css from "./money.module.css";

export function MoneyInput(props: FieldInputProps) {
  const { field } = props;
  const env = useFields();
  const codes = field.options.currencies ?? [];
  const read = (text: string) => {
    const parsed = typeOf(field).parse(field, text, env);
    return "value" in parsed && isAmount(parsed.value) ? parsed.value : undefined;
  };
  const digits = (text: string) => read(text)?.amount ?? text.replaceAll(/[^\d.,'() +-]/gu, "").trim();
  return (
    <Entry
      {...props}
      below={(text, setText) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset has a frame of its own
        <div className={css.codes} role="group" aria-label={t("money.currencies")}>
          {codes.map((code) => (
            <button
              key={code}
              type="button"
              tabIndex={-1}
              title={currencyName(code)}
              aria-pressed={(read(text)?.currency ?? text.trim().slice(0, 3)) === code}
              // The text keeps the focus: leaving it would save.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => setText(`${code} ${digits(text)}`)}
            >
              {code}
            </button>
          ))}
        </div>
      )}
    />
  );
}
