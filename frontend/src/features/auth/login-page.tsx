import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { useAuthOptions, useLogin } from "@/api/account";
import { ApiError, fieldErrors } from "@/api/problem";
import { t } from "@/lib/i18n";
import { useForm } from "@/lib/use-form";
import { useTitle } from "@/lib/use-title";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input, PasswordInput } from "@/ui/input";
import css from "./auth.module.css";
import { AuthFrame } from "./auth-frame";
import { email, required } from "./checks";
import { useCountdown } from "./use-countdown";

const lastTenant = "tongban.lastTenant";

function LoginForm() {
  const login = useLogin();
  const router = useRouter();
  const { next } = useSearch({ from: "/login" });
  const { left, start } = useCountdown();
  const { values, errors, busy, set, leave, submit, form } = useForm({
    initial: { email: "", password: "" },
    check: (input) => ({ email: email(input.email), password: required(input.password) }),
    onSubmit: async (input) => {
      const { tenant } = await login({ ...input, email: input.email.trim() });
      localStorage.setItem(lastTenant, tenant.name);
      router.history.push(next ?? "/");
    },
    explain(error, fields) {
      if (error instanceof ApiError && error.status === 429 && error.retryAfter) {
        start(error.retryAfter);
        return {};
      }
      return fieldErrors(error, fields);
    },
  });
  const alert = left > 0 ? t("auth.slowDown", { seconds: left }) : errors[""];
  return (
    <form ref={form} className={css.form} onSubmit={(event) => void submit(event)} noValidate>
      <Field label={t("auth.email")} error={errors.email}>
        <Input
          name="email"
          type="email"
          size={40}
          autoComplete="username"
          autoFocus
          placeholder={t("auth.emailPlaceholder")}
          value={values.email}
          onChange={(value) => set("email", value)}
          onBlur={() => leave("email")}
        />
      </Field>
      <Field label={t("auth.signInPassword")} error={errors.password}>
        <PasswordInput
          name="password"
          size={40}
          autoComplete="current-password"
          value={values.password}
          onChange={(value) => set("password", value)}
        />
      </Field>
      {alert && (
        <p role="alert" className={css.alert} aria-live={left > 0 ? "off" : undefined}>
          {alert}
        </p>
      )}
      <Button kind="primary" size={40} wide type="submit" busy={busy} disabled={left > 0}>
        {t("auth.signIn")}
      </Button>
    </form>
  );
}

export function LoginPage() {
  const { data: options } = useAuthOptions();
  useTitle(t("auth.signIn"));
  const tenant = localStorage.getItem(lastTenant);
  const alt = options?.signUp && (
    <>
      {t("auth.noAccount")}
      <Link to="/signup">{t("auth.signUp")}</Link>
    </>
  );
  return (
    <AuthFrame
      title={t("auth.signInTitle")}
      sub={tenant ? t("auth.signInSubTenant", { name: tenant }) : t("auth.signInSub")}
      alt={alt}
      low
    >
      <LoginForm />
    </AuthFrame>
  );
}
