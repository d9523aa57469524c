import { useBlocker } from "@tanstack/react-router";
import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useApps } from "@/api/meta";
import { useUpdateRole } from "@/api/people";
import { errorText } from "@/api/problem";
import type { App, Grant, Member, Role } from "@/api/types";
import { t } from "@/lib/i18n";
import { AvatarStack } from "@/ui/avatar";
import { Button, IconButton } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { EmptyState } from "@/ui/empty-state";
import { IconTile } from "@/ui/icon-tile";
import { Menu } from "@/ui/menu";
import { toast } from "@/ui/toast-store";
import { GrantRow } from "./grant-row";
import { acts, countChanges, type Draft, draftOf, grantOf, grantsOf, isUnfinished } from "./grants";
import css from "./roles.module.css";

const RoleDialog = lazy(async () => ({ default: (await import("./role-dialogs")).RoleDialog }));
const DeleteRole = lazy(async () => ({ default: (await import("./role-dialogs")).DeleteRole }));

export interface RoleEditorProps {
  readonly role: Role;
  readonly people: readonly Member[];
  /** The other roles of one's own, to copy from. */
  readonly others: readonly Role[];
  readonly onChanged: (changed: boolean) => void;
  readonly onDeleted: () => void;
}

interface HeadProps extends RoleEditorProps {
  readonly changes: number;
  readonly busy: boolean;
  readonly onSave: () => void;
  readonly onDiscard: () => void;
}

function EditorHead({ role, people, changes, busy, onSave, onDiscard, onDeleted }: HeadProps) {
  const [asking, setAsking] = useState<"edit" | "delete">();
  const close = () => setAsking(undefined);
  return (
    <header className={css.head}>
      <div>
        <h1>
          {role.name}
          <AvatarStack people={people} />
          <small>{t("roles.people", { count: people.length })}</small>
        </h1>
        {role.description && <p>{role.description}</p>}
      </div>
      <div className={css.acts}>
        {changes > 0 && (
          <>
            <span className={css.affects}>{t("roles.affects", { count: people.length })}</span>
            <Button size={34} onClick={onDiscard}>
              {t("roles.discard")}
            </Button>
            <Button kind="primary" size={34} busy={busy} onClick={onSave}>
              {t("roles.save", { count: changes })}
            </Button>
          </>
        )}
        <Menu
          align="end"
          trigger={
            <IconButton label={t("common.more")} size={34}>
              <Ellipsis size={16} />
            </IconButton>
          }
          groups={[
            {
              items: [
                { id: "edit", label: t("roles.edit"), icon: <Pencil />, onSelect: () => setAsking("edit") },
              ],
            },
            {
              items: [
                {
                  id: "delete",
                  label: t("roles.delete"),
                  icon: <Trash2 />,
                  danger: true,
                  onSelect: () => setAsking("delete"),
                },
              ],
            },
          ]}
        />
      </div>
      <Suspense>
        {asking === "edit" && <RoleDialog role={role} onClose={close} />}
        {asking === "delete" && (
          <DeleteRole role={role} people={people.length} onClose={close} onDone={onDeleted} />
        )}
      </Suspense>
    </header>
  );
}

interface TableProps {
  readonly apps: readonly App[];
  readonly before: Draft;
  readonly draft: Draft;
  readonly others: readonly Role[];
  /** The table whose scope and fields show. */
  readonly open: string | undefined;
  readonly onOpen: (entity: string | undefined) => void;
  readonly onGrant: (grant: Grant) => void;
}

function GrantTable({ apps, before, draft, others, open, onOpen, onGrant }: TableProps) {
  return (
    <div className={css.table}>
      <div className={css.heads} aria-hidden="true">
        <span>{t("roles.table")}</span>
        {acts.map((act) => (
          <span key={act}>{t(`roles.act.${act}`)}</span>
        ))}
        <span>{t("roles.scope")}</span>
        <span>{t("roles.fields")}</span>
      </div>
      {apps.map((app) => (
        <section key={app.id} aria-label={app.name}>
          <h2 className={css.app}>
            <IconTile icon={app.icon ?? "layers"} color={app.color} size={18} />
            {app.name}
          </h2>
          {[...(app.entities ?? [])]
            .sort((a, b) => a.order - b.order)
            .map((entity) => (
              <GrantRow
                key={entity.id}
                entity={entity}
                before={grantOf(before, entity.id)}
                grant={grantOf(draft, entity.id)}
                open={open === entity.id}
                others={others}
                onOpen={() => onOpen(open === entity.id ? undefined : entity.id)}
                onGrant={onGrant}
              />
            ))}
        </section>
      ))}
    </div>
  );
}

/** A custom role: table by table what it may do, on which records, with which fields. */
export function RoleEditor(props: RoleEditorProps) {
  const { role, people, others, onChanged } = props;
  const { data: apps = [] } = useApps();
  const update = useUpdateRole();
  const before = draftOf(role.grants);
  const [draft, setDraft] = useState<Draft>(before);
  const [open, setOpen] = useState<string>();
  const changes = countChanges(before, draft);
  const blocker = useBlocker({
    shouldBlockFn: () => changes > 0,
    enableBeforeUnload: () => changes > 0,
    withResolver: true,
  });
  function put(next: Draft): void {
    setDraft(next);
    onChanged(countChanges(before, next) > 0);
  }
  async function handleSave(): Promise<void> {
    const unfinished = Object.values(draft).find(isUnfinished);
    if (unfinished) {
      setOpen(unfinished.entity);
      toast({ kind: "bad", text: t("roles.filterMissing") });
      return;
    }
    try {
      const saved = await update.mutateAsync({ id: role.id, grants: grantsOf(draft) });
      setDraft(draftOf(saved.grants));
      onChanged(false);
      toast({ kind: "good", text: t("roles.saved", { count: people.length }) });
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  }
  const withTables = apps.filter((app) => (app.entities ?? []).length > 0);
  return (
    <section className={css.editor}>
      <EditorHead
        {...props}
        changes={changes}
        busy={update.isPending}
        onSave={() => void handleSave()}
        onDiscard={() => put(before)}
      />
      {withTables.length === 0 ? (
        <EmptyState ghost title={t("roles.noTables")} text={t("roles.noTablesText")} />
      ) : (
        <GrantTable
          apps={withTables}
          before={before}
          draft={draft}
          others={others}
          open={open}
          onOpen={setOpen}
          onGrant={(grant) => put({ ...draft, [grant.entity]: grant })}
        />
      )}
      {blocker.status === "blocked" && (
        <Confirm
          title={t("roles.leaveTitle")}
          text={t("roles.leaveText")}
          act={t("roles.leave")}
          danger
          onAct={async () => {
            onChanged(false);
            blocker.proceed();
          }}
          onClose={() => blocker.reset()}
        />
      )}
    </section>
  );
}
