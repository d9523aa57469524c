import { Select } from "@/ui/select";

const zones = Intl.supportedValuesOf("timeZone");

function offset(zone: string): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(
    new Date(),
  );
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}

export interface TimeZoneSelectProps {
  readonly value: string;
  readonly onChange: (zone: string) => void;
}

export function TimeZoneSelect({ value, onChange }: TimeZoneSelectProps) {
  const all = zones.includes(value) || !value ? zones : [value, ...zones];
  return (
    <Select
      search
      value={value}
      options={all.map((zone) => ({
        value: zone,
        label: zone.replaceAll("_", " "),
        ...(zone === value ? { hint: offset(zone) } : {}),
      }))}
      onChange={onChange}
    />
  );
}
