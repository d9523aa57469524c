import { tryT } from "./index";

/** The name of a role: the built-in ones in the user's language. */
export function roleName(role: { readonly key?: string; readonly name: string }): string {
  return (role.key && tryT(`role.${role.key}`)) || role.name;
}
