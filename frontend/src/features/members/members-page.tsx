import { UserPlus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useMe } from "@/api/meta";
import { useMembers } from "@/api/people";
import { errorText } from "@/api/problem";
import { matches } from "@/lib/fold";
import { t } from "@/lib/i18n";
import { useTitle } from "@/lib/use-title";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { SearchInput } from "@/ui/input";
import { PageHead } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { Invitations } from "./invitations";
import { MemberRow } from "./member-row";
import css from "./members.module.css";

const InviteDialog = lazy(async () => ({ default: (await import("./invite-dialog")).InviteDialog }));

export function MembersPage() {
  const { data: me } = useMe();
  const { data: members, error } = useMembers();
  const [search, setSearch] = useState("");
  const [inviting, setInviting] = useState(false);
  useTitle(t("members.title"));
  const admin = me?.can.admin ?? false;
  const found = (members ?? []).filter((member) => matches(search, member.name, member.email));
  return (
    <main className={css.page}>
      <PageHead title={t("members.title")} line>
        <SearchInput
          size={30}
          className={css.search}
          placeholder={t("members.search")}
          aria-label={t("members.search")}
          value={search}
          onChange={setSearch}
        />
        {admin && (
          <Button kind="primary" icon={<UserPlus />} onClick={() => setInviting(true)}>
            {t("members.invite")}
          </Button>
        )}
      </PageHead>
      <div className={css.body}>
        {error && <EmptyState title={t("error.pageTitle")} text={errorText(error)} />}
        {!members && !error && <SkeletonRows height={56} />}
        {members && (
          <>
            <p className={css.count}>{t("members.count", { count: found.length })}</p>
            <ul className={css.list}>
              <li className={css.heads} aria-hidden="true">
                <span>{t("members.name")}</span>
                <span>{t("members.roles")}</span>
                <span>{t("members.department")}</span>
                <span>{t("members.joined")}</span>
              </li>
              {found.map((member) => (
                <MemberRow key={member.id} member={member} admin={admin} self={member.id === me?.user.id} />
              ))}
            </ul>
            {found.length === 0 && <EmptyState title={t("members.none")} />}
            {admin && <Invitations />}
          </>
        )}
      </div>
      {inviting && (
        <Suspense>
          <InviteDialog onClose={() => setInviting(false)} />
        </Suspense>
      )}
    </main>
  );
}
