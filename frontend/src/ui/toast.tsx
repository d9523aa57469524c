import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { t } from "@/lib/i18n";
import { IconButton } from "./button";
import css from "./toast.module.css";
import { closeToast, holdToasts, releaseToasts, type Toast, toastStore } from "./toast-store";

const icons = {
  plain: null,
  good: <CircleCheck className={css.good} aria-hidden="true" />,
  bad: <CircleAlert className={css.bad} aria-hidden="true" />,
};

function ToastCard({ toast }: { readonly toast: Toast }) {
  const { id, text, kind, action } = toast;
  function handleAct(): void {
    closeToast(id);
    action?.onAct();
  }
  return (
    <li className={css.toast}>
      {icons[kind]}
      <span className={css.text}>{text}</span>
      {action && (
        <button type="button" className={css.act} onClick={handleAct}>
          {action.label}
        </button>
      )}
      <IconButton size={24} label={t("common.close")} className={css.close} onClick={() => closeToast(id)}>
        <X size={14} />
      </IconButton>
    </li>
  );
}

/** Draws the messages; stands once in the page. */
export function Toasts() {
  const toasts = useSyncExternalStore(toastStore.watch, toastStore.read);
  return (
    <section
      aria-label={t("common.notifications")}
      aria-live="polite"
      className={css.region}
      onPointerEnter={holdToasts}
      onPointerLeave={releaseToasts}
      onFocus={holdToasts}
      onBlur={releaseToasts}
    >
      <ul>
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} />
        ))}
      </ul>
    </section>
  );
}
