import { createContext, type ReactNode, use } from "react";
import type { Member } from "@/api/types";
import type { ParseEnv } from "./types";

export interface FieldsContext extends ParseEnv {
  readonly members: readonly Member[];
  readonly me: string;
  /** 0 is Sunday. */
  readonly weekStart: number;
  /** New options may be made of what is typed. */
  readonly mayAddChoices?: boolean;
  /** Opens a linked record, where the page can. */
  readonly onOpenRecord?: (entity: string, id: string) => void;
}

const Context = createContext<FieldsContext>({ members: [], me: "", timeZone: "UTC", weekStart: 1 });

export function FieldsProvider(props: { readonly value: FieldsContext; readonly children: ReactNode }) {
  return <Context value={props.value}>{props.children}</Context>;
}

/** Who is there and which time it is, for editors and parsers. */
export const useFields = () => use(Context);
