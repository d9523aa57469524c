import { Ellipsis, Network, Pencil, Plus, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useDepartments, useMembers } from "@/api/people";
import { errorText } from "@/api/problem";
import type { Department } from "@/api/types";
import { t } from "@/lib/i18n";
import { useTitle } from "@/lib/use-title";
import { Avatar } from "@/ui/avatar";
import { Button, IconButton } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { Menu } from "@/ui/menu";
import { PageHead } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import type { Asked } from "./department-dialogs";
import { flatten } from "./department-tree";
import css from "./members.module.css";

const Dialogs = lazy(async () => ({ default: (await import("./department-dialogs")).DepartmentDialogs }));

interface RowProps {
  readonly department: Department;
  readonly depth: number;
  readonly people: number;
  readonly onAsk: (asked: Asked) => void;
}

function DepartmentRow({ department, depth, people, onAsk }: RowProps) {
  const { manager, name } = department;
  return (
    <li className={css.department} style={{ paddingInlineStart: 16 + depth * 28 }}>
      <Network size={16} aria-hidden="true" />
      <b>{name}</b>
      <span className={css.manager}>
        {manager && (
          <>
            <Avatar id={manager.id} name={manager.name} />
            {manager.name}
          </>
        )}
      </span>
      <span className={css.people}>{t("departments.people", { count: people })}</span>
      <Menu
        align="end"
        trigger={
          <IconButton label={t("departments.more", { name })}>
            <Ellipsis size={16} />
          </IconButton>
        }
        groups={[
          {
            items: [
              {
                id: "add",
                label: t("departments.addChild"),
                icon: <Plus />,
                onSelect: () => onAsk({ kind: "new", parent: department.id }),
              },
              {
                id: "edit",
                label: t("departments.edit"),
                icon: <Pencil />,
                onSelect: () => onAsk({ kind: "edit", department }),
              },
            ],
          },
          {
            items: [
              {
                id: "delete",
                label: t("departments.delete"),
                icon: <Trash2 />,
                danger: true,
                onSelect: () => onAsk({ kind: "delete", department }),
              },
            ],
          },
        ]}
      />
    </li>
  );
}

export function DepartmentsPage() {
  const { data: departments, error } = useDepartments();
  const { data: members = [] } = useMembers();
  const [asked, setAsked] = useState<Asked>();
  useTitle(t("departments.title"));
  const add = (
    <Button kind="primary" icon={<Plus />} onClick={() => setAsked({ kind: "new", parent: null })}>
      {t("departments.add")}
    </Button>
  );
  return (
    <main className={css.page}>
      <PageHead title={t("departments.title")} line>
        {add}
      </PageHead>
      <div className={css.body}>
        {error && <EmptyState title={t("error.pageTitle")} text={errorText(error)} />}
        {!departments && !error && <SkeletonRows />}
        {departments?.length === 0 && (
          <EmptyState
            ghost
            icon={<Network size={22} />}
            title={t("departments.none")}
            text={t("departments.noneText")}
          >
            {add}
          </EmptyState>
        )}
        {departments && departments.length > 0 && (
          <>
            <p className={css.lead}>{t("departments.text")}</p>
            <ul className={css.list}>
              {flatten(departments).map(({ department, depth }) => (
                <DepartmentRow
                  key={department.id}
                  department={department}
                  depth={depth}
                  people={members.filter((member) => member.department?.id === department.id).length}
                  onAsk={setAsked}
                />
              ))}
            </ul>
          </>
        )}
      </div>
      {asked && (
        <Suspense>
          <Dialogs asked={asked} departments={departments ?? []} onClose={() => setAsked(undefined)} />
        </Suspense>
      )}
    </main>
  );
}
