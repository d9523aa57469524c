import type { Me } from "@/api/types";

/** Whether any of one's roles could let one write; who only views has nothing in the trash. */
export function mayWrite(me: Me | undefined): boolean {
  return Boolean(me?.can.write && me.roles.some(({ key }) => key !== "viewer"));
}
