import { type FormEvent, useRef, useState } from "react";

export type Errors = Readonly<Record<string, string | undefined>>;

const leaveMs = 200;

export interface FormOptions<V> {
  readonly initial: V;
  /** What is wrong with the values, by field; asked on leaving a field and on submit. */
  readonly check?: (values: V) => Errors;
  readonly onSubmit: (values: V) => Promise<unknown>;
  /** The messages of a failed submit, by field; "" belongs to none. */
  readonly explain: (error: unknown, fields: readonly string[]) => Errors;
}

/** A small form: checks on leaving a field, then on each change once it was wrong. */
export function useForm<V extends object>({ initial, check, onSubmit, explain }: FormOptions<V>) {
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<Errors>({});
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // Two values may be set in one event, before the form is drawn again.
  const latest = useRef(initial);
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined);

  function set<K extends keyof V & string>(name: K, value: V[K]): void {
    const next = { ...latest.current, [name]: value };
    latest.current = next;
    setValues(next);
    clearTimeout(leaving.current);
    if (errors[name] || errors[""]) {
      setErrors({ ...errors, "": undefined, [name]: check?.(next)[name] });
    }
  }

  /** Told a moment later: a message that moves the page must not move a button from under the press. */
  function leave(name: keyof V & string): void {
    if (values[name]) {
      clearTimeout(leaving.current);
      const wrong = check?.(values)[name];
      leaving.current = setTimeout(() => setErrors((now) => ({ ...now, [name]: wrong })), leaveMs);
    }
  }

  function focusBad(bad: Errors): void {
    const name = Object.keys(values).find((field) => bad[field]);
    if (name) {
      form.current?.querySelector<HTMLElement>(`[name="${name}"]`)?.focus();
    }
  }

  async function submit(event?: FormEvent): Promise<void> {
    event?.preventDefault();
    clearTimeout(leaving.current);
    const wrong = check?.(values) ?? {};
    setErrors(wrong);
    if (Object.values(wrong).some(Boolean)) {
      focusBad(wrong);
      return;
    }
    setBusy(true);
    try {
      await onSubmit(values);
    } catch (error) {
      const told = explain(error, Object.keys(values));
      setErrors(told);
      focusBad(told);
    } finally {
      setBusy(false);
    }
  }

  return { values, errors, busy, set, leave, submit, form };
}
