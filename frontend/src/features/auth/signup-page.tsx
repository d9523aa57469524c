import { Link, useNavigate } from "@tanstack/react-router";
import { useAuthOptions, useSignup } from "@/api/account";
import { fieldErrors } from "@/api/problem";
import { locale, t } from "@/lib/i18n";
import { timeZone } from "@/lib/i18n/format";
import { useForm } from "@/lib/use-form";
import { useTitle } from "@/lib/use-title";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import css from "./auth.module.css";
import { AuthFrame } from "./auth-frame";
import { email, password, required } from "./checks";
import { PasswordField } from "./password-field";

function SignupForm() {
  const signup = useSignup();
  const navigate = useNavigate();
  const { values, errors, busy, set, leave, submit, form } = useForm({
    initial: { email: "", password: "", name: "", tenantName: "" },
    check: (input) => ({
      email: email(input.email),
      password: password(input.password),
      name: required(input.name),
      tenantName: required(input.tenantName),
    }),
    onSubmit: async (input) => {
      await signup({ ...input, email: input.email.trim(), locale: locale(), timeZone: timeZone() });
      await navigate({ to: "/" });
    },
    explain: fieldErrors,
  });
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
      <PasswordField
        value={values.password}
        error={errors.password}
        onChange={(value) => set("password", value)}
        onBlur={() => leave("password")}
      />
      <Field label={t("auth.name")} error={errors.name}>
        <Input
          name="name"
          size={40}
          autoComplete="name"
          placeholder={t("auth.namePlaceholder")}
          value={values.name}
          onChange={(value) => set("name", value)}
        />
      </Field>
      <Field label={t("auth.tenantName")} error={errors.tenantName}>
        <Input
          name="tenantName"
          size={40}
          autoComplete="organization"
          placeholder={t("auth.tenantPlaceholder")}
          value={values.tenantName}
          onChange={(value) => set("tenantName", value)}
        />
      </Field>
      {errors[""] && (
        <p role="alert" className={css.alert}>
          {errors[""]}
        </p>
      )}
      <Button kind="primary" size={40} wide type="submit" busy={busy}>
        {t("auth.signUpAct")}
      </Button>
    </form>
  );
}

export function SignupPage() {
  const { data: options } = useAuthOptions();
  useTitle(t("auth.signUp"));
  const closed = options && !options.signUp && !options.firstUser;
  const alt = !options?.firstUser && (
    <>
      {t("auth.haveAccount")}
      <Link to="/login">{t("auth.signIn")}</Link>
    </>
  );
  if (closed) {
    return <AuthFrame title={t("auth.closedTitle")} sub={t("auth.closedText")} alt={alt} low />;
  }
  return (
    <AuthFrame
      title={t("auth.signUpTitle")}
      sub={options?.firstUser ? t("auth.firstSub") : t("auth.signUpSub")}
      alt={alt}
    >
      <SignupForm />
    </AuthFrame>
  );
}
