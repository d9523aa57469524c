import { useState } from "react";
import { useEntity } from "@/api/meta";
import type { EntityInfo, Grant } from "@/api/types";
import { matches } from "@/lib/fold";
import { t } from "@/lib/i18n";
import { SearchInput } from "@/ui/input";
import { SkeletonRows } from "@/ui/skeleton";
import { Radio } from "@/ui/toggles";
import { FieldMatrix } from "./field-matrix";
import { scopeName, scopes, withScope } from "./grants";
import css from "./roles.module.css";

interface ScopeProps {
  readonly grant: Grant;
  readonly before: Grant;
  readonly onGrant: (grant: Grant) => void;
}

function ScopeBox({ grant, before, onGrant }: ScopeProps) {
  const now = scopeName(grant.scope);
  // A condition is set by a template or over the API; here it can be left and taken again.
  const filter = scopeName(before.scope) === "filter" ? before.scope : undefined;
  const rows = [...scopes, ...(filter || now === "filter" ? (["filter"] as const) : [])];
  return (
    <section className={css.box}>
      <h3>{t("roles.scopeTitle")}</h3>
      <div role="radiogroup" aria-label={t("roles.scopeTitle")} className={css.scopes}>
        {rows.map((name) => (
          <Radio
            key={name}
            name={`scope-${grant.entity}`}
            checked={now === name}
            onChange={() => onGrant(withScope(grant, name === "filter" ? (filter ?? grant.scope) : name))}
          >
            {t(`roles.scope.${name}`)}
            <small>{t(`roles.scopeHint.${name}`)}</small>
          </Radio>
        ))}
      </div>
      <p className={css.scopeNote}>{t("roles.scopeNote")}</p>
    </section>
  );
}

export interface GrantDetailProps extends ScopeProps {
  readonly entity: EntityInfo;
}

/** Which records and which fields of one table. */
export function GrantDetail({ entity, before, grant, onGrant }: GrantDetailProps) {
  const { data } = useEntity(entity.id);
  const [search, setSearch] = useState("");
  const fields = (data?.fields ?? []).filter((field) => matches(search, field.name, field.key));
  return (
    <div className={css.detail}>
      <ScopeBox grant={grant} before={before} onGrant={onGrant} />
      <section className={css.box}>
        <h3>
          {t("roles.fieldRights")}
          <em>{t("roles.fieldCount", { count: data?.fields.length ?? 0 })}</em>
          <SearchInput
            size={30}
            className={css.find}
            placeholder={t("roles.findField")}
            aria-label={t("roles.findField")}
            value={search}
            onChange={setSearch}
          />
        </h3>
        {data ? (
          <FieldMatrix fields={fields} before={before} grant={grant} onGrant={onGrant} />
        ) : (
          <SkeletonRows rows={6} height={35} />
        )}
      </section>
    </div>
  );
}
