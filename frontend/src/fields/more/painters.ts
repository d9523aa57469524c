/** The grid's painters of these types. */
import * as barcode from "lucide-react/icons/barcode";
import * as braces from "lucide-react/icons/braces";
import * as department from "lucide-react/icons/building";
import * as calculator from "lucide-react/icons/calculator";
import * as year from "lucide-react/icons/calendar-range";
import * as progress from "lucide-react/icons/circle-gauge";
import * as time from "lucide-react/icons/clock-3";
import * as markdown from "lucide-react/icons/file-code";
import * as uuid from "lucide-react/icons/fingerprint-pattern";
import * as sla from "lucide-react/icons/hourglass";
import * as cardNumber from "lucide-react/icons/id-card";
import * as tree from "lucide-react/icons/list-tree";
import * as refresh from "lucide-react/icons/loader";
import * as pin from "lucide-react/icons/map-pin";
import * as address from "lucide-react/icons/map-pin-house";
import * as status from "lucide-react/icons/milestone";
import * as pilcrow from "lucide-react/icons/pilcrow";
import * as lookup from "lucide-react/icons/scan-search";
import * as role from "lucide-react/icons/shield-user";
import * as sigma from "lucide-react/icons/sigma";
import * as signature from "lucide-react/icons/signature";
import * as formula from "lucide-react/icons/square-function";
import * as button from "lucide-react/icons/square-mouse-pointer";
import * as subTable from "lucide-react/icons/table-2";
import * as timer from "lucide-react/icons/timer";
import * as users from "lucide-react/icons/users-round";
import * as waypoints from "lucide-react/icons/waypoints";
import { attachmentRenderer, linkRenderer } from "@/grid/cells/chips";
import { systemTimeRenderer } from "@/grid/cells/date";
import {
  buttonRenderer,
  code,
  computedRenderer,
  dataRenderer,
  formatted,
  groupRenderer,
  pathRenderer,
  picturesRenderer,
  pinned,
  progressRenderer,
  statusRenderer,
  words,
} from "@/grid/cells/more";
import { userRenderer } from "@/grid/cells/people";
import { rendererOf } from "@/grid/cells/registry";
import type { FieldRenderer } from "@/grid/cells/renderer";
import { addIcons } from "@/grid/icons";
import { failure, failureText } from "../types";
import { groupName } from "./choice";
import { typedMoney } from "./money";
import { pictures } from "./pictures";
import { addressOf, placeOf } from "./place";
import { dots, hasSecret } from "./secret";
import { plainMarkdown } from "./text";

addIcons({
  barcode,
  braces,
  department,
  calculator,
  year,
  progress,
  time,
  markdown,
  uuid,
  formula,
  sla,
  cardNumber,
  tree,
  pin,
  address,
  status,
  pilcrow,
  refresh,
  lookup,
  role,
  sigma,
  signature,
  button,
  subTable,
  timer,
  users,
  waypoints,
});

const placeText = (value: unknown) => {
  const at = placeOf(value);
  return at === undefined ? "" : (at.label ?? `${at.lat}, ${at.lng}`);
};

const own: Readonly<Record<string, FieldRenderer>> = {
  richText: words("pilcrow", plainMarkdown),
  markdown: words("markdown", plainMarkdown),
  barcode: code("barcode"),
  uuid: code("uuid"),
  secret: { ...pinned("lock", (value) => (hasSecret(value) ? dots : "")), editor: "popover", edit: () => "" },
  idCard: code("cardNumber"),
  duration: formatted("timer", true),
  time: formatted("time", false),
  year: formatted("year", false),
  money: { ...formatted("currency", true), edit: typedMoney },
  progress: progressRenderer((p) => Number(p.value) / (p.column.options?.max ?? 100)),
  cascader: pathRenderer,
  status: statusRenderer,
  users: { ...userRenderer, icon: "users" },
  department: groupRenderer("department"),
  role: groupRenderer("role", groupName),
  file: { ...attachmentRenderer, icon: "file" },
  image: picturesRenderer("image", pictures.get, 34),
  signature: picturesRenderer("signature", pictures.get, 64),
  location: pinned("pin", placeText),
  address: pinned("address", (value) => addressOf(value).text ?? ""),
  json: dataRenderer,
  geometry: { ...dataRenderer, icon: "waypoints" },
  subTable: { ...linkRenderer, icon: "subTable" },
  sla: { ...systemTimeRenderer, icon: "sla" },
  button: buttonRenderer,
};

const icons: Readonly<Record<string, string>> = {
  lookup: "lookup",
  rollup: "sigma",
  count: "calculator",
  formula: "formula",
};

/** Painter names of computed fields: what they are, what they show, whether a list. */
export const computedName = (type: string, shown: string, list: boolean): string =>
  `${type}:${list ? "list" : shown}`;

const list = formatted("lookup", false, "none");

function computedPainters(shown: readonly string[]): Record<string, FieldRenderer> {
  const made: Record<string, FieldRenderer> = {};
  for (const [type, icon] of Object.entries(icons)) {
    for (const id of [...shown, "list"]) {
      const of = id === "list" ? list : rendererOf(id, own);
      made[computedName(type, id, id === "list")] = computedRenderer({ ...of, icon }, failure, failureText);
    }
  }
  return made;
}

export const paintersFor = (shown: readonly string[]): Readonly<Record<string, FieldRenderer>> => ({
  ...own,
  ...computedPainters(shown),
});
