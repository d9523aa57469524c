import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useAcceptInvitation, useInvitationInfo, useLogout, useSignup } from "@/api/account";
import { meQuery } from "@/api/meta";
import { errorText, fieldErrors } from "@/api/problem";
import type { InvitationInfo, User } from "@/api/types";
import { locale, t } from "@/lib/i18n";
import { timeZone } from "@/lib/i18n/format";
import { useForm } from "@/lib/use-form";
import { useTitle } from "@/lib/use-title";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import css from "./auth.module.css";
import { AuthFrame } from "./auth-frame";
import { password, required } from "./checks";
import { PasswordField } from "./password-field";

interface InviteProps {
  readonly code: string;
  readonly info: InvitationInfo;
}

/** Somebody new: an account with the invited address. */
function InviteSignup({ code, info }: InviteProps) {
  const signup = useSignup();
  const navigate = useNavigate();
  const { values, errors, busy, set, leave, submit, form } = useForm({
    initial: { name: "", password: "" },
    check: (input) => ({ name: required(input.name), password: password(input.password) }),
    onSubmit: async (input) => {
      await signup({ ...input, email: info.email, invitation: code, locale: locale(), timeZone: timeZone() });
      await navigate({ to: "/" });
    },
    explain: fieldErrors,
  });
  return (
    <form ref={form} className={css.form} onSubmit={(event) => void submit(event)} noValidate>
      <Field label={t("auth.email")}>
        <Input type="email" size={40} autoComplete="username" value={info.email} readOnly />
      </Field>
      <Field label={t("auth.name")} error={errors.name}>
        <Input
          name="name"
          size={40}
          autoComplete="name"
          autoFocus
          placeholder={t("auth.namePlaceholder")}
          value={values.name}
          onChange={(value) => set("name", value)}
        />
      </Field>
      <PasswordField
        value={values.password}
        error={errors.password}
        onChange={(value) => set("password", value)}
        onBlur={() => leave("password")}
      />
      {errors[""] && (
        <p role="alert" className={css.alert}>
          {errors[""]}
        </p>
      )}
      <Button kind="primary" size={40} wide type="submit" busy={busy}>
        {t("auth.inviteAct")}
      </Button>
    </form>
  );
}

/** Signed in with another address: only that of the invitation can take it. */
function InviteOther({ code, info, user }: InviteProps & { readonly user: User }) {
  const logout = useLogout();
  const [busy, setBusy] = useState(false);
  async function handleLeave(): Promise<void> {
    setBusy(true);
    // The whole page anew: nothing of the old session stays.
    await logout(async () => window.location.assign(`/invite/${encodeURIComponent(code)}`));
  }
  return (
    <div className={css.form}>
      <p className={css.note}>{t("auth.inviteOther", { email: info.email, current: user.email })}</p>
      <Button kind="primary" size={40} wide busy={busy} onClick={() => void handleLeave()}>
        {t("auth.inviteSwitch")}
      </Button>
      <Link to="/" className={css.center}>
        {t("auth.inviteStay", { name: user.name })}
      </Link>
    </div>
  );
}

/** Somebody who is signed in already. */
function InviteAccept({ code, user }: { readonly code: string; readonly user: User }) {
  const accept = useAcceptInvitation();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  async function handleAccept(): Promise<void> {
    setBusy(true);
    try {
      await accept(code);
      await navigate({ to: "/" });
    } catch (error) {
      setWrong(errorText(error));
      setBusy(false);
    }
  }
  return (
    <div className={css.form}>
      {wrong && (
        <p role="alert" className={css.alert}>
          {wrong}
        </p>
      )}
      <Button kind="primary" size={40} wide type="submit" busy={busy} onClick={() => void handleAccept()}>
        {t("auth.inviteAccept", { name: user.name })}
      </Button>
    </div>
  );
}

export function InvitePage() {
  const { code } = useParams({ from: "/invite/$code" });
  const { data: info, error } = useInvitationInfo(code);
  const { data: me, isPending } = useQuery({ ...meQuery, retry: false });
  useTitle(info && t("auth.inviteTitle", { tenant: info.tenant }));
  if (error) {
    return (
      <AuthFrame title={t("auth.inviteGone")} sub={t("auth.inviteGoneText")} low>
        <Link to="/login">{t("auth.signIn")}</Link>
      </AuthFrame>
    );
  }
  if (!info || isPending) {
    return <AuthFrame title="" />;
  }
  const other = me?.user.email.toLowerCase() !== info.email.toLowerCase();
  const alt = !me && (
    <Link to="/login" search={{ next: `/invite/${code}` }}>
      {t("auth.inviteLogin")}
    </Link>
  );
  return (
    <AuthFrame
      title={t("auth.inviteTitle", { tenant: info.tenant })}
      sub={t("auth.inviteSub", { by: info.by })}
      alt={alt}
    >
      {!me && <InviteSignup code={code} info={info} />}
      {me && other && <InviteOther code={code} info={info} user={me.user} />}
      {me && !other && <InviteAccept code={code} user={me.user} />}
    </AuthFrame>
  );
}
