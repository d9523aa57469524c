/** What a button field does when it is pressed. */
import { api } from "@/api/client";
import { errorText } from "@/api/problem";
import type { Field } from "@/api/types";
import { webAddress } from "@/grid/cells/address";
import { t } from "@/lib/i18n";
import { toast } from "@/ui/toast-store";

/** Why a button can do nothing yet; undefined for one that works. */
export function pressOff({ options }: Field): string | undefined {
  if (options.url) {
    return undefined;
  }
  if (options.automation) {
    return t("kinds.noAutomation");
  }
  return t(options.form ? "kinds.noForm" : "kinds.noAction");
}

async function addressFor(formula: string, entity: string, record: string | undefined) {
  const { value } = await api.post<{ value: unknown }>("/formulas/evaluate", {
    entity,
    formula,
    ...(record && { record }),
  });
  const address = typeof value === "string" ? webAddress(value) : undefined;
  // A name without a dot is an address of this installation at most by accident.
  return address !== undefined && /\./u.test(new URL(address).hostname) ? address : undefined;
}

/** Opens what the button's formula says of the record. */
export async function press(field: Field, entity: string, record: string | undefined): Promise<void> {
  const off = pressOff(field);
  if (off !== undefined) {
    toast({ text: off });
    return;
  }
  // Opened at once: browsers allow it only while the press is fresh.
  const tab = window.open("", "_blank");
  try {
    const address = await addressFor(String(field.options.url), entity, record);
    if (address === undefined || tab === null) {
      tab?.close();
      toast({ kind: "bad", text: t("kinds.noAddress") });
      return;
    }
    tab.opener = null;
    tab.location.href = address;
  } catch (error) {
    tab?.close();
    toast({ kind: "bad", text: errorText(error) });
  }
}
