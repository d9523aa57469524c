import { useState } from "react";
import { useMe } from "@/api/meta";
import { useMembers } from "@/api/people";
import type { Entity, Grant } from "@/api/types";
import { FieldsProvider } from "@/fields/context";
import { FieldIcon } from "@/fields/field-icon";
import { FilterBuilder } from "@/fields/filter/builder";
import { t } from "@/lib/i18n";
import { Field } from "@/ui/field";
import { Select } from "@/ui/select";
import { Radio } from "@/ui/toggles";
import { isPersonal, ownerFields, scopeFilter, scopeName, scopes, withOwner, withScope } from "./grants";
import css from "./roles.module.css";

export interface ScopeProps {
  readonly entity: Entity;
  readonly grant: Grant;
  readonly before: Grant;
  readonly onGrant: (grant: Grant) => void;
}

/** Whose a record is: which field of persons says so. */
function OwnerPick({ entity, grant, onGrant }: Omit<ScopeProps, "before">) {
  const fields = ownerFields(entity.fields);
  const [first] = fields;
  if (!first) {
    return <p className={css.scopeNote}>{t("roles.ownerCreator")}</p>;
  }
  const now = fields.find(({ key }) => key === grant.owner) ?? first;
  return (
    <div className={css.owner}>
      <Field label={t("roles.owner")} hint={t("roles.ownerHint")}>
        <Select
          size={30}
          value={now.key}
          options={fields.map((field) => ({
            value: field.key,
            label: field.name,
            icon: <FieldIcon field={field} />,
          }))}
          onChange={(key) => onGrant(withOwner(grant, key === first.key ? undefined : key))}
        />
      </Field>
    </div>
  );
}

/** The conditions of a scope; drawn anew when they change from outside, as on discarding. */
function ConditionBox({ entity, grant, onGrant }: Omit<ScopeProps, "before">) {
  const { data: me } = useMe();
  const { data: members } = useMembers();
  const filter = scopeFilter(grant.scope);
  const json = JSON.stringify(filter);
  const [seen, setSeen] = useState({ json, key: 0 });
  if (json !== seen.json) {
    setSeen({ json, key: seen.key + 1 });
  }
  function handleFilter(next: unknown): void {
    setSeen({ json: JSON.stringify(next), key: seen.key });
    onGrant(withScope(grant, { filter: next }));
  }
  if (!me || !members) {
    return null;
  }
  return (
    <FieldsProvider
      value={{
        members,
        me: me.user.id,
        timeZone: me.user.timeZone || me.tenant.timeZone,
        weekStart: me.tenant.weekStart,
      }}
    >
      <div className={css.builder}>
        <FilterBuilder
          key={seen.key}
          fit
          fields={entity.fields}
          name={entity.recordName || entity.name}
          filter={filter}
          onChange={handleFilter}
        />
        {filter === undefined && (
          <p className={css.unfinished} role="status">
            {t("roles.filterEmpty")}
          </p>
        )}
      </div>
    </FieldsProvider>
  );
}

/** Which records of a table the role reaches. */
export function ScopeBox({ entity, grant, before, onGrant }: ScopeProps) {
  const now = scopeName(grant.scope);
  const kept = scopeFilter(before.scope);
  return (
    <section className={css.box}>
      <h3>{t("roles.scopeTitle")}</h3>
      <div role="radiogroup" aria-label={t("roles.scopeTitle")} className={css.scopes}>
        {scopes.map((name) => (
          <Radio
            key={name}
            name={`scope-${grant.entity}`}
            checked={now === name}
            onChange={() => onGrant(withScope(grant, name === "filter" ? { filter: kept } : name))}
          >
            {t(`roles.scope.${name}`)}
            <small>{t(`roles.scopeHint.${name}`)}</small>
          </Radio>
        ))}
      </div>
      {isPersonal(grant.scope) && <OwnerPick entity={entity} grant={grant} onGrant={onGrant} />}
      {now === "filter" && <ConditionBox entity={entity} grant={grant} onGrant={onGrant} />}
      <p className={css.scopeNote}>{t("roles.scopeNote")}</p>
    </section>
  );
}
