import { CalendarOff, Ellipsis, UserCheck, UserMinus, UserX } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import {
  type MemberPatch,
  useDepartments,
  useMembers,
  useRemoveMember,
  useRoles,
  useUpdateMember,
} from "@/api/people";
import { errorText } from "@/api/problem";
import type { Member } from "@/api/types";
import { t } from "@/lib/i18n";
import { formatDay, formatTime } from "@/lib/i18n/format";
import { roleName } from "@/lib/i18n/role-name";
import { Avatar } from "@/ui/avatar";
import { IconButton } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Menu } from "@/ui/menu";
import { Pill } from "@/ui/pill";
import { MultiSelect, Select } from "@/ui/select";
import { toast } from "@/ui/toast-store";
import css from "./members.module.css";

const LeaveDialog = lazy(async () => ({ default: (await import("./leave-dialog")).LeaveDialog }));

interface MemberProps {
  readonly member: Member;
}

/** Saves a change at once and offers the way back. */
function useChange(member: Member) {
  const update = useUpdateMember();
  return async (patch: MemberPatch, undo: MemberPatch, text: string) => {
    try {
      await update.mutateAsync({ id: member.id, ...patch });
      toast({
        kind: "good",
        text,
        action: { label: t("common.undo"), onAct: () => update.mutate({ id: member.id, ...undo }) },
      });
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  };
}

function RoleSelect({ member }: MemberProps) {
  const { data: roles = [] } = useRoles();
  const change = useChange(member);
  const now = member.roles.map((role) => role.id);
  return (
    <MultiSelect
      label={`${member.name}: ${t("members.roles")}`}
      size={30}
      value={now}
      options={roles.map((role) => ({ value: role.id, label: roleName(role) }))}
      onChange={(next) => next.length > 0 && void change({ roles: next }, { roles: now }, t("members.saved"))}
    />
  );
}

function DepartmentSelect({ member }: MemberProps) {
  const { data: departments = [] } = useDepartments();
  const change = useChange(member);
  const now = member.department?.id ?? null;
  return (
    <Select
      label={`${member.name}: ${t("members.department")}`}
      size={30}
      value={now ?? ""}
      placeholder={t("members.noDepartment")}
      options={[
        { value: "", label: t("members.noDepartment") },
        ...departments.map((department) => ({ value: department.id, label: department.name })),
      ]}
      onChange={(next) => void change({ department: next || null }, { department: now }, t("members.saved"))}
    />
  );
}

function MemberMenu({ member, fixed }: MemberProps & { readonly fixed: boolean }) {
  const change = useChange(member);
  const remove = useRemoveMember();
  const [asking, setAsking] = useState<"suspend" | "remove" | "leave">();
  const { name, suspended } = member;
  async function handleSuspend(): Promise<void> {
    await change(
      { suspended: !suspended },
      { suspended },
      suspended ? t("members.resumed", { name }) : t("members.suspendedDone", { name }),
    );
    setAsking(undefined);
  }
  async function handleRemove(): Promise<void> {
    try {
      await remove.mutateAsync(member.id);
      toast({ kind: "good", text: t("members.removed", { name }) });
      setAsking(undefined);
    } catch (error) {
      toast({ kind: "bad", text: errorText(error) });
    }
  }
  return (
    <>
      <Menu
        align="end"
        trigger={
          <IconButton label={t("members.more", { name })}>
            <Ellipsis size={16} />
          </IconButton>
        }
        groups={[
          {
            items: [
              {
                id: "leave",
                label: t("members.leave"),
                icon: <CalendarOff />,
                onSelect: () => setAsking("leave"),
              },
              ...(fixed
                ? []
                : [
                    suspended
                      ? {
                          id: "resume",
                          label: t("members.resume"),
                          icon: <UserCheck />,
                          onSelect: () => void handleSuspend(),
                        }
                      : {
                          id: "suspend",
                          label: t("members.suspend"),
                          icon: <UserX />,
                          onSelect: () => setAsking("suspend"),
                        },
                  ]),
            ],
          },
          {
            items: fixed
              ? []
              : [
                  {
                    id: "remove",
                    label: t("members.remove"),
                    icon: <UserMinus />,
                    danger: true,
                    onSelect: () => setAsking("remove"),
                  },
                ],
          },
        ]}
      />
      {asking === "leave" && (
        <Suspense>
          <LeaveDialog member={member} onClose={() => setAsking(undefined)} />
        </Suspense>
      )}
      {asking === "suspend" && (
        <Confirm
          title={t("members.suspendTitle", { name })}
          text={t("members.suspendText")}
          act={t("members.suspend")}
          onAct={handleSuspend}
          onClose={() => setAsking(undefined)}
        />
      )}
      {asking === "remove" && (
        <Confirm
          danger
          title={t("members.removeTitle", { name })}
          text={t("members.removeText")}
          act={t("members.remove")}
          onAct={handleRemove}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  );
}

function Away({ leave }: { readonly leave: NonNullable<Member["leave"]> }) {
  const days = { from: formatDay(leave.from), to: formatDay(leave.to) };
  const { data: members = [] } = useMembers();
  const standIn = members.find(({ id }) => id === leave.standIn);
  return (
    <small>
      {standIn ? t("members.awayWith", { ...days, name: standIn.name }) : t("members.away", days)}
    </small>
  );
}

export interface MemberRowProps extends MemberProps {
  readonly admin: boolean;
  /** One's own row: one does not lock oneself out. */
  readonly self: boolean;
}

export function MemberRow({ member, admin, self }: MemberRowProps) {
  const owner = member.roles.some((role) => role.key === "owner");
  const fixed = !admin || self || owner;
  return (
    <li className={css.row} data-off={member.suspended}>
      <span className={css.person}>
        <Avatar id={member.id} name={member.name} size={32} />
        <span>
          <b>
            {member.name}
            {self && <Pill small>{t("members.you")}</Pill>}
            {member.suspended && (
              <Pill small color="red">
                {t("members.suspended")}
              </Pill>
            )}
          </b>
          <small>{member.email}</small>
          {member.leave && <Away leave={member.leave} />}
        </span>
      </span>
      <span className={css.cell}>
        {fixed ? (
          <span className={css.plain}>{member.roles.map(roleName).join("、")}</span>
        ) : (
          <RoleSelect member={member} />
        )}
      </span>
      <span className={css.cell}>
        {admin ? (
          <DepartmentSelect member={member} />
        ) : (
          <span className={css.plain}>{member.department?.name ?? t("members.noDepartment")}</span>
        )}
      </span>
      <span className={css.date}>
        {member.joinedAt && formatTime(member.joinedAt, { dateStyle: "medium" })}
      </span>
      <span className={css.act}>{admin && <MemberMenu member={member} fixed={fixed} />}</span>
    </li>
  );
}
