import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useDeleteToken, useTokens } from "@/api/account";
import { apiUrl } from "@/api/client";
import { errorText } from "@/api/problem";
import type { Token } from "@/api/types";
import { t } from "@/lib/i18n";
import { formatTime } from "@/lib/i18n/format";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { EmptyState } from "@/ui/empty-state";
import { Pill } from "@/ui/pill";
import { SkeletonRows } from "@/ui/skeleton";
import { toast } from "@/ui/toast-store";
import { NewToken } from "./new-token";
import css from "./settings.module.css";

const day = (at: string) => formatTime(at, { dateStyle: "medium" });

function TokenRow({ token, onRevoke }: { readonly token: Token; readonly onRevoke: () => void }) {
  const write = token.scopes.includes("write");
  const end = token.expiresAt ? t("settings.expiresAt", { date: day(token.expiresAt) }) : t("settings.never");
  return (
    <li className={css.token}>
      <KeyRound size={16} aria-hidden="true" />
      <span>
        <b>{token.name}</b>
        <small>{`${t("settings.createdAt", { date: day(token.createdAt) })} · ${end}`}</small>
      </span>
      <Pill small color={write ? "green" : "blue"}>
        {write ? t("settings.scopeWrite") : t("settings.scopeRead")}
      </Pill>
      <Button kind="ghostDanger" onClick={onRevoke}>
        {t("settings.revoke")}
      </Button>
    </li>
  );
}

export function Tokens() {
  const { data: tokens, error } = useTokens();
  const remove = useDeleteToken();
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  async function handleRevoke({ id, name }: Token): Promise<void> {
    try {
      await remove.mutateAsync(id);
      toast({ kind: "good", text: t("settings.revoked", { name }) });
      setRevoking(undefined);
    } catch (failure) {
      toast({ kind: "bad", text: errorText(failure) });
    }
  }
  const add = (
    <Button kind="primary" size={34} icon={<Plus />} onClick={() => setAdding(true)}>
      {t("settings.newToken")}
    </Button>
  );
  return (
    <section className={css.wide}>
      <header className={css.top}>
        <p className={css.lead}>
          {t("settings.tokensText")}
          <a href={apiUrl("/openapi.json")} target="_blank" rel="noreferrer">
            {t("settings.docs")}
          </a>
        </p>
        {tokens && tokens.length > 0 && add}
      </header>
      {error && <EmptyState title={t("error.pageTitle")} text={errorText(error)} />}
      {!tokens && !error && <SkeletonRows rows={3} />}
      {tokens?.length === 0 && (
        <EmptyState ghost icon={<KeyRound size={22} />} title={t("settings.noTokens")}>
          {add}
        </EmptyState>
      )}
      {tokens && tokens.length > 0 && (
        <ul className={css.tokens}>
          {tokens.map((token) => (
            <TokenRow key={token.id} token={token} onRevoke={() => setRevoking(token)} />
          ))}
        </ul>
      )}
      {adding && <NewToken onClose={() => setAdding(false)} />}
      {revoking && (
        <Confirm
          danger
          title={t("settings.revokeTitle", { name: revoking.name })}
          text={t("settings.revokeText")}
          act={t("settings.revoke")}
          onAct={() => handleRevoke(revoking)}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </section>
  );
}
