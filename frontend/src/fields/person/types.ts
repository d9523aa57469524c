import { UserRound, UserRoundPen, UserRoundPlus } from "lucide-react";
import { fold } from "@/lib/fold";
import { joinNames, splitNames } from "../split";
import {
  bad,
  basicSummaries,
  type FieldType,
  type FilterValue,
  listOf,
  type Named,
  ok,
  type ParseEnv,
} from "../types";

const userOps = ["hasAny", "hasNone", "isEmpty", "isNotEmpty"];

function userFilter(op: string): FilterValue {
  return op === "isEmpty" || op === "isNotEmpty" ? "none" : "users";
}

/** A member by id, mail address or name; a name that two have is nobody's. */
function memberNamed(text: string, env: ParseEnv): Named | undefined {
  const name = fold(text.trim());
  const byMail = env.members.find((one) => one.id === text.trim() || fold(one.email) === name);
  const byName = env.members.filter((one) => fold(one.name) === name);
  const found = byMail ?? (byName.length === 1 ? byName[0] : undefined);
  return found && { id: found.id, name: found.name };
}

export const userType: FieldType = {
  id: "user",
  icon: UserRound,
  color: "teal",
  group: "people",
  family: "person",
  editor: "popover",
  groupable: true,
  mayBeRequired: true,
  ops: userOps,
  filterValue: userFilter,
  summaries: basicSummaries,
  parse(field, text, env) {
    if (text.trim() === "") {
      return ok(null);
    }
    const whole = memberNamed(text, env);
    const found = whole === undefined ? splitNames(text).map((one) => memberNamed(one, env)) : [whole];
    const people = found.filter((one) => one !== undefined);
    if (people.length === 0 || people.length < found.length) {
      return bad("badUser");
    }
    return people.length > 1 && field.options.many !== true ? bad("tooMany") : ok(people);
  },
  format: (_field, value) => joinNames(listOf(value).map((one) => one.name)),
};

const system = {
  ...userType,
  editor: "none",
  computed: true,
  mayBeRequired: false,
  parse: () => bad("readOnly"),
} as const;

export const createdByType: FieldType = { ...system, id: "createdBy", icon: UserRoundPlus };
export const updatedByType: FieldType = { ...system, id: "updatedBy", icon: UserRoundPen };
