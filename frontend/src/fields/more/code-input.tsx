/** A code: its text to be edited, and the symbol below it. */
import { lazy, Suspense } from "react";
import { Entry, type FieldInputProps, Shown } from "../field-input";
import fieldsCss from "../fields.module.css";
import { shownField } from "../registry";
import css from "./code.module.css";
import { codeForm } from "./code-form";

const CodePicture = lazy(async () => ({ default: (await import("./code-picture")).CodePicture }));

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
      </div>
      {text !== "" && (
        <Suspense>
          <CodePicture form={codeForm(shownField(field), text)} text={text} />
        </Suspense>
      )}
    </div>
  );
}
