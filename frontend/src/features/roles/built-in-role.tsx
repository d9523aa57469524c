import { Plus } from "lucide-react";
import type { Member, Role } from "@/api/types";
import { t, tryT } from "@/lib/i18n";
import { roleName } from "@/lib/i18n/role-name";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import css from "./roles.module.css";

export interface BuiltInRoleProps {
  readonly role: Role;
  readonly people: readonly Member[];
  readonly onNew: () => void;
}

export function BuiltInRole({ role, people, onNew }: BuiltInRoleProps) {
  return (
    <section className={css.editor}>
      <header className={css.head}>
        <div>
          <h1>{roleName(role)}</h1>
          <p>{tryT(`roles.about.${role.key ?? ""}`) ?? role.description}</p>
        </div>
      </header>
      <div className={css.fixed}>
        <p className={css.note}>
          {t("roles.builtInText")}
          <Button kind="line" size={34} icon={<Plus />} onClick={onNew}>
            {t("roles.new")}
          </Button>
        </p>
        <h2>
          {t("roles.members")}
          <em>{people.length}</em>
        </h2>
        {people.length === 0 && <p className={css.none}>{t("roles.noMembers")}</p>}
        <ul className={css.people}>
          {people.map((member) => (
            <li key={member.id}>
              <Avatar id={member.id} name={member.name} size={28} />
              <span>
                {member.name}
                <small>{member.email}</small>
              </span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
