import type { RecordPanelProps } from "@/data/panel";

export function RecordPanel(props: RecordPanelProps) {
  return <aside>{props.id}</aside>;
}
