/** What a table's page and the panel of one record agree on; the app brings the two together. */
import type { ComponentType } from "react";
import type { Entity } from "@/api/types";
import type { TableSession } from "./table-session";

export interface RecordPanelProps {
  readonly session: TableSession;
  readonly entity: Entity;
  readonly id: string;
  /** Place in the view, from 0; -1 for a record that the view does not hold. */
  readonly index: number;
  readonly count: number;
  /** To the next or previous record of the view. */
  readonly onMove: (delta: 1 | -1) => void;
  readonly onClose: () => void;
  /** Shows another record of this table. */
  readonly onOpen: (id: string) => void;
}

export type RecordPanelComponent = ComponentType<RecordPanelProps>;
