/** A secret in the panel of a record and over its cell: replaced at will, shown for half a minute. */
import { Copy, Eye, EyeOff } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useEffect, useState } from "react";
import { errorText } from "@/api/problem";
import type { Field } from "@/api/types";
import { t, tryT } from "@/lib/i18n";
import { Button, IconButton } from "@/ui/button";
import { Input } from "@/ui/input";
import { toast } from "@/ui/toast-store";
import type { CellEditorProps } from "../cell-editor";
import { useFields } from "../context";
import { type FieldInputProps, Shown } from "../field-input";
import fieldsCss from "../fields.module.css";
import pane from "./pane.module.css";
import { hasSecret, reveal, type SecretPlace, secretType } from "./secret";
import css from "./secret.module.css";
import { Secret } from "./secret-show";
import { Opens } from "./sheet";

const shownFor = 30_000;

/** A record that the server does not have yet has no secret to show. */
const known = (place: SecretPlace | undefined): place is SecretPlace =>
  place?.record.startsWith("rec_") === true && place.entity !== "";

function useReveal(field: Field, value: unknown, place: SecretPlace | undefined) {
  const [text, setText] = useState<string>();
  const [busy, setBusy] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another secret, or another record
  useEffect(() => setText(undefined), [value, place?.record]);
  useEffect(() => {
    const timer = text === undefined ? undefined : setTimeout(() => setText(undefined), shownFor);
    return () => clearTimeout(timer);
  }, [text]);

  async function ask(use: (secret: string) => unknown): Promise<void> {
    if (!known(place)) {
      return;
    }
    setBusy(true);
    try {
      await use(text ?? (await reveal(place, field)));
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    } finally {
      setBusy(false);
    }
  }
  return {
    text,
    busy,
    toggle: () => (text === undefined ? ask(setText) : setText(undefined)),
    copy: () =>
      ask(async (secret) => {
        await navigator.clipboard.writeText(secret);
        toast({ kind: "good", text: t("kinds.secretCopied") });
      }),
  };
}

type Revealed = ReturnType<typeof useReveal>;

function Tools({ revealed }: { readonly revealed: Revealed }) {
  const { text, busy, toggle, copy } = revealed;
  return (
    <span className={css.tools}>
      <IconButton
        size={24}
        label={t(text === undefined ? "kinds.secretShow" : "kinds.secretHide")}
        aria-pressed={text !== undefined}
        disabled={busy}
        onClick={() => void toggle()}
      >
        {text === undefined ? <Eye size={15} /> : <EyeOff size={15} />}
      </IconButton>
      <IconButton size={24} label={t("kinds.secretCopy")} disabled={busy} onClick={() => void copy()}>
        <Copy size={14} />
      </IconButton>
    </span>
  );
}

interface FormProps {
  readonly field: Field;
  readonly filled: boolean;
  /** What was typed before the form stood. */
  readonly start?: string;
  readonly onSave: (secret: string | null) => void;
}

/** Takes a new secret. It is no password field: those take no Chinese, and browsers offer to keep them. */
function SecretForm({ field, filled, start = "", onSave }: FormProps) {
  const env = useFields();
  const [text, setText] = useState(start);
  const [open, setOpen] = useState(false);
  const [wrong, setWrong] = useState("");
  function handleSubmit(event: FormEvent): void {
    event.preventDefault();
    const parsed = secretType.parse(field, text, env);
    if ("error" in parsed) {
      setWrong(tryT(`error.${parsed.error}`) ?? t("fields.badValue"));
    } else if (typeof parsed.value === "string") {
      onSave(parsed.value);
    }
  }
  const eye = (
    <IconButton
      size={24}
      label={t(open ? "common.hidePassword" : "common.showPassword")}
      aria-pressed={open}
      onClick={() => setOpen(!open)}
    >
      {open ? <EyeOff size={15} /> : <Eye size={15} />}
    </IconButton>
  );
  return (
    <form className={pane.form} onSubmit={handleSubmit} noValidate>
      <Input
        autoFocus
        value={text}
        end={eye}
        maxLength={4000}
        autoComplete="off"
        spellCheck={false}
        className={open ? undefined : css.masked}
        aria-label={t("kinds.secretNew", { name: field.name })}
        aria-invalid={wrong !== ""}
        placeholder={t(filled ? "kinds.secretReplace" : "kinds.secretEnter")}
        onChange={setText}
      />
      {wrong !== "" && (
        <p role="alert" className={fieldsCss.wrong}>
          {wrong}
        </p>
      )}
      <div className={pane.ends}>
        <Button kind="ghost" disabled={!filled} onClick={() => onSave(null)}>
          {t("kinds.clear")}
        </Button>
        <Button kind="primary" type="submit" disabled={text === ""}>
          {t("kinds.done")}
        </Button>
      </div>
    </form>
  );
}

export interface SecretInputProps extends FieldInputProps {
  /** Where the secret is; without it, it cannot be shown. */
  readonly place?: SecretPlace;
}

export function SecretInput(props: SecretInputProps) {
  const { field, value, onChange, readOnly = false, place } = props;
  const revealed = useReveal(field, value, place);
  const filled = hasSecret(value);
  let shown = (
    <span className={fieldsCss.place} data-off="true">
      <Shown {...props} />
    </span>
  );
  if (revealed.text !== undefined) {
    shown = <code className={css.text}>{revealed.text}</code>;
  } else if (!readOnly) {
    shown = (
      <Opens {...props} form>
        {(close) => (
          <SecretForm
            field={field}
            filled={filled}
            onSave={(secret) => {
              onChange(secret);
              close();
            }}
          />
        )}
      </Opens>
    );
  }
  return (
    <div className={css.line}>
      {shown}
      {filled && known(place) && <Tools revealed={revealed} />}
    </div>
  );
}

/** Over a cell of the grid. */
export function SecretCell({ session, field, entity = "" }: CellEditorProps) {
  const place = { entity, record: session.row.id };
  const revealed = useReveal(field, session.value, place);
  const filled = hasSecret(session.value);
  const [start] = useState(() => session.text());
  function handleKey(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key === "Escape") {
      session.cancel();
    }
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape leaves from wherever the focus is
    <div className={css.cell} onKeyDown={handleKey}>
      {filled && (
        <div className={css.line}>
          {revealed.text === undefined ? (
            <span className={css.now}>
              <Secret value={session.value} />
            </span>
          ) : (
            <code className={css.text}>{revealed.text}</code>
          )}
          {known(place) && <Tools revealed={revealed} />}
        </div>
      )}
      <SecretForm
        field={field}
        filled={filled}
        start={start}
        onSave={(secret) => session.commit(secret, secret === null ? "none" : "down")}
      />
    </div>
  );
}
