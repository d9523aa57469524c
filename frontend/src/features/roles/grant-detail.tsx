import { Copy } from "lucide-react";
import { useState } from "react";
import { useEntity } from "@/api/meta";
import type { EntityInfo, Grant, Role } from "@/api/types";
import { matches } from "@/lib/fold";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { SearchInput } from "@/ui/input";
import { Menu } from "@/ui/menu";
import { SkeletonRows } from "@/ui/skeleton";
import { FieldMatrix } from "./field-matrix";
import { copied } from "./grants";
import css from "./roles.module.css";
import { ScopeBox } from "./scope-box";

export interface GrantDetailProps {
  readonly entity: EntityInfo;
  readonly grant: Grant;
  readonly before: Grant;
  /** The other roles, to copy from. */
  readonly others: readonly Role[];
  readonly onGrant: (grant: Grant) => void;
}

/** Takes over what another role may do with this table. */
function CopyMenu({ entity, others, onGrant }: Pick<GrantDetailProps, "entity" | "others" | "onGrant">) {
  const from = others.filter((role) => role.grants.some((grant) => grant.entity === entity.id));
  if (from.length === 0) {
    return null;
  }
  return (
    <Menu
      align="end"
      trigger={
        <Button icon={<Copy />} className={css.copy}>
          {t("roles.copyFrom")}
        </Button>
      }
      groups={[
        {
          label: t("roles.copyLabel"),
          items: from.map((role) => ({
            id: role.id,
            label: role.name,
            onSelect: () => onGrant(copied(role.grants, entity.id)),
          })),
        },
      ]}
    />
  );
}

/** Which records and which fields of one table. */
export function GrantDetail({ entity, before, grant, others, onGrant }: GrantDetailProps) {
  const { data } = useEntity(entity.id);
  const [search, setSearch] = useState("");
  const fields = (data?.fields ?? []).filter((field) => matches(search, field.name, field.key));
  return (
    <div className={css.detail}>
      {data ? (
        <ScopeBox entity={data} grant={grant} before={before} onGrant={onGrant} />
      ) : (
        <section className={css.box}>
          <SkeletonRows rows={5} height={44} />
        </section>
      )}
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
          <CopyMenu entity={entity} others={others} onGrant={onGrant} />
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
